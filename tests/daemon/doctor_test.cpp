#include "daemon/doctor.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <set>
#include <sstream>
#include <string>

#include "core/base/json.h"
#include "core/host/text_file.h"
#include "core/perf/capability.h"

using namespace copybench;

namespace {

struct Report {
  int exit_status;
  std::string text;
};

Report doctor(bool json) {
  std::ostringstream out;
  const int status = run_doctor(json, out);
  return {status, out.str()};
}

}  // namespace

TEST_CASE("JSON and text say the same of each check") {
  const auto [status, text] = doctor(true);
  const auto report = Json::parse(text);
  CHECK(report.at("runs_possible") == (status == 0));
  CHECK(report.at("perf").at("usable").is_boolean());
  CHECK(report.at("zerocopy").at("works").is_boolean());
  CHECK(report.at("system").at("kernel").at("release").is_string());

  const auto printed = doctor(false);
  CHECK(printed.exit_status == status);
  std::set<std::string> names;
  for (const auto& check : report.at("checks")) {
    const auto name = check.at("what").get<std::string>();
    CAPTURE(name);
    CHECK(names.insert(name).second);
    const auto state = check.at("state").get<std::string>();
    CHECK((state == "ok" || state == "limited" || state == "missing"));
    CHECK_FALSE(check.at("detail").get<std::string>().empty());
    CHECK(printed.text.find("  " + name + " ") != std::string::npos);
    CHECK(printed.text.find(check.at("detail").get<std::string>()) != std::string::npos);
    if (!check.at("remedy").is_null()) {
      CHECK(state != "ok");
      CHECK(printed.text.find(check.at("remedy").get<std::string>()) != std::string::npos);
    }
  }
  for (const char* name : {"kernel", "cpus", "loopback", "zero-copy", "optmem_max", "locked memory", "perf"}) {
    CAPTURE(name);
    CHECK(names.contains(name));
  }
}

TEST_CASE("without perf runs are possible, and the report names the package") {
  const std::string path = ::getenv("PATH") != nullptr ? ::getenv("PATH") : "";
  ::setenv("PATH", "/nonexistent", 1);
  const auto [status, text] = doctor(false);
  ::setenv("PATH", path.c_str(), 1);
  CHECK(text.find(how_to_install_perf(read_text_file("/etc/os-release").value_or(""), "")) != std::string::npos);
  CHECK((status == 0) == (text.find("Runs are possible") != std::string::npos));
}
