#include "api/response/json_parts.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("a cursor is text, the last page has none") {
  CHECK(page_json(Json::array(), 17)["next"] == "17");
  CHECK(page_json(Json::array(), std::nullopt)["next"].is_null());
}
