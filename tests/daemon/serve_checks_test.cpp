#include "daemon/serve_checks.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>

#include "fixture.h"

using namespace copybench;

namespace {

// Options without any fault.
ServeOptions good(const TemporaryFolder& folder) {
  ServeOptions options;
  options.data_directory = folder.path / "data" / "of it";
  return options;
}

void refused(const ServeOptions& options, const std::string& words) {
  const auto prepared = prepare_to_serve(options);
  REQUIRE_FALSE(prepared);
  CAPTURE(prepared.error().message);
  CHECK(prepared.error().message.find(words) != std::string::npos);
  CHECK(prepared.error().exit_status == 2);
}

}  // namespace

TEST_CASE("valid settings are prepared, and nothing is created") {
  const TemporaryFolder folder;
  const auto prepared = prepare_to_serve(good(folder));
  REQUIRE(prepared);
  CHECK(prepared->data_directory == folder.path / "data" / "of it");
  CHECK_FALSE(prepared->access.token);
  CHECK_FALSE(std::filesystem::exists(folder.path / "data"));
}

TEST_CASE("an address that no interface has is reported before the start, and may come later") {
  const TemporaryFolder folder;
  ServeOptions options = good(folder);
  options.listen = "192.0.2.1:8090";
  options.access.token_file = folder.file("token", std::string(40, 'k'));
  const auto prepared = prepare_to_serve(options);
  REQUIRE_FALSE(prepared);
  CHECK(prepared.error().message == "cannot listen on 192.0.2.1:8090: no interface of this machine has that address");
  CHECK(prepared.error().exit_status == 1);
}

TEST_CASE("an address that others can reach needs a token") {
  const TemporaryFolder folder;
  ServeOptions options = good(folder);
  options.listen = "0.0.0.0:0";
  refused(options, "so a token is needed");
  options.access.token_file = folder.file("token", std::string(40, 'k'));
  const auto prepared = prepare_to_serve(options);
  REQUIRE(prepared);
  CHECK(prepared->access.token->matches(std::string(40, 'k')));
}

TEST_CASE("every fault that would keep the daemon from starting is rejected") {
  const TemporaryFolder folder;
  const std::string file = folder.file("file", "x");
  SUBCASE("no token file") {
    ServeOptions options = good(folder);
    options.access.token_file = folder.path / "none";
    refused(options, "No such file");
  }
  SUBCASE("a token that everyone can read") {
    ServeOptions options = good(folder);
    options.access.token_file = folder.file("open", std::string(40, 'k'), 0644);
    refused(options, "other users can read it");
  }
  SUBCASE("a unix socket in no folder") {
    ServeOptions options = good(folder);
    options.listen = "unix:" + (folder.path / "none" / "socket").string();
    refused(options, "there is no folder");
  }
  SUBCASE("data in a file, or below one") {
    for (const std::string& place : {file, file + "/below"}) {
      ServeOptions options = good(folder);
      options.data_directory = place;
      refused(options, "--data-dir " + place + ": " + file + " is no folder");
    }
  }
  SUBCASE("all of it at once") {
    ServeOptions options = good(folder);
    options.data_directory = file;
    options.listen = "0.0.0.0:0";
    refused(options, "so a token is needed");
    refused(options, "is no folder");
  }
}

TEST_CASE("a host that cannot be resolved is reported, whether or not it is tolerated") {
  const TemporaryFolder folder;
  ServeOptions options = good(folder);
  options.listen = "no-such-host.invalid:8090";
  const auto prepared = prepare_to_serve(options);
  REQUIRE_FALSE(prepared);
  CHECK(prepared.error().message.find("no-such-host.invalid") != std::string::npos);
}

TEST_CASE("without perf the daemon starts, and reports that") {
  const TemporaryFolder folder;
  ServeOptions options = good(folder);
  options.perf = "no-perf-here";
  const auto prepared = prepare_to_serve(options);
  REQUIRE(prepared);
  REQUIRE(prepared->notes.size() == 1);
  CHECK(prepared->notes[0].find("there is no program no-perf-here") == 0);
}
