#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <new>
#include <span>
#include <string_view>

#include "core/base/version.h"
#include "daemon/commands.h"
#include "daemon/terminal.h"

namespace {

// The default stack size of threads is the limit of the main thread's (ulimit -s), which may be far too small.
void give_threads_room() {
  constexpr size_t kEnough = size_t{2} << 20;
  pthread_attr_t attributes;
  size_t bytes = 0;
  if (::pthread_getattr_default_np(&attributes) != 0) return;
  if (::pthread_attr_getstacksize(&attributes, &bytes) == 0 && bytes < kEnough &&
      ::pthread_attr_setstacksize(&attributes, kEnough) == 0) {
    static_cast<void>(::pthread_setattr_default_np(&attributes));  // on failure the default stays
  }
  ::pthread_attr_destroy(&attributes);
}

// Raises the stack's limit if it is too low to parse a request. Returns false if it cannot be raised enough.
bool has_stack() {
  constexpr rlim_t kLeast = rlim_t{256} << 10;
  rlimit stack{};
  if (::getrlimit(RLIMIT_STACK, &stack) != 0 || stack.rlim_cur >= kLeast) return true;
  stack.rlim_cur = stack.rlim_max;
  return ::setrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur >= kLeast;
}

// Under a lower limit an allocation may fail on a thread, which ends the process without a message.
bool has_memory() {
  constexpr rlim_t kLeast = rlim_t{32} << 20;
  rlimit data{};
  if (::getrlimit(RLIMIT_DATA, &data) != 0 || data.rlim_cur >= kLeast) return true;
  data.rlim_cur = std::min(data.rlim_max, kLeast);
  return data.rlim_cur >= kLeast && ::setrlimit(RLIMIT_DATA, &data) == 0;
}

// The first "--option=" without a value; empty: there is none. CLI11 would read a flag as given ("--public-read=" as true), and
// would take the next argument as the value of any other option.
std::string_view option_without_value(std::span<char*> arguments) {
  for (const std::string_view argument : arguments) {
    if (argument == "--") break;
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) return argument;
  }
  return "";
}

constexpr const char* kNoMemory = "there is not enough memory, or a limit of it is too low (ulimit -v, ulimit -d)";

}  // namespace

int main(int argc, char** argv) {
  copybench::hold_standard_descriptors();
  // A write to a peer or child that is gone must fail, not end the process.
  ::signal(SIGPIPE, SIG_IGN);
  // At a limit of file sizes (ulimit -f) the write must fail too, as with a full disk.
  ::signal(SIGXFSZ, SIG_IGN);
  // The parent may have ignored it, and then the end of children cannot be detected.
  ::signal(SIGCHLD, SIG_DFL);
  if (!has_stack()) {
    copybench::complain("", "the limit of the stack is too low; raise it (ulimit -s, LimitSTACK=) to 8192 KiB");
    return 1;
  }
  if (!has_memory()) {
    copybench::complain("", kNoMemory);
    return 1;
  }
  give_threads_room();

  CLI::App app("copybench: which way of sending is fastest on this machine, at this message size, and why");
  app.set_version_flag("-V,--version", fmt::format("copybenchd {}", copybench::program_version()));
  app.require_subcommand(0, 1);  // a missing command is reported below, after an unknown option
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
  if (const auto option = option_without_value({argv, static_cast<size_t>(argc)}); !option.empty()) {
    copybench::complain("", fmt::format("{}: there is no value; leave out the option, or give it one", option));
    return 2;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return copybench::status_with_output(app.exit(error) == 0 ? 0 : 2);
  } catch (const std::bad_alloc&) {
    copybench::complain("", kNoMemory);
    return 1;
  }
  if (app.get_subcommands().empty()) {
    copybench::complain("", "a command is missing; copybenchd --help names those there are");
    return 2;
  }
  return copybench::status_with_output(exit_status);
}
