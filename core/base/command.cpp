#include "core/base/command.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

namespace copybench {

Result<CommandOutput> run_command(const SubprocessOptions& options, Nanoseconds at_most, size_t most_out) {
  const auto deadline = deadline_after(at_most);
  auto child = Subprocess::spawn(options);
  if (!child) return tl::unexpected(child.error());
  child->stdin_pipe().reset();

  CommandOutput result;
  const auto drain = [](UniqueFd& pipe, std::string& into, size_t most) {
    std::array<char, 4096> buffer;
    // Bounded, so that a command that writes without end cannot keep the loop below from checking the deadline.
    for (size_t taken = 0; pipe && taken < kMostCommandOutput;) {
      const ssize_t got = ::read(pipe.get(), buffer.data(), buffer.size());
      if (got > 0) {
        taken += static_cast<size_t>(got);
        into.append(buffer.data(), std::min(static_cast<size_t>(got), most - into.size()));
      } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        pipe.reset();
      } else if (errno == EAGAIN) {
        return;
      }
    }
  };
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Monotonic::now()).count();
    if (left <= 0) {
      child->kill_and_reap();
      return fail(
          fmt::format("{} did not end within {:.1f} s and was killed", options.argv.front(), to_seconds(at_most)));
    }
    std::array<pollfd, 3> entries{{{child->pidfd(), POLLIN, 0},
                                   {child->stdout_pipe().get(), POLLIN, 0},
                                   {child->stderr_pipe().get(), POLLIN, 0}}};
    ::poll(entries.data(), entries.size(), static_cast<int>(std::min<int64_t>(left, INT_MAX)));
    const auto ended = child->wait(Nanoseconds{0});
    drain(child->stdout_pipe(), result.out, most_out + 1);
    drain(child->stderr_pipe(), result.err, kMostCommandOutput);
    if (result.out.size() > most_out) {
      child->kill_and_reap();
      return fail(fmt::format("{} wrote more than {} bytes and was killed", options.argv.front(), most_out));
    }
    if (ended) {
      result.status = *ended;
      return result;
    }
  }
}

}  // namespace copybench
