#include "core/base/log_event.h"

#include <doctest/doctest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

using namespace copybench;

namespace {

std::vector<std::pair<std::string, std::string>> pairs_of(const LogFields& fields) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const LogField& field : fields) pairs.emplace_back(field.name, field.value);
  return pairs;
}

}  // namespace

TEST_CASE("a line is key=value, quoted where it must be, with the message last") {
  CHECK(to_logfmt("run_finished", {{"run_id", 3}, {"engine", "two_copy"}, {"reason", "a \"b\" c"}, {"empty", ""}}, "run 3") ==
        R"(event=run_finished run_id=3 engine=two_copy reason="a \"b\" c" empty="" message="run 3")");
}

TEST_CASE("a formatted line is parsed into the same fields") {
  const std::string wild = "back\\slash, quote\", new\nline, equals=, \xc3\xa4";
  const auto fields = from_logfmt(to_logfmt("an_event", {{"wild", wild}, {"n", 1.5}}, "all of it"));
  CHECK(pairs_of(fields) == std::vector<std::pair<std::string, std::string>>{
                                {"event", "an_event"}, {"wild", wild}, {"n", "1.5"}, {"message", "all of it"}});
}

TEST_CASE("a line in another format is one message") {
  for (const char* line : {"plain words", "event=", "event=a b", "event=a message=\"open", "event=a message=b c", "event=a x=1"}) {
    CAPTURE(line);
    CHECK(pairs_of(from_logfmt(line)) == std::vector<std::pair<std::string, std::string>>{{"message", line}});
  }
}

TEST_CASE("an event is logged by its severity, and dropped without a logger") {
  std::ostringstream text;
  spdlog::logger logger("test", std::make_shared<spdlog::sinks::ostream_sink_st>(text));
  logger.set_pattern("%l %v");
  logger.set_level(spdlog::level::info);
  log_event(&logger, Severity::debug, "too_fine", {}, "unheard");
  log_event(&logger, Severity::warning, "heard", {{"n", 1}}, "{} is no placeholder");
  log_event(nullptr, Severity::error, "nowhere", {}, "");
  CHECK(text.str() == "warning event=heard n=1 message=\"{} is no placeholder\"\n");
}
