#include "api/request/decode_values.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/host/cpu_set.h"
#include "core/model/text.h"

namespace copybench {
namespace {

using std::string_view;

std::string shown_value(const JsonValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.value)) return shown(*text);
  if (const auto* flag = std::get_if<bool>(&value.value)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<int64_t>(&value.value)) return fmt::format("{}", *whole);
  if (const auto* whole = std::get_if<uint64_t>(&value.value)) return fmt::format("{}", *whole);
  if (const auto* number = std::get_if<double>(&value.value)) return fmt::format("{}", *number);
  return std::string(kind_of(value));
}

// Parses a list as text up to the first repeated CPU. Stopping there bounds the work on a list that repeats itself.
Result<std::vector<int>> cpus_of(string_view text, std::optional<int>& repeated) {
  std::set<int> seen;
  for (size_t begin = 0; begin <= text.size() && !repeated;) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const auto part = parse_cpu_list(text.substr(begin, end - begin));
    if (!part) return tl::unexpected(part.error());
    for (const int cpu : *part) {
      if (!seen.insert(cpu).second && !repeated) repeated = cpu;
    }
    begin = end + 1;
  }
  return std::vector<int>(seen.begin(), seen.end());
}

}  // namespace

void refuse_value(DecodedRequest& decoded, const std::string& pointer, const JsonValue& value, string_view allowed) {
  decoded.errors.push_back({pointer, fmt::format("{} is given; allowed: {}", shown_value(value), allowed)});
}

std::optional<std::string> read_value(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded,
                                      std::string*) {
  const auto* text = std::get_if<std::string>(&value.value);
  if (!text) {
    refuse_value(decoded, pointer, value, "a string");
    return std::nullopt;
  }
  if (text->find('\0') != std::string::npos) {
    decoded.errors.push_back({pointer, "the string contains a NUL character (\\u0000); allowed: text without it"});
    return std::nullopt;
  }
  return *text;
}

std::optional<bool> read_value(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded, bool*) {
  if (const auto* flag = std::get_if<bool>(&value.value)) return *flag;
  refuse_value(decoded, pointer, value, "true or false");
  return std::nullopt;
}

std::optional<double> read_value(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded, double*) {
  if (const auto* number = std::get_if<double>(&value.value)) return *number;
  if (const auto* whole = std::get_if<int64_t>(&value.value)) return static_cast<double>(*whole);
  if (const auto* whole = std::get_if<uint64_t>(&value.value)) return static_cast<double>(*whole);
  refuse_value(decoded, pointer, value, "a number");
  return std::nullopt;
}

std::optional<int64_t> read_value(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded, int64_t*) {
  if (const auto* whole = std::get_if<int64_t>(&value.value)) return *whole;
  if (const auto* whole = std::get_if<uint64_t>(&value.value)) {
    if (std::in_range<int64_t>(*whole)) return static_cast<int64_t>(*whole);
    decoded.errors.push_back({pointer, fmt::format("{} is out of any range; allowed: a whole number", *whole)});
    return std::nullopt;
  }
  // Above 2^53 a double cannot represent every whole number.
  constexpr double kExact = 9007199254740992.0;
  if (const auto* number = std::get_if<double>(&value.value)) {
    if (std::trunc(*number) == *number && std::abs(*number) <= kExact) return static_cast<int64_t>(*number);
  }
  refuse_value(decoded, pointer, value, "a whole number");
  return std::nullopt;
}

std::optional<int> read_value(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded, int*) {
  const auto number = read_value(value, pointer, decoded, static_cast<int64_t*>(nullptr));
  if (!number) return std::nullopt;
  if (std::in_range<int>(*number)) return static_cast<int>(*number);
  decoded.errors.push_back({pointer, fmt::format("there is no CPU {}", *number)});
  return std::nullopt;
}

std::optional<CpuChoice> read_value(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded,
                                    CpuChoice*) {
  constexpr string_view kAllowed = "\"auto\", \"none\", a list of CPU numbers, or one as text like \"0-3,8\"";
  if (const auto* text = std::get_if<std::string>(&value.value)) {
    if (*text == "auto") return CpuChoice{CpuChoice::Kind::automatic, {}};
    if (*text == "none") return CpuChoice{CpuChoice::Kind::unpinned, {}};
    std::optional<int> repeated;
    auto cpus = cpus_of(*text, repeated);
    if (!cpus) {
      decoded.errors.push_back({pointer, fmt::format("{}; allowed: {}", cpus.error().message, kAllowed)});
      return std::nullopt;
    }
    if (repeated) {
      decoded.errors.push_back(
          {pointer, fmt::format("CPU {} occurs twice in the list; give each one once", *repeated)});
    }
    decoded.texts.insert(pointer);
    return CpuChoice{CpuChoice::Kind::listed, std::move(*cpus)};
  }
  if (!std::holds_alternative<JsonList>(value.value)) {
    refuse_value(decoded, pointer, value, kAllowed);
    return std::nullopt;
  }
  auto cpus = read_value(value, pointer, decoded, static_cast<std::vector<int>*>(nullptr));
  if (!cpus) return std::nullopt;
  return CpuChoice{CpuChoice::Kind::listed, std::move(*cpus)};
}

}  // namespace copybench
