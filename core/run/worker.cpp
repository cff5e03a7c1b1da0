#include "core/run/worker.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/host/process_state.h"
#include "core/model/text.h"
#include "core/wire/orders.h"

namespace copybench {
namespace {

constexpr size_t kStderrKept = 2048;
constexpr size_t kMostStderrAtOnce = 64 << 10;

}  // namespace

Result<Worker> Worker::spawn(std::string name, const SubprocessOptions& options, bool under_perf) {
  auto process = Subprocess::spawn(options);
  if (!process) return fail(fmt::format("the {} could not be started: {}", name, process.error().message));
  return Worker(std::move(name), std::move(*process), under_perf);
}

Result<void> Worker::give_order(const char* word) { return write(Json{{"order", word}}.dump()); }

Result<void> Worker::give_token(const RunToken& token) { return write(token_order(token)); }

Result<void> Worker::write(const std::string& line) {
  if (auto written = write_line(process_.stdin_pipe().get(), line); !written) {
    return fail(fmt::format("the {} takes no orders any more: {}", name_, written.error().message));
  }
  return {};
}

Result<void> Worker::read() {
  read_stderr();
  return read_stdout();
}

Result<void> Worker::read_stdout() {
  if (!process_.stdout_pipe()) return {};
  auto more = lines_.read_from(process_.stdout_pipe().get());
  if (!more) return tl::unexpected(more.error());
  if (!*more) process_.stdout_pipe().reset();
  while (auto line = lines_.next()) {
    auto report = report_of(*line);
    if (!report && under_perf_) {
      // perf, or a wrapper around it, wrote this line, and not the engine.
      append_stderr(*line + "\n");
      continue;
    }
    if (!report) {
      return fail(fmt::format("the {} wrote a line that is no report: {}", name_, line->substr(0, 200)));
    }
    if ((*report)["report"] == report::kError) {
      error_report_ = error_message(*report);
    } else {
      reports_.push_back(std::move(*report));
    }
  }
  return {};
}

void Worker::read_stderr() {
  std::array<char, 4096> chunk;
  // Bounded, however much is written, because other work must go on.
  for (size_t taken = 0; process_.stderr_pipe() && taken < kMostStderrAtOnce;) {
    const ssize_t n = ::read(process_.stderr_pipe().get(), chunk.data(), chunk.size());
    if (n < 0) return;
    if (n == 0) return process_.stderr_pipe().reset();
    taken += static_cast<size_t>(n);
    append_stderr({chunk.data(), static_cast<size_t>(n)});
  }
}

void Worker::append_stderr(std::string_view text) {
  stderr_tail_ += text;
  if (stderr_tail_.size() > kStderrKept) stderr_tail_.erase(0, stderr_tail_.size() - kStderrKept);
}

std::optional<Json> Worker::next_report() {
  if (reports_.empty()) return std::nullopt;
  Json report = std::move(reports_.front());
  reports_.pop_front();
  return report;
}

std::string Worker::last_words() const {
  if (!error_report_.empty()) return error_report_;
  std::string words;
  for (std::string_view rest = stderr_tail_; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    // perf prints these lines at each mark. They do not explain an end.
    if (line.empty() || line == "Events enabled" || line == "Events disabled") continue;
    if (!words.empty()) words += " / ";
    words += line;
  }
  return clean_text(words);
}

std::string Worker::describe_end(const ExitStatus& status) const {
  if (!under_perf_) return fmt::format("the {} ended before its time ({})", name_, status.describe());
  // perf exits by itself after its child has ended, however that happened. Its stderr names the signal.
  if (status.exited) return fmt::format("the {} ended before its time (perf, which ran it: {})", name_, status.describe());
  return fmt::format("perf, under which the {} ran, was {}", name_, status.describe());
}

std::string Worker::describe_process() const {
  return under_perf_ ? fmt::format("perf, under which the {} ran,", name_) : fmt::format("the {}", name_);
}

std::optional<std::string> Worker::stopped() const {
  if (process_state(process_.pid()) == 'T') return under_perf_ ? "perf" : "the " + name_;
  for (const pid_t child : children_of(process_.pid())) {
    if (process_state(child) == 'T') return "the " + name_;
  }
  return std::nullopt;
}

}  // namespace copybench
