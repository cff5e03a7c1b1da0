#include "core/host/zerocopy_probe.h"

#include <doctest/doctest.h>

#include "skipped.h"

using namespace copybench;

TEST_CASE("the probe returns an answer, and loopback reports a copy") {
  const auto probe = probe_zerocopy();
  CHECK(probe.loopback);
  CHECK(probe.works == probe.copied.has_value());
  CHECK(probe.works == probe.reason.empty());
  if (!probe.works) {
    return skipped("zero-copy does not work here: " + probe.reason);
  }
  CHECK(probe.copied == true);
  CHECK(to_json(probe).dump() == R"({"loopback":true,"works":true,"copied":true,"reason":null,"remedy":null})");
}
