#include "core/database/row_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/json_text.h"
#include "core/model/json_shape.h"
#include "core/model/origin.h"

namespace copybench {
namespace {

using std::string_view;
using Type = Column::Type;

constexpr string_view kJsonSuffix = "_json";
constexpr string_view kTimeSuffix = "_at_ms";

Type type_of(string_view declared, string_view name) {
  if (declared == "INTEGER") return Type::integer;
  if (declared == "REAL") return Type::real;
  return name.ends_with(kJsonSuffix) ? Type::json : Type::text;
}

Json value_of(const Query& row, int at, const Column& column) {
  if (row.is_null(at)) return nullptr;
  switch (column.type) {
    case Type::integer: return row.integer(at);
    case Type::real: return row.real(at);
    case Type::text: return std::string(row.text(at));
    case Type::json: {
      auto value = parse_json(row.text(at));
      if (!value) throw_damaged_row(column.name + " is damaged: it is no JSON, too long, or nested too deep");
      return std::move(*value);
    }
  }
  return nullptr;
}

string_view unmet(const Json& value, const Column& column) {
  if (value.is_null()) return column.nullable ? "" : "must not be null";
  switch (column.type) {
    case Type::integer:
      if (!whole_of(value)) return "must be a whole number";
      return column.name.ends_with(kTimeSuffix) && !time_from_json(value) ? "must be a time of the years 1970 to 9999" : "";
    case Type::real: return value.is_number() && std::isfinite(value.get<double>()) ? "" : "must be a number";
    case Type::text: return value.is_string() ? "" : "must be a string";
    case Type::json: return "";
  }
  return "";
}

}  // namespace

std::vector<Column> columns_of(DatabaseConnection& connection, const std::string& table,
                               std::span<const string_view> without) {
  std::vector<Column> columns;
  Query query(connection, "SELECT name, type, \"notnull\", dflt_value FROM pragma_table_info(?) ORDER BY cid");
  query.bind(table);
  while (query.step()) {
    const std::string name(query.text(0));
    if (std::find(without.begin(), without.end(), name) != without.end()) continue;
    Column column{name, name, type_of(query.text(1), name), query.integer(2) == 0, false};
    column.optional = column.nullable || !query.is_null(3);
    if (column.type == Type::json) column.key.resize(name.size() - kJsonSuffix.size());
    columns.push_back(std::move(column));
  }
  return columns;
}

std::string joined_names(const std::vector<Column>& columns, string_view prefix) {
  std::string names;
  for (const Column& column : columns) names += fmt::format("{}{}{}", names.empty() ? "" : ", ", prefix, column.name);
  return names;
}

void put_row(Json& object, const Query& row, int first, const std::vector<Column>& columns) {
  for (const Column& column : columns) object[column.key] = value_of(row, first++, column);
}

std::string row_problem(const Json& object, const std::vector<Column>& columns, std::span<const string_view> other_keys) {
  for (const auto& [key, value] : object.items()) {
    const string_view name = key;
    const bool known = std::any_of(columns.begin(), columns.end(), [&](const Column& column) { return column.key == name; }) ||
                       std::find(other_keys.begin(), other_keys.end(), name) != other_keys.end();
    if (!known) return fmt::format("has a key that is not known here: {}", Json(key.substr(0, 80)).dump());
  }
  for (const Column& column : columns) {
    const auto found = object.find(column.key);
    if (found == object.end()) {
      if (!column.optional) return column.key + " is missing";
    } else if (const string_view problem = unmet(*found, column); !problem.empty()) {
      return fmt::format("{} {}", column.key, problem);
    }
  }
  return "";
}

std::vector<Column> present(const Json& object, const std::vector<Column>& columns) {
  std::vector<Column> found;
  std::copy_if(columns.begin(), columns.end(), std::back_inserter(found),
               [&](const Column& column) { return object.contains(column.key); });
  return found;
}

void bind_row(Query& query, const Json& object, const std::vector<Column>& present_columns) {
  for (const Column& column : present_columns) {
    const Json& value = object.at(column.key);
    if (value.is_null()) {
      query.bind(std::optional<int64_t>());
    } else if (column.type == Type::integer) {
      query.bind(value.get<int64_t>());
    } else if (column.type == Type::real) {
      query.bind(value.get<double>());
    } else {
      query.bind(column.type == Type::text ? value.get<std::string>() : value.dump());
    }
  }
}

}  // namespace copybench
