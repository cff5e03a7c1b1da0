#include "core/base/subprocess.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace copybench {
namespace {

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Result<Pipe> make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return tl::unexpected(system_error("pipe", errno));
  return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

void set_nonblocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

// Everything that the child needs, prepared before fork. The child must not allocate between fork and exec: another thread may
// have held malloc's lock at the fork, and in the child nothing releases it.
struct ChildPlan {
  std::string path;
  std::vector<char*> argv;
  std::vector<char*> environment;
  std::vector<std::pair<int, int>> descriptors;  // (ours, number in the child)
  std::vector<int> copies;                       // room for one descriptor each
  int failure_pipe = -1;
  pid_t parent = -1;
};

[[noreturn]] void report_and_exit(int pipe, int error) {
  [[maybe_unused]] const auto written = ::write(pipe, &error, sizeof error);
  ::_exit(127);
}

// Async-signal-safe calls only.
[[noreturn]] void become_program(ChildPlan& plan) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != plan.parent) ::_exit(127);  // the parent ended before PR_SET_PDEATHSIG was set

  int highest = 2;
  for (const auto& [ours, theirs] : plan.descriptors) highest = std::max(highest, theirs);
  // First copy all to numbers above every target: a target's number may be another descriptor's source.
  const int failure_pipe = ::fcntl(plan.failure_pipe, F_DUPFD_CLOEXEC, highest + 1);
  if (failure_pipe < 0) report_and_exit(plan.failure_pipe, errno);
  for (size_t i = 0; i < plan.descriptors.size(); ++i) {
    plan.copies[i] = ::fcntl(plan.descriptors[i].first, F_DUPFD_CLOEXEC, highest + 1);
    if (plan.copies[i] < 0) report_and_exit(failure_pipe, errno);
  }
  // Libraries open descriptors without O_CLOEXEC. Before Linux 5.11 this fails and they stay open, which is acceptable.
  ::syscall(SYS_close_range, 3U, ~0U, 1U << 2 /* CLOSE_RANGE_CLOEXEC */);
  for (size_t i = 0; i < plan.descriptors.size(); ++i) {
    if (::dup2(plan.copies[i], plan.descriptors[i].second) < 0) report_and_exit(failure_pipe, errno);
  }

  struct sigaction standard = {};
  standard.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);

  ::umask(077);
  if (::chdir("/") != 0) report_and_exit(failure_pipe, errno);

  ::execve(plan.path.c_str(), plan.argv.data(), plan.environment.data());
  report_and_exit(failure_pipe, errno);
}

// The options of sanitizers and tests must reach the children too.
bool is_passed_on(std::string_view name) {
  constexpr std::array<std::string_view, 10> kNames{"PATH", "HOME", "USER", "LOGNAME", "TZ", "TMPDIR", "LANG", "LANGUAGE",
                                                    "LD_LIBRARY_PATH", "TERM"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() || name.starts_with("LC_") ||
         name.ends_with("SAN_OPTIONS") || name.starts_with("TEST_OF_COPYBENCH");
}

std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> result;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto name = text.substr(0, text.find('='));
    const bool replaced = std::any_of(added.begin(), added.end(), [&](const auto& pair) { return pair.first == name; });
    if (!replaced && is_passed_on(name)) result.emplace_back(text);
  }
  for (const auto& [name, value] : added) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (const auto& text : strings) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

ExitStatus status_from(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return {true, info.si_status, 0};
  return {false, 0, info.si_status};
}

// True if the descriptor became readable before the deadline.
bool wait_readable(int fd, Monotonic::time_point deadline) {
  for (;;) {
    const auto left = std::max(Nanoseconds{0}, std::chrono::duration_cast<Nanoseconds>(deadline - Monotonic::now()));
    const timespec timeout{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
    pollfd entry{fd, POLLIN, 0};
    const int ready = ::ppoll(&entry, 1, &timeout, nullptr);
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

}  // namespace

std::optional<std::string> find_program(std::string_view name) {
  const auto is_executable = [](const std::string& path) {
    struct stat info = {};
    return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && ::access(path.c_str(), X_OK) == 0;
  };
  if (name.empty()) return std::nullopt;
  if (name.find('/') != std::string_view::npos) {
    return is_executable(std::string(name)) ? std::optional<std::string>(name) : std::nullopt;
  }
  const char* variable = std::getenv("PATH");
  std::string_view rest = variable != nullptr ? variable : "/usr/local/bin:/usr/bin:/bin";
  for (;;) {
    const auto end = rest.find(':');
    const auto folder = rest.substr(0, end);
    auto path = (folder.empty() ? std::string(".") : std::string(folder)) + "/" + std::string(name);
    if (is_executable(path)) return path;
    if (end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(end + 1);
  }
}

std::string ExitStatus::describe() const {
  if (exited) return fmt::format("exit status {}", code);
  if (signal == 0) return "ended in an unknown way";
  const char* name = ::sigdescr_np(signal);
  return fmt::format("killed by signal {} ({})", signal, name != nullptr ? name : "unknown");
}

Result<Subprocess> Subprocess::spawn(const SubprocessOptions& options) {
  if (options.argv.empty()) return fail("cannot start a program without a name");
  const std::string& name = options.argv.front();
  // A name with a slash goes to exec unchecked, so that exec reports what is wrong with it. The path is made absolute, since the
  // child changes to /.
  auto path = name.find('/') != std::string::npos ? std::optional<std::string>(name) : find_program(name);
  if (!path) return fail(fmt::format("cannot start {}: there is no such program in PATH", name));
  if (std::error_code error; !path->starts_with('/')) {
    path = std::filesystem::absolute(*path, error).string();
    if (error) return fail(fmt::format("cannot start {}: {}", name, error.message()));
  }

  auto in = make_pipe();
  auto out = make_pipe();
  auto err = make_pipe();
  auto failure = make_pipe();
  for (const auto* made : {&in, &out, &err, &failure}) {
    if (!*made) return tl::unexpected(made->error());
  }

  const auto environment = environment_with(options.environment);
  ChildPlan plan;
  plan.path = *path;
  plan.argv = pointers_to(options.argv);
  plan.environment = pointers_to(environment);
  plan.descriptors = {{in->read.get(), 0}, {out->write.get(), 1}, {err->write.get(), 2}};
  plan.descriptors.insert(plan.descriptors.end(), options.inherit.begin(), options.inherit.end());
  plan.copies.resize(plan.descriptors.size());
  plan.failure_pipe = failure->write.get();
  plan.parent = ::getpid();

  // Signals are blocked across fork: our handlers must not run in the child.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  const int fork_error = errno;
  if (pid == 0) become_program(plan);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return tl::unexpected(system_error(fmt::format("cannot start {}: fork", name), fork_error));

  Subprocess child;
  child.pid_ = pid;
  child.pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  const int pidfd_error = errno;
  child.stdin_ = std::move(in->write);
  child.stdout_ = std::move(out->read);
  child.stderr_ = std::move(err->read);
  set_nonblocking(child.stdout_.get());
  set_nonblocking(child.stderr_.get());
  for (auto* end : {&in->read, &out->write, &err->write, &failure->write}) end->reset();

  int exec_error = 0;  // reported by the child if it cannot execute its program
  ssize_t got = 0;
  do {
    got = ::read(failure->read.get(), &exec_error, sizeof exec_error);
  } while (got < 0 && errno == EINTR);
  if (got == sizeof exec_error) return tl::unexpected(system_error(fmt::format("cannot start {}", *path), exec_error));
  if (!child.pidfd_) return tl::unexpected(system_error(fmt::format("cannot watch {}: pidfd_open", name), pidfd_error));
  return child;
}

Subprocess::Subprocess(Subprocess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      stdin_(std::move(other.stdin_)),
      stdout_(std::move(other.stdout_)),
      stderr_(std::move(other.stderr_)),
      pidfd_(std::move(other.pidfd_)),
      status_(std::exchange(other.status_, std::nullopt)) {}

Subprocess& Subprocess::operator=(Subprocess&& other) noexcept {
  if (this == &other) return *this;
  end();
  pid_ = std::exchange(other.pid_, -1);
  stdin_ = std::move(other.stdin_);
  stdout_ = std::move(other.stdout_);
  stderr_ = std::move(other.stderr_);
  pidfd_ = std::move(other.pidfd_);
  status_ = std::exchange(other.status_, std::nullopt);
  return *this;
}

Subprocess::~Subprocess() { end(); }

void Subprocess::end() {
  if (pid_ > 0 && !status_) kill_and_reap();
}

void Subprocess::signal_group(int signal) {
  if (pid_ > 0 && !status_) ::kill(-pid_, signal);
}

std::optional<ExitStatus> Subprocess::wait(Nanoseconds at_most) {
  if (status_ || pid_ <= 0) return status_;
  if (!wait_readable(pidfd_.get(), deadline_after(at_most))) return std::nullopt;
  return kill_and_reap();
}

// The child's number stays reserved until it is reaped, so the signal cannot hit an unrelated group. A child that has already
// ended keeps its own status.
ExitStatus Subprocess::kill_and_reap() {
  if (status_ || pid_ <= 0) return status_.value_or(ExitStatus{});
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);  // in case it failed before setpgid
  siginfo_t info = {};
  int result = 0;
  do {
    result = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED);
  } while (result != 0 && errno == EINTR);
  status_ = result == 0 ? status_from(info) : ExitStatus{};
  return *status_;
}

}  // namespace copybench
