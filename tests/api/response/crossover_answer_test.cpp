#include "api/response/crossover_answer.h"

#include <doctest/doctest.h>

#include "core/model/stored_shapes.h"

using namespace copybench;

namespace {

Json at(int64_t field_bytes, const char* verdict, Json better = nullptr) {
  return {{"field_bytes", field_bytes}, {"pairs", 5}, {"verdict", verdict}, {"better", std::move(better)}};
}

Json crossing(const char* below, const char* above, int64_t low, int64_t high) {
  return {{"below", below}, {"above", above}, {"size_bytes", 768}, {"interval", {{"low", low}, {"high", high}}}};
}

Json search(const char* state, Json path, Json crossings = Json::array()) {
  Json json{{"state", state}, {"of", {"one_copy", "zero_copy"}}, {"metric", "throughput_gbps"}, {"confidence", 0.95}};
  json["crossings"] = std::move(crossings);
  json["path"] = std::move(path);
  CHECK(findings_shape().problem({{"crossover", json}}, "").empty());
  return json;
}

}  // namespace

TEST_CASE("a crossing is told with its interval") {
  const Json path = Json::array({at(512, "better", "one_copy"), at(1024, "better", "zero_copy")});
  CHECK(crossover_answer(search("found", path, Json::array({crossing("one_copy", "zero_copy", 512, 1024)}))) ==
        "one_copy has the better throughput_gbps up to fields of 512 bytes, zero_copy from 1024 bytes on, and the change is at "
        "about 768 bytes (512 to 1024 bytes with 95 % confidence). A message is 8 fields.");
  const Json two = Json::array({crossing("one_copy", "zero_copy", 512, 1024), crossing("zero_copy", "one_copy", 4096, 8192)});
  const std::string several = crossover_answer(search("several", path, two));
  CHECK(several.starts_with("The better engine changes 2 times: one_copy has the better throughput_gbps up to fields of 512"));
  CHECK(several.ends_with("(95 % confidence for all of it). A message is 8 fields."));
}

TEST_CASE("a search without a crossing says why") {
  CHECK(crossover_answer(search("none", Json::array({at(64, "better", "one_copy"), at(256, "better", "one_copy")}))) ==
        "No crossover from fields of 64 to 256 bytes: one_copy has the better throughput_gbps at all 2 sizes measured (95 % "
        "confidence for all of them together). What changes and changes back between two of them is not seen.");
  CHECK(crossover_answer(search("undecided", Json::array({at(64, "better", "one_copy"), at(256, "no_difference"),
                                                          at(1024, "no_difference"), at(4096, "not_measured")}))) ==
        "No crossover could be found or ruled out by throughput_gbps: one_copy is better at fields of 64 bytes; 27 pairs show "
        "no significant difference at fields of 256, 1024 bytes; the runs failed or lack the figure at fields of 4096 bytes. "
        "Longer runs would tell more.");
  Json lacking = search("undecided", Json::array({at(64, "not_measured")}));
  CHECK(crossover_answer(lacking) == "No crossover could be found or ruled out by throughput_gbps: the runs failed or lack the "
                                     "figure at fields of 64 bytes.");
  lacking["without_figure"] = 7;
  CHECK(crossover_answer(lacking).starts_with("There is no searching by throughput_gbps: "));
  CHECK(crossover_answer(lacking).find("/runs/7 says why") != std::string::npos);
}

TEST_CASE("a search that has not ended, or was cancelled, says so") {
  CHECK(crossover_answer(search("searching", Json::array({at(64, "better", "one_copy"), at(256, "measuring")}))) ==
        "Searching: 1 of 2 sizes measured so far.");
  CHECK(crossover_answer(search("cancelled", Json::array())) == "The search was cancelled before it had an answer.");
}

TEST_CASE("members that are absent or null are no obstacle") {
  for (const char* state : {"searching", "found", "several", "none", "undecided", "cancelled"}) {
    CAPTURE(state);
    for (const Json& json : {Json{{"state", state}}, search(state, Json::array({at(64, "measuring")}), Json::array()),
                             Json{{"state", state}, {"metric", nullptr}, {"without_figure", nullptr}},
                             search(state, Json::array(), Json::array({{{"below", "one_copy"}, {"above", "zero_copy"}}}))}) {
      CHECK_FALSE(crossover_answer(json).empty());
    }
  }
}
