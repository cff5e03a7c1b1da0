#include "core/run/cpu_assignment.h"

#include <doctest/doctest.h>

using namespace copybench;

namespace {

const CpuChoice kAuto{CpuChoice::Kind::automatic, {}};
const CpuChoice kNone{CpuChoice::Kind::unpinned, {}};
CpuChoice listed(std::vector<int> cpus) { return {CpuChoice::Kind::listed, std::move(cpus)}; }

}  // namespace

TEST_CASE("auto on both sides splits the machine without overlap") {
  const auto cpus = assign_cpus(kAuto, kAuto, {0, 1});
  CHECK(cpus.server == std::vector{0});
  CHECK(cpus.client == std::vector{1});
}

TEST_CASE("auto beside a list takes the remaining CPUs, or all") {
  CHECK(assign_cpus(listed({1}), kAuto, {0, 1, 2}).client == std::vector{0, 2});
  CHECK(assign_cpus(kAuto, listed({0, 1}), {0, 1}).server == std::vector{0, 1});
}

TEST_CASE("none binds nothing") {
  const auto cpus = assign_cpus(kNone, listed({0}), {0, 1});
  CHECK(cpus.server.empty());
  CHECK(cpus.client == std::vector{0});
}

TEST_CASE("a run uses as many CPUs of each side as it has threads, and all if unbound") {
  CHECK(used_cpus({{0, 1, 2}, {4, 5, 6}}, 2, {0, 1, 2, 3, 4, 5, 6}) == std::vector{0, 1, 4, 5});
  CHECK(used_cpus({{3, 1}, {1}}, 8, {0, 1, 2, 3}) == std::vector{1, 3});
  CHECK(used_cpus({{}, {1}}, 1, {0, 1}) == std::vector{0, 1});
}
