// A child process: argv (no shell), its own process group, pipes for stdin, stdout and stderr, and a bounded wait.
//
// Lifetime: the destructor kills the whole group (SIGKILL) and reaps the child, so no path leaves an orphan; a wait()
// that finds the child ended kills what is left of its group too. The child is also killed by the kernel when the thread
// that spawned it ends (PR_SET_PDEATHSIG), so spawn from a long-lived thread; the kernel drops this for programs with
// file capabilities or set-user-id.
// The child starts with default signal dispositions, an empty signal mask, in /, with umask 077, with no descriptors but 0 to
// 2 and `inherit`, and of our environment with what programs in general need: where to find programs and temporary space, and
// the user's language. What a service manager or an administrator told this program alone is not passed on.
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

// Where the shell would find a program: a name with a slash stands for itself, others are looked up in PATH. None where
// there is no executable file.
std::optional<std::string> find_program(std::string_view name);

struct SubprocessOptions {
  std::vector<std::string> argv = {};  // argv[0] is looked up in PATH
  // File descriptors that the child shall have, besides 0 to 2: (ours, its number there). Numbers from 3 upward.
  std::vector<std::pair<int, int>> inherit = {};
  std::vector<std::pair<std::string, std::string>> environment = {};  // added, replacing what is passed on
};

// How a process ended. In words: "exit status 3", "killed by signal 9 (Killed)".
struct ExitStatus {
  bool exited = false;
  int code = 0;    // if exited
  int signal = 0;  // if not
  bool success() const { return exited && code == 0; }
  std::string describe() const;
};

class Subprocess {
 public:
  // Fails where the program cannot be executed (the child reports exec's errno), or a limit is reached.
  static Result<Subprocess> spawn(const SubprocessOptions& options);
  Subprocess(Subprocess&&) noexcept;
  Subprocess& operator=(Subprocess&&) noexcept;
  ~Subprocess();

  pid_t pid() const { return pid_; }
  // stdin_pipe is blocking (write with MSG_NOSIGNAL semantics: SIGPIPE is ignored in this program); the other two are
  // non-blocking.
  UniqueFd& stdin_pipe() { return stdin_; }
  UniqueFd& stdout_pipe() { return stdout_; }
  UniqueFd& stderr_pipe() { return stderr_; }
  int pidfd() const { return pidfd_.get(); }  // readable when the child has ended; for poll

  void signal_group(int signal);  // nothing once the child was reaped
  // Reaps if the child has ended; none while it runs or when the time is over. May be called again after an answer.
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
