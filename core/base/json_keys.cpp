#include "core/base/json_keys.h"

#include <unordered_set>
#include <utility>
#include <vector>

#include "core/base/json.h"

namespace copybench {
namespace {

// Reads JSON without keeping it, up to a key that occurs twice in one object.
class KeyReader : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override {
    open_.emplace_back();
    return true;
  }
  bool key(string_t& name) override {
    if (open_.back().insert(name).second) return true;
    duplicate = std::move(name);
    return false;
  }
  bool end_object() override {
    open_.pop_back();
    return true;
  }
  bool start_array(size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(size_t, const std::string&, const Json::exception&) override { return false; }

  std::optional<std::string> duplicate;

 private:
  std::vector<std::unordered_set<std::string>> open_;  // keys of each open object
};

}  // namespace

std::optional<std::string> duplicate_key(std::string_view text) {
  KeyReader reader;
  Json::sax_parse(text.begin(), text.end(), &reader);
  return std::move(reader.duplicate);
}

}  // namespace copybench
