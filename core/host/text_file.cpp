#include "core/host/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "core/base/unique_fd.h"

namespace copybench {

Result<std::string> read_small_file(const std::string& path) {
  constexpr size_t kLimit = 1 << 20;
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return tl::unexpected(system_error("open " + path, errno));
  struct stat status {};
  if (::fstat(file.get(), &status) == 0 && S_ISFIFO(status.st_mode)) return fail(path + " is a pipe; allowed is a file");
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(system_error("read " + path, errno));
    if (text.size() > kLimit) return fail(path + " is over 1 MiB long");
    if (got == 0) break;
    text.append(buffer.data(), static_cast<size_t>(got));
  }
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::optional<std::string> read_text_file(const std::string& path) {
  auto text = read_small_file(path);
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

Result<std::string> value_of_line(const std::string& path, std::string_view key) {
  auto text = read_small_file(path);
  if (!text) return text;
  for (std::string_view rest = *text; !rest.empty();) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (!line.starts_with(key)) continue;
    const auto colon = line.find_first_not_of(" \t", key.size());
    if (colon == std::string_view::npos || line[colon] != ':') continue;
    const auto value = line.find_first_not_of(" \t", colon + 1);
    return value == std::string_view::npos ? std::string() : std::string(line.substr(value));
  }
  return fail(path + " has no line \"" + std::string(key) + "\"");
}

Json numbers_or_text(const std::string& text) {
  auto numbers = Json::array();
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    int64_t number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc{} || (next < end && *next != ' ' && *next != '\t')) return text;
    numbers.push_back(number);
    at = std::find_if(next, end, [](char c) { return c != ' ' && c != '\t'; });
  }
  return numbers.size() == 1 ? numbers.front() : numbers;
}

}  // namespace copybench
