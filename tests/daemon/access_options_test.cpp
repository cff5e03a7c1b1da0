#include "daemon/access_options.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "fixture.h"

using namespace copybench;

namespace {

const std::string kToken(40, 'k');

// For the credential that the environment's folder holds.
struct Folder : TemporaryFolder {
  ~Folder() { ::unsetenv("CREDENTIALS_DIRECTORY"); }
};

void refused(const std::string& file, const std::string& word) {
  const auto token = load_token(file);
  REQUIRE_FALSE(token);
  CAPTURE(token.error().message);
  CHECK(token.error().message.find(file) != std::string::npos);
  CHECK(token.error().message.find(word) != std::string::npos);
  CHECK(token.error().message.find(kToken) == std::string::npos);
}

}  // namespace

TEST_CASE("a token file of our own is read if nobody else can") {
  const Folder folder;
  for (const mode_t mode : {0600, 0400}) {
    const auto token = load_token(folder.file("token", kToken + "\n", mode));
    REQUIRE(token);
    CHECK((*token)->matches(kToken));
    std::filesystem::remove(folder.path / "token");
  }
  for (const mode_t mode : {0640, 0440, 0604}) refused(folder.file("token", kToken, mode), "other users can read it");
  for (const mode_t mode : {0620, 0602}) refused(folder.file("token", kToken, mode), "other users can change it");
}

TEST_CASE("a token file that root wrote for our group is read") {
  if (::geteuid() != 0) return;
  constexpr uid_t kNobody = 65534;
  const Folder folder;
  REQUIRE(::chmod(folder.path.c_str(), 0711) == 0);
  const std::string file = folder.file("token", kToken, 0640);
  REQUIRE(::chown(file.c_str(), 0, kNobody) == 0);
  REQUIRE(::setegid(kNobody) == 0);
  REQUIRE(::seteuid(kNobody) == 0);
  const auto token = load_token(file);
  REQUIRE(::seteuid(0) == 0);
  REQUIRE(::setegid(0) == 0);
  REQUIRE(token);
  CHECK((*token)->matches(kToken));
}

TEST_CASE("without a file or a credential there is no token") {
  ::unsetenv("CREDENTIALS_DIRECTORY");
  CHECK_FALSE(load_token("").value());
  const Folder folder;
  ::setenv("CREDENTIALS_DIRECTORY", folder.path.c_str(), 1);
  CHECK_FALSE(load_token("").value());
}

TEST_CASE("a credential of the service manager is used where no file is named") {
  const Folder folder;
  ::setenv("CREDENTIALS_DIRECTORY", folder.path.c_str(), 1);
  folder.file("token", kToken, 0440);
  CHECK(load_token("").value()->matches(kToken));
  const std::string other(40, 'o');
  CHECK(load_token(folder.file("other", other)).value()->matches(other));
}

TEST_CASE("an allowed host is a name alone") {
  for (const char* good : {"bench.lan", "Bench.LAN.", "10.0.0.7", "[fd00::9]"}) CHECK(check_allowed_host(good).empty());
  for (const char* bad : {"*", "a b", "", "http://bench.lan", "bench.lan/", "fd00::9"}) {
    CAPTURE(bad);
    CHECK(check_allowed_host(bad).find("allowed is a host's name or address") != std::string::npos);
  }
  CHECK(check_allowed_host("bench.lan:8090") == "bench.lan:8090: allowed is the name alone, without a port: bench.lan");
  CHECK(check_allowed_host("[fd00::9]:80").find("without a port: [fd00::9]") != std::string::npos);
}

TEST_CASE("a public origin has a scheme and no path, a trusted proxy is an address") {
  for (const char* good : {"https://bench.lan", "http://10.0.0.7:8080", "https://[fd00::9]:8443"}) CHECK(check_public_origin(good).empty());
  for (const char* bad : {"bench.lan", "https://bench.lan/", "https://*.lan", "*", "null", ""}) {
    CHECK(check_public_origin(bad).find("allowed is https:// or http:// with a host") != std::string::npos);
  }
  for (const char* good : {"127.0.0.1", "10.0.0.0/8", "::1", "unix"}) CHECK(check_trusted_proxy(good).empty());
  for (const char* bad : {"localhost", "*", "10.0.0.0/40", ""}) {
    CHECK(check_trusted_proxy(bad).find("allowed is an IP address") != std::string::npos);
  }
}

TEST_CASE("a public origin without a token is warned about") {
  const Folder folder;
  ::unsetenv("CREDENTIALS_DIRECTORY");
  AccessOptions options;
  options.public_origins = {"https://bench.lan"};
  options.trusted_proxies = {"127.0.0.1"};
  const auto open = load_access(options);
  REQUIRE(open);
  CHECK(open->public_origins == std::vector<WebOrigin>{{"https", "bench.lan", 443}});
  CHECK(open->trusted_proxies.size() == 1);
  CHECK(open_proxy_note(*open).find("without a token") != std::string::npos);
  options.token_file = folder.file("token", kToken);
  CHECK(open_proxy_note(load_access(options).value()).empty());
  CHECK(open_proxy_note(load_access({}).value()).empty());
}

TEST_CASE("the options become rules, or an error that names the bad option") {
  const Folder folder;
  const auto rules = load_access({folder.file("token", kToken), true, {"Bench.LAN.", "[fd00:0::9]"}, {}, {}});
  REQUIRE(rules);
  CHECK(rules->token->matches(kToken));
  CHECK(rules->public_read);
  CHECK(rules->allowed_hosts == std::vector<std::string>{"bench.lan", "fd00::9"});
  const auto bad = load_access({"", false, {"bench.lan", "http://bench.lan"}, {}, {}});
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message.find("--allowed-host http://bench.lan") != std::string::npos);
}

TEST_CASE("each fault of a token file is named") {
  const Folder folder;
  refused(folder.path / "none", "No such file");
  refused(folder.path, "no file");
  refused(folder.file("short", "secret"), "6 characters");
  refused(folder.file("empty", ""), "no token");
  refused(folder.file("long", std::string(5000, 'k')), "more than");
  refused(folder.file("read", kToken, 0644), "chmod 600");
  refused(folder.file("written", kToken, 0660), "change it");
  const std::string fifo = folder.path / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  refused(fifo, "no file");
  if (::geteuid() == 0) {
    const std::string theirs = folder.file("theirs", kToken);
    REQUIRE(::chown(theirs.c_str(), 12345, 12345) == 0);
    refused(theirs, "another user (uid 12345)");
  }
}
