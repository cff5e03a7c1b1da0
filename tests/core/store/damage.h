// Databases to damage, and the ways to damage them.
#pragma once

#include <fstream>

#include "core/database/connection.h"
#include "fixture.h"

namespace copybench {

// A closed database with completed runs, all of it in the main file.
inline void fill(const TemporaryDirectory& directory, int64_t runs) {
  const auto store = open_store(directory);
  enqueue(*store, runs);
  complete_all(*store);
}

// Overwrites the middle of the first page of a table.
inline void damage_root_page(const std::filesystem::path& database, const std::string& table) {
  int64_t page = 0;
  int64_t page_bytes = 0;
  {
    const auto connection = must(DatabaseConnection::open(database, DatabaseConnection::Access::read_only));
    const auto failed = connection->attempt([&] {
      page = connection->integer("SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'");
      page_bytes = connection->integer("PRAGMA page_size");
    });
    REQUIRE_FALSE(failed);
  }
  REQUIRE(page > 1);
  std::fstream file(database, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp((page - 1) * page_bytes);
  file << std::string(256, '\xa5');
  REQUIRE(file.good());
}

}  // namespace copybench
