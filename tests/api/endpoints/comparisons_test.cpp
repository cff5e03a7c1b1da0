#include <vector>

#include "api/fixture.h"

using namespace copybench;

namespace {

struct Compared : Served {
  // Stores an experiment of these engines, each with one run for each value.
  ExperimentId measure(const std::vector<EngineMode>& engines, const std::vector<double>& gbps,
                       Pattern pattern = Pattern::stream, size_t flagged = 0) {
    ExperimentRequest request;
    request.engines = engines;
    request.field_sizes = {512};
    request.threads = {1};
    request.repetitions = static_cast<int64_t>(gbps.size());
    request.pattern = pattern;
    const ExperimentId id = must(store->enqueue(must_plan(request), std::nullopt, nullptr)).id;
    for (size_t i = 0; i < gbps.size() * engines.size(); ++i) finish(gbps, i < flagged);
    return id;
  }
  void finish(const std::vector<double>& gbps, bool flagged = false) {
    const ClaimedRun run = claim();
    RunFigures figures;
    figures.throughput_gbps =
        gbps[run.planned.repetition - 1] * (1 + 0.4 * static_cast<double>(run.planned.configuration.engine));
    RunResult result{Completed{figures}, Json::object(), ""};
    if (flagged) result.flags.push_back({FlagKind::neighbours, "Others."});
    must(store->finish(run.id, result));
  }
  Answer compare(const std::string& rest) { return get("/compare?" + rest); }
};

const std::vector<double> kTen{10.0, 10.1, 10.2, 10.3, 10.4, 10.5};
const std::vector<double> kNine{9.0, 9.1, 9.2, 9.3, 9.4, 9.5};
using enum EngineMode;

}  // namespace

TEST_CASE("two experiments are compared configuration by configuration") {
  Compared served;
  served.measure({two_copy, one_copy}, kTen);
  served.measure({two_copy}, kNine);
  const Json json = served.compare("base=1&head=2").json();
  CHECK(json["metric"] == "throughput_gbps");
  CHECK(json["paired"] == false);
  REQUIRE(json["configurations"].size() == 1);
  const Json& one = json["configurations"][0];
  CHECK(one["engine"] == "two_copy");
  CHECK(one["verdict"] == "slower");
  CHECK(one["base"]["n"] == 6);
  CHECK(one["base"]["median"] == doctest::Approx(10.25));
  CHECK(one["ratio"] == doctest::Approx(0.9).epsilon(0.01));
  CHECK(one["ratio_ci95_high"] < 0.99);
  CHECK(one["corrected_p"] < 0.01);
  CHECK(json["counts"]["slower"] == 1);
  CHECK(json["only_base"].size() == 1);
  CHECK(json["only_head"].empty());
  CHECK(json["differences"].empty());
  CHECK(json["sentence"] == "Of 1 configuration, the head has: slower at 1.");
  CHECK(served.compare("base=2&head=1").json()["configurations"][0]["verdict"] == "faster");
  CHECK(served.compare("base=1&head=2&min_effect_pct=20").json()["counts"]["no_significant_difference"] == 1);
  CHECK(served.compare("base=1&head=2&metric=cpu_ns_per_byte").json()["counts"]["not_measured"] == 1);
}

TEST_CASE("fail_on=slower answers 409 with the comparison, so that a script can gate on it") {
  Compared served;
  served.measure({two_copy}, kTen);
  served.measure({two_copy}, kNine);
  served.measure({two_copy}, {9, 9.1, 9.2});
  served.measure({two_copy}, {9, 9.1, 9.2});
  const Json slower = problem(served.compare("base=1&head=2&fail_on=slower"), 409);
  CHECK(slower["type"] == "urn:copybench:problem:slower");
  CHECK(slower["comparison"]["counts"]["slower"] == 1);
  CHECK(served.compare("base=2&head=1&fail_on=slower").status == 200);
  // A gate that can never fail is rejected.
  const Json undecided = problem(served.compare("base=3&head=4&fail_on=slower"), 409);
  CHECK(undecided["type"] == "urn:copybench:problem:undecided");
  CHECK(undecided["comparison"]["configurations"][0]["verdict"] == "too_few_repetitions");
  CHECK(undecided["comparison"]["configurations"][0]["repetitions_needed"] == 4);
  served.queue(1);
  served.queue(1);
  CHECK(problem(served.compare("base=5&head=6&fail_on=slower"), 409)["type"] == "urn:copybench:problem:undecided");
}

TEST_CASE("with most runs of a side flagged there is no verdict, and a gate reports that") {
  Compared served;
  served.measure({two_copy}, kTen);
  served.measure({two_copy}, kNine, Pattern::stream, 4);
  served.measure({two_copy}, kNine, Pattern::stream, 3);
  const Json json = served.compare("base=1&head=2").json();
  const Json& one = json["configurations"][0];
  CHECK(one["verdict"] == "cannot_tell");
  CHECK(one["reason"] == Json{{"code", "most_runs_flagged"},
                              {"base", {{"runs", 6}, {"flagged", 0}}},
                              {"head", {{"runs", 6}, {"flagged", 4}}}});
  CHECK(one["detail"] == "cannot tell: 0 of 6 runs of the base and 4 of 6 of the head are flagged, their figures doubtful");
  CHECK(json["counts"]["cannot_tell"] == 1);
  CHECK(json["counts"]["slower"] == 0);
  CHECK(served.compare("base=2&head=1").json()["configurations"][0]["verdict"] == "cannot_tell");
  const Json undecided = problem(served.compare("base=1&head=2&fail_on=slower"), 409);
  CHECK(undecided["type"] == "urn:copybench:problem:undecided");
  CHECK(undecided["detail"].get<std::string>().find("4 of 6") != std::string::npos);
  // Half of them are not most.
  const Json half = served.compare("base=1&head=3").json()["configurations"][0];
  CHECK(half["verdict"] == "slower");
  CHECK(half["reason"].is_null());
}

TEST_CASE("experiments that cannot be compared are rejected, with their differences") {
  Compared served;
  served.measure({two_copy}, kTen);
  served.measure({two_copy}, kNine, Pattern::request_response);
  served.measure({one_copy}, kTen);
  const Json differing = problem(served.compare("base=1&head=2"), 409);
  CHECK(differing["type"] == "urn:copybench:problem:not-comparable");
  CHECK(differing["comparison"]["differences"][0]["name"] == "pattern");
  const Json allowed = served.compare("base=1&head=2&allow_differences=1").json();
  CHECK(allowed["configurations"][0]["verdict"] == "slower");
  CHECK(allowed["warnings"].dump().find("differ in pattern") != std::string::npos);
  CHECK(problem(served.compare("base=1&head=3"), 409)["type"] == "urn:copybench:problem:not-comparable");
}

TEST_CASE("the link to the page carries the whole question") {
  Compared served;
  served.measure({two_copy}, kTen);
  served.measure({two_copy}, kNine, Pattern::request_response);
  const auto page = [&](const char* question) { return served.compare(question).json()["links"]["page"]; };
  CHECK(page("base=1&head=2&allow_differences=1&metric=latency_us&min_effect_pct=2.5") ==
        "/#/compare?base=1&head=2&metric=latency_us&min_effect_pct=2.5&allow_differences=1");
  CHECK(page("base=1&head=2&allow_differences=1") == "/#/compare?base=1&head=2&metric=throughput_gbps&allow_differences=1");
}

TEST_CASE("engines within a search are not tested as if its pairs were fixed in advance") {
  Served served;
  const char* const search = R"({"find": "crossover", "of": ["one_copy", "zero_copy"], "field_sizes": {"from": 64, "to": 128}})";
  REQUIRE(served.post("/experiments", search).status == 202);
  const Json refused = problem(served.get("/experiments/1/comparisons"), 409);
  CHECK(refused["detail"].get<std::string>().find("its own verdicts are in /experiments/1") != std::string::npos);
}

TEST_CASE("a rate makes a different figure, and flagged runs are reported") {
  Compared served;
  ExperimentRequest request;
  request.engines = {two_copy};
  request.field_sizes = {512};
  request.threads = {1};
  request.pattern = Pattern::request_response;
  for (const auto rate : {std::optional<double>(), std::optional<double>(2000)}) {
    request.messages_per_s = rate;
    must(served.store->enqueue(must_plan(request), std::nullopt, nullptr));
    RunFigures figures;
    figures.throughput_gbps = 10;
    RunResult result{Completed{figures}, Json::object(), ""};
    if (rate) result.flags = {{FlagKind::steal, "Much of it."}};
    must(served.store->finish(served.claim().id, result));
  }
  CHECK(problem(served.compare("base=1&head=2"), 409)["comparison"]["differences"][0]["name"] == "messages_per_s");
  const std::string warnings = served.compare("base=1&head=2&allow_differences=1").json()["warnings"].dump();
  CHECK(warnings.find("Completed runs are flagged, their figures doubtful: 1 of 1 of experiment 2.") != std::string::npos);
  CHECK(warnings.find("not recorded") == std::string::npos);
}

TEST_CASE("experiments measured alternately are pairs") {
  Compared served;
  std::string base, head;
  for (int i = 0; i < 6; ++i) {
    const double level = 10 + i;
    base += (i ? "," : "") + std::to_string(served.measure({two_copy}, {level}));
    head += (i ? "," : "") + std::to_string(served.measure({two_copy}, {level * 0.95 + 0.001 * i}));
  }
  const Json json = served.compare("base=" + base + "&head=" + head).json();
  CHECK(json["paired"] == true);
  CHECK(json["configurations"][0]["verdict"] == "slower");
  CHECK(json["configurations"][0]["base"]["n"] == 6);
  CHECK(json["warnings"].dump().find("alternately") == std::string::npos);
  CHECK(served.compare("base=1,2,3&head=4,5,6").json()["warnings"].dump().find("not measured alternately") !=
        std::string::npos);
  CHECK(problem(served.compare("base=1,3&head=2"), 400)["errors"][0]["pointer"] == "?head");
  // An experiment counts once, however often the request names it.
  CHECK(problem(served.compare("base=1,1&head=2,4"), 400)["errors"][0]["pointer"] == "?base");
  CHECK(problem(served.compare("base=1,3&head=2,2"), 400)["errors"][0]["pointer"] == "?head");
  CHECK(problem(served.compare("base=1&head=1"), 400)["errors"][0]["pointer"] == "?head");
}

TEST_CASE("each error of a question is named") {
  Compared served;
  served.measure({two_copy}, kTen);
  const auto pointers = [&](const std::string& rest) {
    std::string all;
    const Json answer = problem(served.compare(rest), 400);
    for (const Json& error : answer["errors"]) all += error["pointer"].get<std::string>();
    return all;
  };
  CHECK(pointers("") == "?base?head");
  CHECK(pointers("base=1,&head=x&metric=bytes&min_effect_pct=51&fail_on=faster") ==
        "?base?fail_on?head?metric?min_effect_pct");
}

TEST_CASE("experiments that do not exist are named by their parameters, all at once") {
  Compared served;
  served.measure({two_copy}, kTen);
  const Json one = problem(served.compare("base=1&head=9"), 404);
  CHECK(one["errors"] == Json::array({{{"pointer", "?head"}, {"detail", "There is no experiment 9."}}}));
  CHECK(one["detail"] == "There is no experiment 9.");
  const Json both = problem(served.compare("base=8,1&head=9,7"), 404)["errors"];
  REQUIRE(both.size() == 3);
  CHECK(both[0] == Json({{"pointer", "?base"}, {"detail", "There is no experiment 8."}}));
  CHECK(both[1]["pointer"] == "?head");
  CHECK(both[2] == Json({{"pointer", "?head"}, {"detail", "There is no experiment 7."}}));
}

TEST_CASE("the engines of one experiment are compared by pairs of repetitions") {
  Compared served;
  served.measure({two_copy, one_copy}, kTen);
  const Json json = served.get("/experiments/1/comparisons").json();
  REQUIRE(json["cells"].size() == 1);
  const Json& cell = json["cells"][0];
  CHECK(cell["verdict"] == "winner");
  CHECK(cell["best"] == "one_copy");
  CHECK(cell["contenders"] == Json::array({"one_copy"}));
  REQUIRE(cell["pairs"].size() == 1);
  CHECK(cell["pairs"][0]["ratio"] == doctest::Approx(1.4));
  CHECK(cell["pairs"][0]["verdict"] == "faster");
  const Json far = served.get("/experiments/1/comparisons?min_effect_pct=50").json();
  CHECK(far["cells"][0]["verdict"] == "undecided");
  served.measure({two_copy, one_copy}, {1, 2, 3});
  const Json few = served.get("/experiments/2/comparisons").json();
  CHECK(few["cells"][0]["verdict"] == "too_few_repetitions");
  CHECK(few["cells"][0]["repetitions_needed"] == 6);
}
