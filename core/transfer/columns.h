// The columns of an experiment that are exported: those of its tables, as a database has them, except those that have a
// meaning only in that database. Used inside DatabaseConnection::attempt.
#pragma once

#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/database/connection.h"
#include "core/database/row_json.h"

namespace copybench {

// A table of further data of a run. A run has all of the table's columns, or none.
struct RunTable {
  std::string name;
  std::vector<Column> columns;

  bool in(const Json& row) const;
};

struct TransferColumns {
  explicit TransferColumns(DatabaseConnection& connection);

  std::vector<Column> experiments;
  std::vector<Column> circumstances;
  std::vector<Column> runs;
  std::vector<RunTable> run_tables;
};

}  // namespace copybench
