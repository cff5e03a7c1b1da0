#include "daemon/limit_options.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace copybench;

namespace {

// Restores the limit of open files.
struct OpenFiles {
  explicit OpenFiles(rlim_t soft) {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit changed{soft, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &changed) == 0);
  }
  ~OpenFiles() { ::setrlimit(RLIMIT_NOFILE, &before); }
  rlimit before{};
};

}  // namespace

TEST_CASE("limits come from the command line and reach the API") {
  CLI::App command;
  LimitOptions limits;
  add_limit_options(command, limits);
  command.parse("--max-connections 100 --max-event-streams 3 --max-request-bytes 2048 --request-timeout 0.5 --post-rate 2.5 "
                "--max-queued 7");
  ApiOptions options;
  apply_limits(limits, options);
  CHECK(options.max_connections == 100);
  CHECK(options.event_streams == 3);
  CHECK(options.max_queued == 7);
  CHECK(options.max_body_bytes == 2048);
  CHECK(options.client_timeout == std::chrono::milliseconds{500});
  CHECK(options.post_rates.per_client == 2.5);
  CHECK(options.post_rates.total == PostRates{}.total);
}

TEST_CASE("limits that make no sense are rejected") {
  for (const char* bad : {"--max-connections 1", "--max-connections x", "--max-event-streams 0", "--max-queued 0", "--max-request-bytes 0",
                          "--request-timeout 0", "--request-timeout nan", "--request-timeout inf", "--post-rate -1",
                          "--post-rate nan", "--post-rate-total inf", "--post-rate x"}) {
    CAPTURE(bad);
    CLI::App command;
    LimitOptions limits;
    add_limit_options(command, limits);
    CHECK_THROWS_AS(command.parse(bad), CLI::ValidationError);
  }
}

TEST_CASE("a limit of open files that is too low for any run is rejected") {
  // Tested in a child: a lowered hard limit stays low.
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit fewest{100, 100};
    ::setrlimit(RLIMIT_NOFILE, &fewest);
    LimitOptions limits;
    const auto refused = fit_to_open_files(limits);
    ::_exit(!refused && refused.error().message.find("only 100 files, and needs 160") != std::string::npos ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("the limit of open files is raised to its maximum") {
  const OpenFiles low(200);
  LimitOptions limits;
  limits.max_connections = 16;
  CHECK(fit_to_open_files(limits) == "");
  rlimit now{};
  ::getrlimit(RLIMIT_NOFILE, &now);
  CHECK(now.rlim_cur == now.rlim_max);
}
