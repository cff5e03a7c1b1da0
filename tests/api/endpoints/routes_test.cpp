#include "api/endpoints/routes.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("a path leads to all its methods") {
  CHECK(match_path("/experiments").routes.size() == 2);
  CHECK(match_path("/experiments/7").routes.size() == 3);
  CHECK(match_path("/experiments/7").id == 7);
  CHECK(match_path("/experiments/7/results.csv").id == 7);
  CHECK(match_path("/runs/8/perf").id == 8);
  CHECK(match_path("/healthz").routes.size() == 1);
}

TEST_CASE("an id in a path is kept") {
  const PathMatch match = match_path("/experiments/x7");
  CHECK(match.routes.size() == 3);
  CHECK_FALSE(match.id);
  CHECK(match.bad_id == "x7");
}

TEST_CASE("similar paths have no route") {
  for (const char* path : {"", "/", "/experiment", "/experiments/", "/experiments/7/", "/experiments/7/runs/",
                           "/experiments//runs", "/experiments/7/8", "/runs", "/healthz/", "/HEALTHZ"}) {
    CAPTURE(path);
    CHECK(match_path(path).routes.empty());
  }
}

TEST_CASE("routes whose cost grows with the stored data are heavy, and those of the daemon's state never") {
  for (const char* path : {"/healthz", "/readyz", "/openapi.json", "/events", "/experiments/7", "/runs/8"}) {
    CAPTURE(path);
    CHECK_FALSE(match_path(path).routes.front()->heavy);
  }
  for (const char* path : {"/compare", "/history.csv", "/experiments/7/export.ndjson", "/experiments/7/summary"}) {
    CAPTURE(path);
    CHECK(match_path(path).routes.front()->heavy);
  }
}
