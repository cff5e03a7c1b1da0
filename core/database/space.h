// The space that a database takes, and the return of its free pages to the file system. Used inside
// DatabaseConnection::attempt.
#pragma once

#include <cstdint>

#include "core/database/connection.h"

namespace copybench {

// Bytes of the database in use.
int64_t used_bytes(DatabaseConnection& connection);

// Shortens the file by some of its free pages; false if none is left. Requires a database that was created or converted for
// this.
constexpr int64_t kPagesGivenBackAtOnce = 2000;  // 8 MB: some 10 ms, and a short log
bool give_back_pages(DatabaseConnection& connection, int64_t at_most = kPagesGivenBackAtOnce);

// Whether pages can be given back; if not, convert_to_give_back() rewrites the whole file, outside any transaction.
bool can_give_back(DatabaseConnection& connection);
void convert_to_give_back(DatabaseConnection& connection);

}  // namespace copybench
