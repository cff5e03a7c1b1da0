// What a JSON value must look like, as data: types, ranges, lengths, members. Made once, then checked against any value;
// the check never throws, and recurses no deeper than the shape does.
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
  // All members that are not optional must be there, and nothing else may be.
  static Shape object(std::vector<Member> members);
  // Members beyond those named may have any value that is_plain().
  static Shape open_object(std::vector<Member> members);
  static Shape plain();

  Shape or_null() const;
  Shape optional() const;  // as a member: may be missing

  // "PATH is ...; allowed: ..." of the first value that does not fit; empty: all fit.
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

// Of a JSON number: the whole number, or none where it is beyond 64 signed bits or no whole number.
std::optional<int64_t> whole_of(const Json& value);

}  // namespace copybench
