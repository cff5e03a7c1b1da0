// Converts rows of any table to JSON objects and back. An object has a key for each column, in order. A column NAME_json
// has the key NAME. Used inside DatabaseConnection::attempt.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/database/connection.h"

namespace copybench {

struct Column {
  enum class Type { integer, real, text, json };
  std::string name;
  std::string key;
  Type type{};
  bool nullable = false;
  bool optional = false;  // has a default: a row of an earlier schema may lack it
};

// All columns of the table, except `without`.
std::vector<Column> columns_of(DatabaseConnection& connection, const std::string& table,
                               std::span<const std::string_view> without);

// "name, state, ...", each with the prefix.
std::string joined_names(const std::vector<Column>& columns, std::string_view prefix = "");

// Adds the columns of a row, from column `first` on.
void put_row(Json& object, const Query& row, int first, const std::vector<Column>& columns);

// Validates an input row against these columns and returns the problem; empty: none. `other_keys`: further keys that it may
// have.
std::string row_problem(const Json& object, const std::vector<Column>& columns,
                        std::span<const std::string_view> other_keys);

// The columns that the row has.
std::vector<Column> present(const Json& object, const std::vector<Column>& columns);
// Binds the row's values of these columns, in their order. The row must have all of them and be valid.
void bind_row(Query& query, const Json& object, const std::vector<Column>& present_columns);

}  // namespace copybench
