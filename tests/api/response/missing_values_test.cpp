#include "api/response/missing_values.h"

#include <doctest/doctest.h>

#include "core/model/events.h"

using namespace copybench;

namespace {

RunRecord run_of(EngineMode engine, RunState state) {
  RunRecord run;
  run.planned.configuration = {engine, 512, 1};
  run.state = state;
  return run;
}

}  // namespace

TEST_CASE("every empty figure has a reason, and no other has one") {
  RunRecord run = run_of(EngineMode::two_copy, RunState::completed);
  run.figures.bytes = 0;
  run.figures.throughput_gbps = 1;
  const Json reasons = missing_values(run, Json::array()).reasons;
  CHECK(reasons.size() == figure_columns().size() - 2);
  CHECK_FALSE(reasons.contains("bytes"));
  CHECK_FALSE(reasons.contains("throughput_gbps"));
  for (const Json& reason : reasons) CHECK_FALSE(reason.get<std::string>().empty());
}

TEST_CASE("counters have perf's own reason, under either of their names") {
  const Json counters = Json::array({{{"event", "cycles"}, {"value", nullptr}, {"reason", "not supported"}},
                                     {{"event", "LLC-load-misses"}, {"value", nullptr}, {"reason", "not counted"}}});
  const Json reasons = missing_values(run_of(EngineMode::zero_copy, RunState::completed), counters).reasons;
  CHECK(reasons["cpu_cycles"] == "not supported");
  CHECK(reasons["cycles_per_byte"] == "not supported");
  CHECK(reasons["llc_load_misses"] == "not counted");
  CHECK(reasons["instructions"] == "the experiment did not ask perf for instructions");
}

TEST_CASE("an event that was requested by a figure's name does not replace the figure") {
  RunRecord run = run_of(EngineMode::two_copy, RunState::completed);
  run.figures.bytes = 0;
  const Json counters = Json::array({{{"event", "bytes"}, {"value", nullptr}, {"reason", "not supported"}},
                                     {{"event", "messages"}, {"value", nullptr}, {"reason", "not supported"}}});
  const Json reasons = missing_values(run, counters).reasons;
  CHECK_FALSE(reasons.contains("bytes"));
  CHECK(reasons["messages"] == "the window gave no value for it");
}

TEST_CASE("every reason has its code, and a counter's has the event") {
  const Json counters = Json::array({{{"event", "cycles"}, {"value", nullptr}, {"reason", "counted for 0.3 s"},
                                      {"code", kOtherInterval}},
                                     {{"event", "page-faults"}, {"value", nullptr}, {"reason", "not supported"}},
                                     {{"event", "l2_rqsts.miss"}}});
  RunRecord run = run_of(EngineMode::two_copy, RunState::completed);
  const MissingValues missing = missing_values(run, counters);
  CHECK(missing.codes["cpu_cycles"] == Json({{"code", "other_interval"}, {"event", "cycles"}}));
  CHECK(missing.reasons["cpu_cycles"] == "counted for 0.3 s");
  CHECK(missing.codes["page_faults"] == Json({{"code", "not_counted"}, {"event", "page-faults"}}));
  CHECK(missing.codes["instructions"] == Json({{"code", "not_requested"}, {"event", "instructions"}}));
  CHECK(missing.codes["l2_rqsts.miss"] == Json({{"code", "no_reading"}, {"event", "l2_rqsts.miss"}}));
  CHECK(missing.codes["zerocopy_sends"] == Json({{"code", "other_engine"}}));
  CHECK(missing.codes["bytes"] == Json({{"code", "no_value"}}));
  CHECK(missing.codes.size() == missing.reasons.size());
  for (const auto& [state, code] : {std::pair{RunState::queued, "queued"}, {RunState::running, "running"},
                                    {RunState::failed, "not_completed"}, {RunState::cancelled, "not_completed"}}) {
    run.state = state;
    CHECK(missing_values(run, counters).codes["bytes"]["code"] == code);
  }
}

TEST_CASE("zero-copy counters belong to zero_copy") {
  CHECK(missing_values(run_of(EngineMode::one_copy, RunState::completed), Json::array()).reasons["zerocopy_sends"] ==
        "zero_copy alone has it");
}

TEST_CASE("a run that did not complete gives its outcome as the reason") {
  RunRecord run = run_of(EngineMode::two_copy, RunState::failed);
  run.reason = "the engine died";
  CHECK(missing_values(run, Json::array()).reasons["bytes"] == "the run failed: the engine died");
  run.reason.reset();
  run.state = RunState::cancelled;
  CHECK(missing_values(run, Json::array()).reasons["bytes"] == "the run was cancelled");
  run.state = RunState::queued;
  CHECK(missing_values(run, Json::array()).reasons["bytes"] == "the run waits to be measured");
}

TEST_CASE("readings of an unknown shape are ignored") {
  for (const Json& counters : {Json(), Json(5), Json(Json::value_t::discarded), Json::array({1, nullptr, "x"}),
                               Json::array({{{"event", "cycles"}}})}) {
    CHECK(missing_values(run_of(EngineMode::two_copy, RunState::completed), counters).reasons.contains("cpu_cycles"));
    CHECK(other_counters(counters) == Json::object());
  }
}

TEST_CASE("events beyond the figures have their counts, or a reason") {
  const Json counters = Json::array({{{"event", "cycles"}, {"value", 5}, {"reason", nullptr}},
                                     {{"event", "cache-references"}, {"value", 7}, {"reason", nullptr}},
                                     {{"event", "dTLB-load-misses"}, {"value", nullptr}, {"reason", "not supported"}},
                                     {{"event", "l2_rqsts.miss"}}});
  CHECK(other_counters(counters) ==
        Json({{"cache-references", 7}, {"dTLB-load-misses", nullptr}, {"l2_rqsts.miss", nullptr}}));
  const Json reasons = missing_values(run_of(EngineMode::two_copy, RunState::completed), counters).reasons;
  CHECK(reasons["dTLB-load-misses"] == "not supported");
  CHECK(reasons["l2_rqsts.miss"] == "perf gave no value for it");
  CHECK_FALSE(reasons.contains("cache-references"));
}

TEST_CASE("a run without perf's text gives the reason") {
  RunRecord run = run_of(EngineMode::two_copy, RunState::completed);
  run.evidence_json = R"({"perf": {"used": false, "version": "", "reason": "perf is not installed"}})";
  CHECK(no_perf_reason(run) == "perf is not installed");
  for (const char* evidence : {"{}", "nonsense", "[]", R"({"perf": 5})", R"({"perf": {"reason": null}})"}) {
    CAPTURE(evidence);
    run.evidence_json = evidence;
    run.state = RunState::completed;
    CHECK(no_perf_reason(run) == "perf printed nothing");
    run.state = RunState::queued;
    CHECK(no_perf_reason(run) == "the run waits to be measured");
  }
}
