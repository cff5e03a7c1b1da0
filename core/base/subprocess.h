// A child process: argv (no shell), its own process group, pipes for stdin, stdout and stderr, and a bounded wait.
//
// Lifetime: the destructor kills the whole group (SIGKILL) and reaps the child, so no path leaves an orphan. A wait() that
// finds the child ended also kills the rest of its group. The kernel kills the child when the thread that spawned it ends
// (PR_SET_PDEATHSIG), so spawn from a long-lived thread. The kernel drops this for programs with file capabilities or
// set-user-id.
// The child starts with default signal dispositions, an empty signal mask, in /, with umask 077, and with no descriptors but 0
// to 2 and `inherit`. It gets the part of our environment that programs in general need: where to find programs and temporary
// space, and the user's language. Variables that a service manager or an administrator sets for this program are not passed on.
// Threads: one at a time; several threads may spawn at once.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/base/unique_fd.h"

namespace copybench {

// Finds a program as the shell does: a name with a slash is a path, other names are looked up in PATH. Returns none if there is
// no executable file.
std::optional<std::string> find_program(std::string_view name);

struct SubprocessOptions {
  std::vector<std::string> argv = {};  // argv[0] is looked up in PATH
  // Descriptors that the child gets besides 0 to 2: (ours, number in the child). Numbers from 3 upward.
  std::vector<std::pair<int, int>> inherit = {};
  std::vector<std::pair<std::string, std::string>> environment = {};  // added; replaces inherited ones
};

// How a process ended. describe(): "exit status 3", "killed by signal 9 (Killed)".
struct ExitStatus {
  bool exited = false;
  int code = 0;    // if exited
  int signal = 0;  // if not
  bool success() const { return exited && code == 0; }
  std::string describe() const;
};

class Subprocess {
 public:
  // Fails if the program cannot be executed (the child reports exec's errno) or a limit is reached.
  static Result<Subprocess> spawn(const SubprocessOptions& options);
  Subprocess(Subprocess&&) noexcept;
  Subprocess& operator=(Subprocess&&) noexcept;
  ~Subprocess();

  pid_t pid() const { return pid_; }
  // stdin_pipe is blocking; a write to a closed pipe returns EPIPE, since this program ignores SIGPIPE. The other two are
  // non-blocking.
  UniqueFd& stdin_pipe() { return stdin_; }
  UniqueFd& stdout_pipe() { return stdout_; }
  UniqueFd& stderr_pipe() { return stderr_; }
  int pidfd() const { return pidfd_.get(); }  // readable when the child has ended; for poll

  void signal_group(int signal);  // does nothing after the child was reaped
  // Reaps the child if it has ended. Returns none if it still runs when the time is over. May be called again after a status.
  std::optional<ExitStatus> wait(Nanoseconds at_most);
  ExitStatus kill_and_reap();

 private:
  Subprocess() = default;
  void end();
  pid_t pid_ = -1;
  UniqueFd stdin_, stdout_, stderr_, pidfd_;
  std::optional<ExitStatus> status_;
};

}  // namespace copybench
