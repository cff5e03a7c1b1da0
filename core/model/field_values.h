// The values of request fields as JSON, and the request's types to the spec's and back. See request_fields.h.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/base/time.h"
#include "core/model/names.h"
#include "core/model/request.h"

namespace copybench {

inline Json field_json(const CpuChoice& choice) {
  switch (choice.kind) {
    case CpuChoice::Kind::automatic: return "auto";
    case CpuChoice::Kind::unpinned: return "none";
    case CpuChoice::Kind::listed: return choice.cpus;
  }
  return nullptr;
}

inline Json field_json(Nanoseconds duration) { return to_seconds(duration); }

template <typename T>
Json field_json(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return name_of(value);
  } else {
    return value;
  }
}

template <typename T>
Json field_json(const std::optional<T>& value) {
  return value ? field_json(*value) : Json();
}

template <typename T>
Json field_json(const std::vector<T>& values) {
  Json list = Json::array();
  for (const T& value : values) list.push_back(field_json(value));
  return list;
}

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};

// A field's value in another type: seconds as a duration and back, numbers of another width, lists of these. Numbers that the
// other type does not hold become its nearest one.
template <typename To, typename From>
To field_cast(const From& value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (IsOptional<To>::value && IsOptional<From>::value) {
    return value ? To(field_cast<typename To::value_type>(*value)) : To();
  } else if constexpr (IsOptional<To>::value) {
    return To(field_cast<typename To::value_type>(value));
  } else if constexpr (IsVector<To>::value) {
    To list;
    for (const auto& one : value) list.push_back(field_cast<typename To::value_type>(one));
    return list;
  } else if constexpr (std::is_same_v<To, Nanoseconds>) {
    return from_seconds(value);
  } else if constexpr (std::is_same_v<From, Nanoseconds>) {
    return to_seconds(value);
  } else {
    if (std::cmp_greater(value, std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
    if (std::cmp_less(value, std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
    return static_cast<To>(value);
  }
}

}  // namespace copybench
