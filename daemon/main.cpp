#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include <new>

#include "core/base/version.h"
#include "daemon/commands.h"
#include "daemon/terminal.h"

namespace {

// A thread's stack is as large as the limit of the main thread's (ulimit -s), which may be none at all.
void give_threads_room() {
  constexpr size_t kEnough = size_t{2} << 20;
  pthread_attr_t attributes;
  size_t bytes = 0;
  if (::pthread_getattr_default_np(&attributes) != 0) return;
  if (::pthread_attr_getstacksize(&attributes, &bytes) == 0 && bytes < kEnough &&
      ::pthread_attr_setstacksize(&attributes, kEnough) == 0) {
    static_cast<void>(::pthread_setattr_default_np(&attributes));  // where it fails they have what they had
  }
  ::pthread_attr_destroy(&attributes);
}

// False where it may not be as large as parsing a request takes; raised as far as it may be.
bool has_stack() {
  constexpr rlim_t kLeast = rlim_t{256} << 10;
  rlimit stack{};
  if (::getrlimit(RLIMIT_STACK, &stack) != 0 || stack.rlim_cur >= kLeast) return true;
  stack.rlim_cur = stack.rlim_max;
  return ::setrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur >= kLeast;
}

}  // namespace

int main(int argc, char** argv) {
  copybench::hold_standard_descriptors();
  // A peer or a child that is gone is an error of the write, not the end of the process.
  ::signal(SIGPIPE, SIG_IGN);
  // A limit of file sizes (ulimit -f) is an error of the write too: a full disk.
  ::signal(SIGXFSZ, SIG_IGN);
  // Whoever started this may have ignored it, and then no child's end can be learned.
  ::signal(SIGCHLD, SIG_DFL);
  if (!has_stack()) {
    copybench::complain("", "the limit of the stack is too low; raise it (ulimit -s, LimitSTACK=) to 8192 KiB");
    return 1;
  }
  give_threads_room();

  CLI::App app("copybench: which way of sending is fastest on this machine, at this message size, and why");
  app.set_version_flag("-V,--version", fmt::format("copybenchd {}", copybench::program_version()));
  app.require_subcommand(0, 1);  // that there is one is said below, where an unknown option is named first
  int exit_status = 0;
  const auto done = [&exit_status](int status) { exit_status = status; };
  copybench::add_serve_command(app, done);
  copybench::add_engine_command(app, done);
  copybench::add_load_command(app, done);
  copybench::add_calibrate_command(app, done);
  copybench::add_doctor_command(app, done);
  copybench::add_backup_command(app, done);
  copybench::add_restore_command(app, done);
  copybench::add_export_command(app, done);
  copybench::add_import_command(app, done);
  copybench::add_completion_command(app, done);
  const auto is_named = [&](const CLI::App* command) { return command->get_name() == argv[1]; };
  if (argc > 1 && argv[1][0] != '-' && app.get_subcommands(is_named).empty()) {
    copybench::complain("", fmt::format("there is no command \"{}\"; copybenchd --help names those there are", argv[1]));
    return 2;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return copybench::status_with_output(app.exit(error) == 0 ? 0 : 2);
  } catch (const std::bad_alloc&) {
    copybench::complain("", "there is not enough memory, or a limit of it is too low (ulimit -v, ulimit -d)");
    return 1;
  }
  if (app.get_subcommands().empty()) {
    copybench::complain("", "a command is missing; copybenchd --help names those there are");
    return 2;
  }
  return copybench::status_with_output(exit_status);
}
