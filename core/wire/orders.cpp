#include "core/wire/orders.h"

#include <fmt/format.h>
#include <poll.h>

#include <charconv>

namespace copybench {
namespace {

std::string text_at(const Json& object, const char* key) {
  if (!object.is_object()) return "";
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

std::string token_order(const RunToken& token) {
  std::string digits;
  for (const std::byte byte : token) digits += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return Json{{"order", order::kToken}, {"token", digits}}.dump();
}

Result<RunToken> await_token(LineBuffer& orders, int fd) {
  std::optional<std::string> line;
  while (!(line = orders.next())) {
    pollfd readable{fd, POLLIN, 0};
    ::poll(&readable, 1, -1);
    const auto more = orders.read_from(fd);
    if (!more) return tl::unexpected(more.error());
    if (!*more) return fail("the orders ended before the run's token came");
  }
  const Json order = Json::parse(*line, nullptr, /*allow_exceptions=*/false);
  const std::string digits = text_at(order, "token");
  RunToken token{};
  bool good = text_at(order, "order") == order::kToken && digits.size() == 2 * token.size();
  for (size_t i = 0; good && i < token.size(); ++i) {
    uint8_t value = 0;
    const char* const at = digits.data() + 2 * i;
    good = std::from_chars(at, at + 2, value, 16).ptr == at + 2;
    token[i] = std::byte{value};
  }
  // The error does not quote the line, since it may hold a token.
  if (!good) return fail("the first order is not the run's token");
  return token;
}

std::string order_of(std::string_view line) { return text_at(Json::parse(line, nullptr, /*allow_exceptions=*/false), "order"); }

std::optional<Json> report_of(std::string_view line) {
  Json report = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!report.is_object() || !report.contains("report") || !report["report"].is_string()) return std::nullopt;
  return report;
}

std::string error_message(const Json& report) { return text_at(report, "message"); }

}  // namespace copybench
