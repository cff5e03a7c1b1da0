#include "core/host/device_features.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace copybench;

TEST_CASE("the loopback device reports its MTU, its queue and its features") {
  const auto mtu = device_mtu("lo");
  REQUIRE(mtu);
  CHECK(*mtu >= 68);
  CHECK(device_tx_queue_len("lo").value_or(-1) >= 0);
  const auto features = device_features("lo");
  REQUIRE(features);
  CHECK(std::any_of(features->begin(), features->end(), [](const auto& one) { return one.first == "tx-scatter-gather"; }));
}

TEST_CASE("a missing device is reported by the query that failed") {
  const auto mtu = device_mtu("no-such-device");
  REQUIRE_FALSE(mtu);
  CHECK(mtu.error().message.find("MTU") != std::string::npos);
  CHECK_FALSE(device_features("no-such-device"));
}
