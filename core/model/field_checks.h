// Collects the errors of a request, field by field.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/field_error.h"

namespace copybench {

class FieldChecks {
 public:
  void error(std::string pointer, std::string detail) { errors_.push_back({std::move(pointer), std::move(detail)}); }

  template <typename Number>
  static std::optional<std::string> range_problem(Number value, Number lowest, Number highest, std::string_view unit) {
    if (value >= lowest && value <= highest) return std::nullopt;  // false for nan as well
    return fmt::format("{} is out of range; allowed: {} to {}{}", value, lowest, highest, unit);
  }

  template <typename Number>
  void check_range(std::string_view pointer, Number value, Number lowest, Number highest, std::string_view unit) {
    if (auto problem = range_problem(value, lowest, highest, unit)) error(std::string(pointer), std::move(*problem));
  }

  // problem_of(value) is an error's text or none. A list longer than any sweep gets one error, not one for each element.
  template <typename T, typename ProblemOf>
  void check_list(std::string_view pointer, const std::vector<T>& values, size_t most, const ProblemOf& problem_of) {
    if (values.empty()) error(std::string(pointer), "the list is empty; give at least one value");
    if (values.size() > most) {
      error(std::string(pointer), fmt::format("{} values; allowed: 1 to {}", values.size(), most));
      return;
    }
    std::set<T> seen;
    for (size_t i = 0; i < values.size(); ++i) {
      std::optional<std::string> problem = problem_of(values[i]);
      if (!seen.insert(values[i]).second) problem = "occurs twice in the list; give each value once";
      if (problem) error(fmt::format("{}/{}", pointer, i), std::move(*problem));
    }
  }

  size_t size() const { return errors_.size(); }
  std::vector<FieldError> take() { return std::move(errors_); }

 private:
  std::vector<FieldError> errors_;
};

}  // namespace copybench
