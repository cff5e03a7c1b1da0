#include "core/model/json_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/json_text.h"
#include "core/model/text.h"

namespace copybench {
namespace {

// For an error's text: a number or a word as it is, anything else by its kind.
std::string shown_value(const Json& value) {
  switch (value.type()) {
    case Json::value_t::object: return "an object";
    case Json::value_t::array: return fmt::format("a list of {}", value.size());
    case Json::value_t::string: return shown(value.get_ref<const std::string&>());
    default: return value.dump();
  }
}

}  // namespace

// Defined here, where Member is complete.
Shape::Shape(Kind kind) : kind_(kind) {}
Shape::Shape(const Shape& other) = default;
Shape::Shape(Shape&& other) noexcept = default;
Shape& Shape::operator=(const Shape& other) = default;
Shape& Shape::operator=(Shape&& other) noexcept = default;
Shape::~Shape() = default;

Shape Shape::whole(int64_t lowest, int64_t highest) {
  Shape shape(Kind::whole);
  shape.lowest_ = lowest;
  shape.highest_ = highest;
  return shape;
}

Shape Shape::number(double lowest, double highest) {
  Shape shape(Kind::number);
  shape.least_ = lowest;
  shape.most_ = highest;
  return shape;
}

Shape Shape::text(size_t most_bytes) {
  Shape shape(Kind::text);
  shape.most_count_ = most_bytes;
  return shape;
}

Shape Shape::word(std::span<const std::string_view> allowed) {
  Shape shape(Kind::word);
  shape.words_ = allowed;
  return shape;
}

Shape Shape::flag() { return Shape(Kind::flag); }

Shape Shape::list(Shape of, size_t most) {
  Shape shape(Kind::list);
  shape.most_count_ = most;
  shape.members_.push_back({"", std::move(of)});
  return shape;
}

Shape Shape::object(std::vector<Member> members) {
  Shape shape(Kind::object);
  shape.members_ = std::move(members);
  return shape;
}

Shape Shape::open_object(std::vector<Member> members) {
  Shape shape = object(std::move(members));
  shape.open_ = true;
  return shape;
}

Shape Shape::plain() { return Shape(Kind::plain); }

Shape Shape::or_null() const {
  Shape shape = *this;
  shape.nullable_ = true;
  return shape;
}

Shape Shape::optional() const {
  Shape shape = *this;
  shape.optional_ = true;
  return shape;
}

bool Shape::fits(const Json& value) const {
  switch (kind_) {
    case Kind::whole: {
      const auto number = whole_of(value);
      return number && *number >= lowest_ && *number <= highest_;
    }
    case Kind::number:
      return value.is_number() && value.get<double>() >= least_ && value.get<double>() <= most_;  // false for nan
    case Kind::text: return value.is_string() && value.get_ref<const std::string&>().size() <= most_count_;
    case Kind::word:
      return value.is_string() && std::find(words_.begin(), words_.end(), value.get_ref<const std::string&>()) != words_.end();
    case Kind::flag: return value.is_boolean();
    case Kind::list: return value.is_array() && value.size() <= most_count_;
    case Kind::object: return value.is_object();
    case Kind::plain: return is_plain(value);
  }
  return false;
}

std::string Shape::allowed() const {
  std::string text;
  switch (kind_) {
    case Kind::whole: text = fmt::format("a whole number from {} to {}", lowest_, highest_); break;
    case Kind::number: text = fmt::format("a number from {:g} to {:g}", least_, most_); break;
    case Kind::text: text = fmt::format("a string of at most {} bytes", most_count_); break;
    case Kind::word: text = fmt::format("{}", fmt::join(words_, ", ")); break;
    case Kind::flag: text = "true or false"; break;
    case Kind::list: text = fmt::format("a list of at most {}", most_count_); break;
    case Kind::object: text = "an object"; break;
    case Kind::plain: text = fmt::format("a value nested at most {} deep", JsonLimits::kMaxDepth); break;
  }
  return nullable_ ? text + ", or null" : text;
}

std::string Shape::problem(const Json& value, const std::string& path) const {
  if (nullable_ && value.is_null()) return "";
  if (!fits(value)) return fmt::format("{} is {}; allowed: {}", path, shown_value(value), allowed());
  return problem_within(value, path);
}

std::string Shape::problem_within(const Json& value, const std::string& path) const {
  if (kind_ == Kind::list) {
    for (size_t i = 0; i < value.size(); ++i) {
      const Shape& each = members_.front().shape;
      if (each.nullable_ && value[i].is_null()) continue;
      // The path is built only when it is needed, because lists have thousands of elements.
      if (!each.fits(value[i]) || each.kind_ == Kind::list || each.kind_ == Kind::object) {
        if (std::string found = each.problem(value[i], fmt::format("{}/{}", path, i)); !found.empty()) return found;
      }
    }
  }
  if (kind_ != Kind::object) return "";
  for (const Member& member : members_) {
    const auto found = value.find(member.key);
    if (found == value.end()) {
      if (!member.shape.optional_) return fmt::format("{}/{} is missing", path, member.key);
    } else if (std::string problem = member.shape.problem(*found, path + "/" + member.key); !problem.empty()) {
      return problem;
    }
  }
  for (const auto& [key, other] : value.items()) {
    if (std::any_of(members_.begin(), members_.end(), [&name = key](const Member& member) { return member.key == name; })) continue;
    if (!open_) return fmt::format("{} has a key that is not known here: {}", path, shown(key));
    if (!is_plain(other)) {
      return fmt::format("{}/{} is too large, or has a number beyond 64 bits", path, key.size() <= 80 ? key : "…");
    }
  }
  return "";
}

bool is_plain(const Json& value) {
  constexpr size_t kMost = 100'000;
  std::vector<std::pair<const Json*, size_t>> open{{&value, 1}};  // with their depth
  size_t seen = 0;
  while (!open.empty()) {
    const auto [one, depth] = open.back();
    open.pop_back();
    if (++seen > kMost || depth > JsonLimits::kMaxDepth) return false;
    if (one->is_number_integer() && !whole_of(*one)) return false;
    if (one->is_number_float() && !std::isfinite(one->get<double>())) return false;
    if (one->is_structured() && one->size() > kMost) return false;
    if (one->is_structured()) {
      for (const Json& element : *one) open.emplace_back(&element, depth + 1);
    }
  }
  return true;
}

std::optional<int64_t> whole_of(const Json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX)) return std::nullopt;
  return value.get<int64_t>();
}

}  // namespace copybench
