// Rows of any table as JSON objects, and back: a key for each column, in its order. A column NAME_json is the value NAME.
// Used inside DatabaseConnection::attempt.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/store/database_connection.h"

namespace copybench {

struct Column {
  enum class Type { integer, real, text, json };
  std::string name;
  std::string key;
  Type type{};
  bool nullable = false;
  bool optional = false;  // has a default, so that a row of an earlier schema need not have it
};

// All columns of the table but those named.
std::vector<Column> columns_of(DatabaseConnection& connection, const std::string& table,
                               std::span<const std::string_view> without);

// "name, state, ...", each with the prefix.
std::string joined_names(const std::vector<Column>& columns, std::string_view prefix = "");

// Adds the columns of a row, from column `first` on.
void put_row(Json& object, const Query& row, int first, const std::vector<Column>& columns);

// What is wrong with a row that was handed in, by these columns; empty: nothing. `other_keys`: those that it may have too.
std::string row_problem(const Json& object, const std::vector<Column>& columns,
                        std::span<const std::string_view> other_keys);

// Those of the columns that the row has.
std::vector<Column> present(const Json& object, const std::vector<Column>& columns);
// Binds the row's values of these columns, in their order; it has all of them, and no problem.
void bind_row(Query& query, const Json& object, const std::vector<Column>& present_columns);

}  // namespace copybench
