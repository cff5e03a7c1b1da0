#include "core/base/log_event.h"

#include <doctest/doctest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <mutex>
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
  CHECK(to_logfmt(fields_of_event("run_finished", {{"run_id", 3}, {"engine", "two_copy"}, {"reason", "a \"b\" c"}, {"empty", ""}},
                                  "run 3")) ==
        R"(event=run_finished run_id=3 engine=two_copy reason="a \"b\" c" empty="" message="run 3")");
}

TEST_CASE("a sink gets an event's fields as they were given, and none with a line of another making") {
  struct Sink : spdlog::sinks::base_sink<std::mutex> {
    std::vector<LogFields> taken;
    void sink_it_(const spdlog::details::log_msg&) override {
      taken.push_back(event_being_logged() ? *event_being_logged() : LogFields{});
    }
    void flush_() override {}
  };
  const auto sink = std::make_shared<Sink>();
  spdlog::logger logger("test", sink);
  const std::string wild = "back\\slash, quote\", new\nline, equals=, \xc3\xa4";
  log_event(&logger, Severity::info, "an_event", {{"wild", wild}, {"n", 1.5}}, "all of it");
  logger.info("event=looks_like_one message=\"but is none\"");
  REQUIRE(sink->taken.size() == 2);
  CHECK(pairs_of(sink->taken[0]) == std::vector<std::pair<std::string, std::string>>{
                                        {"event", "an_event"}, {"wild", wild}, {"n", "1.5"}, {"message", "all of it"}});
  CHECK(sink->taken[1].empty());
  CHECK(event_being_logged() == nullptr);
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
