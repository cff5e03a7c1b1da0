// One JSON value of a request -> a value of the field's type. A value of another type adds an error to the request's errors,
// with the value's pointer and what is allowed. For decode.cpp. Pure; any thread.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/request/decoded_request.h"
#include "api/request/json_reader.h"
#include "core/model/names.h"

namespace copybench {

void refuse_value(DecodedRequest& decoded, const std::string& pointer, const JsonValue& value, std::string_view allowed);

// One overload for each type that a field can have, selected by the last parameter, a null pointer. Returns the value, or adds
// an error and returns none.
std::optional<std::string> read_value(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded,
                                      std::string*);
std::optional<bool> read_value(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded, bool*);
std::optional<double> read_value(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded, double*);
std::optional<int64_t> read_value(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded, int64_t*);
// A CPU number. make_plan() validates whether the CPU exists.
std::optional<int> read_value(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded, int*);
std::optional<CpuChoice> read_value(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded,
                                    CpuChoice*);

template <typename E>
requires std::is_enum_v<E> std::optional<E> read_value(const JsonValue& value, const std::string& pointer,
                                                       DecodedRequest& decoded, E*) {
  if (const auto* text = std::get_if<std::string>(&value.value)) {
    if (const auto found = from_name<E>(*text)) return found;
  }
  refuse_value(decoded, pointer, value, fmt::format("{}", fmt::join(names<E>(), ", ")));
  return std::nullopt;
}

template <typename T>
std::optional<std::vector<T>> read_value(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded,
                                         std::vector<T>*) {
  const auto* list = std::get_if<JsonList>(&value.value);
  if (!list) {
    refuse_value(decoded, pointer, value, "a list");
    return std::nullopt;
  }
  if (list->size > kMaxListItems) {
    decoded.errors.push_back(
        {pointer, fmt::format("the list has {} values; allowed: at most {}", list->size, kMaxListItems)});
    return std::nullopt;
  }
  std::vector<T> items;
  std::vector<size_t> positions;
  for (size_t i = 0; i < list->items.size(); ++i) {
    auto item = read_value(list->items[i], fmt::format("{}/{}", pointer, i), decoded, static_cast<T*>(nullptr));
    if (!item) continue;
    items.push_back(std::move(*item));
    positions.push_back(i);
  }
  if (positions.size() < list->items.size()) decoded.positions[pointer] = std::move(positions);
  return items;
}

}  // namespace copybench
