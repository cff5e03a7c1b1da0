#include "core/run/worker_group.h"

#include <errno.h>
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

namespace copybench {

namespace {

constexpr std::chrono::milliseconds kAftermath{100};

}  // namespace

RunOutcome WorkerGroup::failed(const std::string& what) const {
  const auto is_stopped = [](const Worker* worker) { return worker->stopped().has_value(); };
  if (std::any_of(workers_.begin(), workers_.end(), is_stopped)) return late(what);
  return Failed{with_last_words(what)};
}

RunOutcome WorkerGroup::broken(const std::string& what) {
  if (auto dead = death()) return *dead;
  return failed(what);
}

RunOutcome WorkerGroup::late(const std::string& what) const {
  std::string reason = with_last_words(what);
  for (const Worker* worker : workers_) {
    if (const auto who = worker->stopped()) reason += fmt::format("; {} was stopped by a signal and never continued", *who);
  }
  return TimedOut{reason};
}

std::string WorkerGroup::with_last_words(const std::string& what) const {
  std::string reason = what;
  for (const Worker* worker : workers_) {
    const std::string words = worker->last_words();
    if (!words.empty() && reason.find(words) == reason.npos) reason += fmt::format("; the {} said: {}", worker->name(), words);
  }
  return reason;
}

std::optional<RunOutcome> WorkerGroup::death(const Worker* may_end) {
  std::string ends;
  const auto anyone = std::any_of(workers_.begin(), workers_.end(), [&](Worker* worker) {
    return worker != may_end && worker->process().wait(Nanoseconds{0}).has_value();
  });
  if (!anyone) return std::nullopt;
  // One death often causes another. All children that have died by then are named, the engine first.
  for (Worker* worker : workers_) {
    const auto status = worker->process().wait(kAftermath);
    // The output of one child before another died may explain the death.
    static_cast<void>(worker->read());
    if (!status) continue;
    ends += (ends.empty() ? "" : ", and ") + worker->describe_end(*status);
  }
  return failed(ends);
}

OrOutcome<bool> WorkerGroup::wait(Monotonic::time_point until) {
  std::vector<pollfd> fds{{interruption_.fd(), POLLIN, 0}};
  for (Worker* worker : workers_) {
    fds.push_back({worker->process().pidfd(), POLLIN, 0});
    // poll ignores negative descriptors, which closed pipes have.
    fds.push_back({worker->process().stdout_pipe().get(), POLLIN, 0});
    fds.push_back({worker->process().stderr_pipe().get(), POLLIN, 0});
  }
  const auto left = std::max(Nanoseconds{0}, std::chrono::duration_cast<Nanoseconds>(until - Monotonic::now()));
  const timespec timeout{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
  if (::ppoll(fds.data(), fds.size(), &timeout, nullptr) < 0 && errno != EINTR) {
    return tl::unexpected(RunOutcome{Failed{system_error("poll", errno).message}});
  }
  switch (interruption_.kind()) {
    case Interruption::Kind::none: break;
    case Interruption::Kind::cancel: return tl::unexpected(RunOutcome{Cancelled{}});
    case Interruption::Kind::stop: return tl::unexpected(RunOutcome{Interrupted{"the daemon was stopped during the run"}});
  }
  for (Worker* worker : workers_) {
    if (auto read = worker->read(); !read) return tl::unexpected(failed(read.error().message));
  }
  return Monotonic::now() >= until;
}

OrOutcome<Json> WorkerGroup::await(Worker& worker, const char* report, Nanoseconds at_most) {
  const auto deadline = Monotonic::now() + at_most;
  for (;;) {
    if (auto next = worker.next_report()) {
      if ((*next)["report"] == report) return std::move(*next);
      return tl::unexpected(failed(fmt::format("the {} reported {} where {} was due", worker.name(),
                                               (*next)["report"].get<std::string>(), report)));
    }
    if (auto dead = death()) {
      // The report may be the last thing it wrote.
      if (auto next = worker.next_report(); next && (*next)["report"] == report) return std::move(*next);
      return tl::unexpected(std::move(*dead));
    }
    auto over = wait(deadline);
    if (!over) return tl::unexpected(over.error());
    if (*over) {
      if (auto next = worker.next_report(); next && (*next)["report"] == report) return std::move(*next);
      return tl::unexpected(
          late(fmt::format("no report `{}` from the {} within {:.1f} s", report, worker.name(), to_seconds(at_most))));
    }
  }
}

OrOutcome<void> WorkerGroup::pass(Monotonic::time_point until) {
  for (;;) {
    auto over = wait(until);
    if (!over) return tl::unexpected(over.error());
    if (auto dead = death()) return tl::unexpected(std::move(*dead));
    if (*over) return {};
  }
}

OrOutcome<void> WorkerGroup::await_end(Worker& worker, Nanoseconds at_most) {
  const auto deadline = Monotonic::now() + at_most;
  auto status = worker.process().wait(Nanoseconds{0});
  while (!status) {
    if (auto dead = death(&worker)) return tl::unexpected(std::move(*dead));
    auto over = wait(deadline);
    if (!over) return tl::unexpected(over.error());
    status = worker.process().wait(Nanoseconds{0});
    if (*over && !status) {
      return tl::unexpected(
          late(fmt::format("{} had not ended {:.1f} s after its result", worker.describe_process(), to_seconds(at_most))));
    }
  }
  if (auto read = worker.read(); !read) return tl::unexpected(failed(read.error().message));
  if (!status->success()) return tl::unexpected(failed(fmt::format("{} ended with {}", worker.describe_process(), status->describe())));
  std::erase(workers_, &worker);
  return {};
}

}  // namespace copybench
