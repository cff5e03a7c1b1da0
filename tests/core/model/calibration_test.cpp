#include "core/model/calibration.h"

#include <doctest/doctest.h>

#include <random>

using namespace copybench;

namespace {

std::vector<Calibration> earlier(size_t count, double noise) {
  std::mt19937 random(7);
  std::normal_distribution<double> normal(1, noise);
  std::vector<Calibration> all;
  for (size_t i = 0; i < count; ++i) {
    all.push_back({20 * normal(random), 8 * normal(random), 100 * normal(random), 10 * normal(random)});
  }
  return all;
}

}  // namespace

TEST_CASE("a calibration read back from its JSON is the same, and an incomplete one is rejected") {
  const Calibration calibration{20, 8, 100, 10};
  CHECK(calibration_from_json(Json::parse(to_json(calibration).dump())).value() == calibration);
  for (const char* text : {"{}", "[]", R"({"syscall_ns":1})"}) CHECK_FALSE(calibration_from_json(Json::parse(text)));
  Json zero = to_json(calibration);
  zero["syscall_ns"] = 0;
  CHECK_FALSE(calibration_from_json(zero));
}

TEST_CASE("a run's calibrations come back from their JSON, and invalid ones are rejected") {
  const CalibrationRecord before{true, UtcTime(std::chrono::milliseconds(7)), "here", {20, 8, 100, 10}, "syscall_ns 100"};
  const std::vector<CalibrationRecord> both{before, {false, before.at, "here", {21, 8, 100, 10}, std::nullopt}};
  CHECK(calibrations_from_json(Json::parse(to_json(both).dump())).value() == both);
  CHECK(calibrations_from_json(Json::array()).value().empty());
  for (const char* key : {"before", "at_ms", "machine", "values"}) {
    Json list = to_json(both);
    list[1].erase(key);
    CHECK_FALSE(calibrations_from_json(list));
  }
  Json list = to_json(both);
  list[0]["unusual"] = 1;
  CHECK_FALSE(calibrations_from_json(list));
  CHECK_FALSE(calibrations_from_json(to_json({before, before, before})));
  CHECK_FALSE(calibrations_from_json(Json::parse("[1]")));
  CHECK_FALSE(calibrations_from_json(Json::object()));
}

TEST_CASE("a value within the machine's earlier range is usual") {
  const auto known = earlier(50, 0.02);
  for (const Calibration& one : earlier(30, 0.03)) CHECK_FALSE(unusual(one, known));
}

TEST_CASE("a value far outside the earlier range is named, with that range") {
  const auto known = earlier(50, 0.01);
  const auto text = unusual({20, 8, 300, 10}, known);
  REQUIRE(text);
  CHECK(text->find("syscall_ns 300 (usual: ") == 0);
  CHECK(unusual({10, 4, 100, 10}, known)->find("memcpy_memory_gbytes_per_s 4") != std::string::npos);
}

TEST_CASE("on a machine that always varies, much is usual; a few outliers among the earlier values change nothing") {
  CHECK_FALSE(unusual({13, 8, 100, 10}, earlier(50, 0.15)));
  auto known = earlier(50, 0.01);
  for (size_t i = 0; i < 10; ++i) known[i] = {1, 1, 1000, 1000};
  CHECK(unusual({20, 8, 300, 10}, known));
  CHECK_FALSE(unusual({20, 8, 101, 10}, known));
}

TEST_CASE("a few earlier values are too few for a verdict") { CHECK_FALSE(unusual({1, 1, 1, 1}, earlier(9, 0.01))); }
