#include "api/request/json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_set>

namespace copybench {
namespace {

std::string at_position(std::string_view text, size_t byte, std::string_view problem) {
  const std::string_view before = text.substr(0, std::min(byte, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return fmt::format("line {}, column {} (byte {}): {}", line, before.size() - line_start + 1, before.size(), problem);
}

// nlohmann's message without its prefixes: "[json.exception.parse_error.101] parse error at line 1, column 2: ".
std::string_view plain_words(std::string_view what) {
  if (what.starts_with('[')) what.remove_prefix(std::min(what.size(), what.find("] ") + 2));
  if (what.starts_with("parse error")) {
    const size_t colon = what.find(": ");
    if (colon != std::string_view::npos) what.remove_prefix(colon + 2);
  }
  return what;
}

constexpr size_t kMaxWordsBytes = 300;

// Depth 0 is the document itself. Keeps only the document's own value, its members, and the values in lists and objects that
// are members.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  bool null() override { return put({JsonNull{}}); }
  bool boolean(bool value) override { return put({value}); }
  bool number_integer(number_integer_t value) override { return put({int64_t{value}}); }
  bool number_unsigned(number_unsigned_t value) override { return put({uint64_t{value}}); }
  bool number_float(number_float_t value, const string_t&) override { return put({value}); }
  bool string(string_t& value) override { return put({std::move(value)}); }
  bool binary(binary_t&) override { return false; }

  bool start_object(size_t) override {
    const bool collects = is_object_ && depth_ == 1;
    if (depth_ == 0) {
      is_object_ = true;
    } else if (depth_ <= 2) {
      if (!put({JsonObject{}})) return false;
    }
    if (collects) object_ = &std::get<JsonObject>(members_.back().value.value);
    keys_.emplace_back();
    return deeper();
  }
  bool key(string_t& name) override {
    if (!keys_.back().insert(name).second) {
      error = fmt::format("the key {} occurs twice in one object", nlohmann::json(name).dump().substr(0, 100));
      return false;
    }
    if (depth_ == 1) {
      members_.push_back({std::move(name), {}});
    } else if (depth_ == 2 && object_ != nullptr) {
      nested_ = nullptr;
      if (object_->members.size() < kMaxNestedMembers) {
        nested_ = &object_->members.emplace_back(JsonMember{std::move(name), {}}).value;
      }
    }
    return true;
  }
  bool end_object() override {
    keys_.pop_back();
    --depth_;
    if (depth_ == 1) object_ = nullptr;
    return true;
  }
  bool start_array(size_t) override {
    // The items of a member's list are kept; a list in a list is kept without its items.
    const bool collects = is_object_ && depth_ == 1;
    if (depth_ <= 2 && !put({JsonList{}})) return false;
    if (collects) list_ = &std::get<JsonList>(members_.back().value.value);
    return deeper();
  }
  bool end_array() override {
    --depth_;
    if (depth_ == 1) list_ = nullptr;
    return true;
  }
  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception& exception) override {
    // `position` is the last byte read, counted from 1. The message repeats the last token, a text or number of any length.
    std::string words(plain_words(exception.what()));
    if (words.size() > kMaxWordsBytes) words = "a text or a number is not valid JSON, or too large";
    error = at_position(text_, position == 0 ? 0 : position - 1, words);
    return false;
  }

  JsonDocument take() {
    if (is_object_) return std::move(members_);
    return std::move(other_);
  }

  std::string error;

 private:
  bool deeper() {
    if (++depth_ <= kMaxJsonDepth) return true;
    error = fmt::format("values are nested more than {} deep", kMaxJsonDepth);
    return false;
  }

  bool put(JsonValue value) {
    if (depth_ == 0) {
      other_ = std::move(value);
    } else if (is_object_ && depth_ == 1) {
      members_.back().value = std::move(value);
    } else if (list_ != nullptr && depth_ == 2) {
      if (++list_->size <= kMaxListItems) list_->items.push_back(std::move(value));
    } else if (object_ != nullptr && depth_ == 2) {
      if (nested_ != nullptr) *nested_ = std::move(value);
    }
    return true;
  }

  std::string_view text_;
  size_t depth_ = 0;
  bool is_object_ = false;
  std::vector<JsonMember> members_;
  JsonValue other_;
  JsonList* list_ = nullptr;                           // the open list of a member
  JsonObject* object_ = nullptr;                       // the open object of a member
  JsonValue* nested_ = nullptr;                        // destination of its next value; null over kMaxNestedMembers
  std::vector<std::unordered_set<std::string>> keys_;  // of each open object
};

}  // namespace

tl::expected<JsonDocument, std::string> read_json(std::string_view text) {
  // The library treats a NUL as the end of the text and would ignore the rest.
  if (const size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return tl::unexpected(at_position(text, nul, "a NUL byte"));
  }
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return tl::unexpected(std::string("the body is empty"));
  }
  Builder builder(text);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return tl::unexpected(std::move(builder.error));
  return builder.take();
}

std::string_view kind_of(const JsonValue& value) {
  static constexpr std::string_view kKinds[] = {"null",     "true or false", "a whole number", "a whole number",
                                                "a number", "a string",      "a list",         "an object"};
  return kKinds[value.value.index()];
}

}  // namespace copybench
