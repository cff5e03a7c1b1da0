#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "core/model/text.h"
#include "core/perf/perf_stat.h"

namespace copybench {
namespace {

// Reads what is available. Returns false at the end of the stream.
bool read_available(int fd, std::string& into) {
  std::array<char, 64> buffer;
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got > 0) {
      into.append(buffer.data(), static_cast<size_t>(got));
    } else if (got == 0) {
      return false;
    } else if (errno != EINTR) {
      return errno == EAGAIN;
    }
  }
}

}  // namespace

Result<PerfControl> PerfControl::create() {
  PerfControl control;
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return tl::unexpected(system_error("perf's control pipe", errno));
  control.control_read_.reset(fds[0]);
  control.control_write_.reset(fds[1]);
  if (::pipe2(fds, O_CLOEXEC) != 0) return tl::unexpected(system_error("perf's answer pipe", errno));
  control.ack_read_.reset(fds[0]);
  control.ack_write_.reset(fds[1]);
  ::fcntl(control.ack_read_.get(), F_SETFL, O_NONBLOCK);
  control.output_.reset(::memfd_create("perf-stat", MFD_CLOEXEC));
  if (!control.output_) return tl::unexpected(system_error("memory for perf's output", errno));
  return control;
}

std::string PerfControl::control_option() { return fmt::format("fd:{},{}", kControl, kAck); }

std::vector<std::string> PerfControl::argv(const std::string& perf_path, const std::vector<std::string>& events,
                                           bool json) const {
  std::vector<std::string> argv{perf_path,
                                "stat",
                                "-D",
                                "-1",
                                "--control",
                                control_option(),
                                "--log-fd",
                                fmt::format("{}", kOutput),
                                json ? "-j" : "-x,"};
  for (const auto& event : events) {
    argv.emplace_back("-e");
    argv.push_back(event);
  }
  argv.emplace_back("--");
  return argv;
}

std::vector<std::pair<std::string, std::string>> PerfControl::environment() {
  return {{"LC_ALL", "C"}, {"PERF_CONFIG", "/dev/null"}};
}

std::vector<std::pair<int, int>> PerfControl::inherit() const {
  return {{control_read_.get(), kControl}, {ack_write_.get(), kAck}, {output_.get(), kOutput}};
}

void PerfControl::spawned() {
  control_read_.reset();
  ack_write_.reset();
}

tl::expected<void, PerfControlError> PerfControl::enable(Nanoseconds at_most) { return command("enable", at_most); }

tl::expected<void, PerfControlError> PerfControl::disable(Nanoseconds at_most) { return command("disable", at_most); }

tl::expected<void, PerfControlError> PerfControl::command(std::string_view word, Nanoseconds at_most) {
  const auto deadline = Monotonic::now() + at_most;
  const auto error = [](Error told, bool late) { return tl::unexpected(PerfControlError{std::move(told), late}); };
  const auto ended = [&] { return error({fmt::format("perf ended before it acknowledged `{}`", word)}, false); };
  std::string answer;
  if (!read_available(ack_read_.get(), answer)) return ended();
  answer.clear();  // discards a late answer to an earlier command

  const auto line = fmt::format("{}\n", word);  // far below PIPE_BUF, so written whole or not at all
  while (::write(control_write_.get(), line.data(), line.size()) < 0) {
    if (errno == EPIPE) return ended();
    if (errno != EINTR) return error(system_error(fmt::format("writing `{}` to perf", word), errno), false);
  }
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Monotonic::now()).count();
    if (left <= 0) break;
    pollfd entry{ack_read_.get(), POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(std::min<int64_t>(left, INT_MAX))) <= 0) continue;
    const bool open = read_available(ack_read_.get(), answer);
    if (answer.find("ack\n") != std::string::npos) return {};
    if (!open) return ended();
  }
  return error({fmt::format("perf did not acknowledge `{}` within {:.1f} s", word, to_seconds(at_most))}, true);
}

Result<std::string> PerfControl::output() const {
  struct stat info = {};
  if (::fstat(output_.get(), &info) != 0) return tl::unexpected(system_error("perf's output", errno));
  std::string text(std::min(static_cast<size_t>(info.st_size), kMostOutput), '\0');
  size_t have = 0;
  while (have < text.size()) {
    const ssize_t got = ::pread(output_.get(), text.data() + have, text.size() - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(system_error("perf's output", errno));
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  text.resize(have);
  return clean_text(text);
}

}  // namespace copybench
