#include "core/model/run_flag.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("flags read back from their JSON are the same, and others are rejected") {
  const std::vector<RunFlag> flags{{FlagKind::drift, "It drifted."}, {FlagKind::steal, "Stolen."}};
  const auto read = flags_from_json(Json::parse(to_json(flags).dump()));
  REQUIRE(read);
  CHECK(*read == flags);
  for (const char* text : {"{}", "[1]", R"([{"kind":"rain","detail":""}])", R"([{"kind":"drift"}])"}) {
    CHECK_FALSE(flags_from_json(Json::parse(text)));
  }
}

TEST_CASE("kinds are joined, each once") {
  CHECK(kinds_of({}).empty());
  CHECK(kinds_of({{FlagKind::step, "a"}, {FlagKind::warm_up, "b"}, {FlagKind::step, "c"}}) == "step;warm_up");
}
