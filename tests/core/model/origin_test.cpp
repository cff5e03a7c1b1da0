#include "core/model/origin.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("an origin survives the way through JSON") {
  Origin origin{"lab-3", "abc", "0.1.0", 7, UtcTime(std::chrono::milliseconds(1'700'000'000'123)), std::nullopt};
  CHECK(*origin_from_json(to_json(origin)) == origin);
  origin.machine_id.reset();
  origin.imported_at = UtcTime(std::chrono::milliseconds(1'800'000'000'000));
  CHECK(*origin_from_json(to_json(origin)) == origin);
}

TEST_CASE("an invalid origin is rejected") {
  const Json good = to_json(Origin{"h", {}, "c", 1, UtcTime(std::chrono::milliseconds(1)), {}});
  CHECK_FALSE(origin_from_json(Json::array()));
  for (const auto& [key, bad] : std::initializer_list<std::pair<const char*, Json>>{
           {"host", 1}, {"host", std::string(201, 'x')}, {"copybench", nullptr}, {"experiment_id", 0}, {"experiment_id", 1.5},
           {"exported_at_ms", nullptr}, {"exported_at_ms", 1e300}, {"exported_at_ms", INT64_MAX}, {"exported_at_ms", -1},
           {"imported_at_ms", "now"}}) {
    Json json = good;
    json[key] = bad;
    CAPTURE(json.dump());
    CHECK_FALSE(origin_from_json(json));
  }
}
