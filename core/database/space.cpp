#include "core/database/space.h"

#include <fmt/format.h>

namespace copybench {

int64_t used_bytes(DatabaseConnection& connection) {
  return (connection.integer("PRAGMA page_count") - connection.integer("PRAGMA freelist_count")) *
         connection.integer("PRAGMA page_size");
}

bool give_back_pages(DatabaseConnection& connection, int64_t at_most) {
  if (connection.integer("PRAGMA freelist_count") == 0 || !can_give_back(connection)) return false;
  connection.execute(fmt::format("PRAGMA incremental_vacuum({})", at_most));
  return connection.integer("PRAGMA freelist_count") > 0;
}

bool can_give_back(DatabaseConnection& connection) {
  constexpr int64_t kIncremental = 2;
  return connection.integer("PRAGMA auto_vacuum") == kIncremental;
}

void convert_to_give_back(DatabaseConnection& connection) {
  connection.execute("PRAGMA auto_vacuum=INCREMENTAL");
  connection.execute("VACUUM");
}

}  // namespace copybench
