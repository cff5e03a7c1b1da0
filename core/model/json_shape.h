// Describes as data what a JSON value must look like: types, ranges, lengths, members. A shape is built once, then checked
// against any value. The check never throws, and recurses no deeper than the shape does.
// Pure; a shape may be used by any number of threads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace copybench {

class Shape {
 public:
  struct Member;

  Shape(const Shape& other);
  Shape(Shape&& other) noexcept;
  Shape& operator=(const Shape& other);
  Shape& operator=(Shape&& other) noexcept;
  ~Shape();

  static Shape whole(int64_t lowest, int64_t highest);
  static Shape number(double lowest, double highest);  // finite
  static Shape text(size_t most_bytes);
  static Shape word(std::span<const std::string_view> allowed);
  static Shape flag();  // true or false
  static Shape list(Shape of, size_t most);
  // All members that are not optional must be present, and no others.
  static Shape object(std::vector<Member> members);
  // Members beyond those listed may have any value that is_plain().
  static Shape open_object(std::vector<Member> members);
  static Shape plain();

  Shape or_null() const;
  Shape optional() const;  // as a member: may be missing

  // "PATH is ...; allowed: ..." for the first value that does not fit; empty: all fit.
  std::string problem(const Json& value, const std::string& path) const;

 private:
  enum class Kind : uint8_t { whole, number, text, word, flag, list, object, plain };
  explicit Shape(Kind kind);

  bool fits(const Json& value) const;
  std::string allowed() const;
  std::string problem_within(const Json& value, const std::string& path) const;

  Kind kind_;
  bool nullable_ = false;
  bool optional_ = false;
  bool open_ = false;
  int64_t lowest_ = 0;
  int64_t highest_ = 0;
  double least_ = 0;
  double most_ = 0;
  size_t most_count_ = 0;  // bytes of a text, elements of a list
  std::span<const std::string_view> words_;
  std::vector<Member> members_;  // of a list: one, for each element
};

struct Shape::Member {
  std::string key;
  Shape shape;
};

// Nested no deeper than JSON's limit, at most 100,000 values, and numbers that a reader can hold.
bool is_plain(const Json& value);

// The whole number in a JSON number; none if it is beyond 64 signed bits or not whole.
std::optional<int64_t> whole_of(const Json& value);

}  // namespace copybench
