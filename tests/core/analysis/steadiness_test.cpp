#include "core/analysis/steadiness.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <map>
#include <random>

using namespace copybench;

namespace {

using Series = std::vector<double>;
using LevelShape = std::function<double(size_t i, size_t n)>;

double flat(size_t, size_t) { return 1; }

// Noise of the given deviation added to a shape; each sample correlates with the one before by `correlation`.
Series series(unsigned seed, size_t n, double noise, double correlation = 0, const LevelShape& shape = flat) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  Series samples;
  double state = normal(random);
  for (size_t i = 0; i < n; ++i) {
    samples.push_back(1e8 * shape(i, n) * (1 + noise * state));
    state = correlation * state + std::sqrt(1 - correlation * correlation) * normal(random);
  }
  return samples;
}

// Returns how often each kind is found in `tries` series.
std::map<FlagKind, int> found(int tries, size_t n, double noise, double correlation = 0, const LevelShape& shape = flat) {
  std::map<FlagKind, int> count;
  for (int seed = 0; seed < tries; ++seed) {
    const auto steadiness = detect_unsteadiness(series(static_cast<unsigned>(seed), n, noise, correlation, shape), 100);
    REQUIRE((steadiness.judged || steadiness.flags.empty()));
    for (const RunFlag& flag : steadiness.flags) ++count[flag.kind];
  }
  return count;
}

int all(const std::map<FlagKind, int>& count) {
  int sum = 0;
  for (const auto& [kind, times] : count) sum += times;
  return sum;
}

}  // namespace

TEST_CASE("steady noise is flagged in about 1 of 100 runs at most, over 1,000 seeds each") {
  for (const double noise : {0.01, 0.05, 0.2}) {
    for (const size_t n : {20, 30, 60}) {
      CAPTURE(noise);
      CAPTURE(n);
      CHECK(all(found(1000, n, noise)) <= 12);
    }
  }
}

TEST_CASE("steady noise with correlated neighbours is flagged seldom") {
  CHECK(all(found(1000, 60, 0.03, 0.5)) <= 20);
  CHECK(all(found(1000, 30, 0.03, 0.5)) <= 50);
}

TEST_CASE("a drift of 15 % is found in 2 % of noise, and classified as a drift") {
  for (const double end : {1.15, 0.85}) {
    const auto count = found(200, 60, 0.02, 0, [&](size_t i, size_t n) {
      return 1 + (end - 1) * static_cast<double>(i) / static_cast<double>(n - 1);
    });
    CHECK(count.at(FlagKind::drift) >= 190);
  }
}

TEST_CASE("a step of 10 % is found in 2 % of noise, and classified as a step, with its time") {
  const LevelShape shape = [](size_t i, size_t n) { return i < n / 2 ? 1 : 0.9; };
  CHECK(found(200, 60, 0.02, 0, shape)[FlagKind::step] >= 190);
  CHECK(found(200, 30, 0.02, 0, shape)[FlagKind::step] >= 180);
  const auto one = detect_unsteadiness(series(1, 30, 0.001, 0, shape), 100);
  REQUIRE(one.flags.size() == 1);
  CHECK(one.flags[0].detail == "Throughput changed by -10.5 % at 1.5 s into the window and stayed there (Pettitt).");
}

TEST_CASE("a window that opened 0.3 s too early is found, and classified as a warm-up") {
  for (const size_t n : {20, 30, 60}) {
    CHECK(found(200, n, 0.02, 0, [](size_t i, size_t) { return i < 3 ? 0.7 : 1; })[FlagKind::warm_up] >= 190);
  }
}

TEST_CASE("single dips are not unsteady") {
  const LevelShape shape = [](size_t i, size_t) { return i % 10 == 4 ? 0.5 : 1; };
  CHECK(all(found(200, 60, 0.02, 0, shape)) <= 4);
}

TEST_CASE("a paced stream, all of whose samples are equal, is steady") {
  CHECK(detect_unsteadiness(Series(30, 5e6), 100).flags.empty());
}

TEST_CASE("too few samples, or none with data, are not tested, and the reason is given") {
  const auto few = detect_unsteadiness(Series(19, 1.0), 100);
  CHECK_FALSE(few.judged);
  CHECK(few.reason == "19 samples of 100 ms are too few to tell: at least 20 are needed");
  CHECK(to_json(few)["reason"] == few.reason);
  CHECK_FALSE(detect_unsteadiness({}, 100).judged);
  CHECK_FALSE(detect_unsteadiness(Series(30, 0.0), 100).judged);
}

TEST_CASE("with so few correlated samples that a step could be chance, nothing is tested") {
  const auto halves = [](double low) {
    Series samples;
    for (size_t i = 0; i < 20; ++i) samples.push_back((i < 10 ? 1e8 : low * 1e8) * (1 + 0.004 * static_cast<double>(i % 10)));
    return samples;
  };
  const auto unknown = detect_unsteadiness(halves(0.7), 100);
  CHECK_FALSE(unknown.judged);
  CHECK(unknown.flags.empty());
  CHECK(unknown.reason.find("are too few to tell a step of") != unknown.reason.npos);
  CHECK(unknown.reason.ends_with("a longer duration_s helps"));
  CHECK(detect_unsteadiness(halves(0.99), 100).judged);  // too small a step to matter
}

TEST_CASE("an hour of samples is tested as fast as a minute, and a drift in it is found") {
  const auto shape = [](size_t i, size_t n) { return 1 + 0.2 * static_cast<double>(i) / static_cast<double>(n); };
  const auto steadiness = detect_unsteadiness(series(1, 36'000, 0.02, 0, shape), 100);
  REQUIRE(steadiness.flags.size() == 1);
  CHECK(steadiness.flags[0].kind == FlagKind::drift);
}

TEST_CASE("counts become amounts") {
  CHECK(amounts(std::vector<uint64_t>{10, 30, 30, 35}) == Series{10, 20, 0, 5});
  CHECK(amounts({}).empty());
}

TEST_CASE("a halved throughput is found though the change takes two samples and the window begins on a ramp") {
  const LevelShape shape = [](size_t i, size_t n) {
    if (i == 0) return 0.6;
    if (i == n / 2) return 0.8;
    if (i == n / 2 + 1) return 0.6;
    return i < n / 2 ? 1.0 : 0.5;
  };
  for (const size_t n : {20, 30, 60}) {
    CAPTURE(n);
    CHECK(found(200, n, 0.03, 0, shape)[FlagKind::step] >= 180);
  }
}
