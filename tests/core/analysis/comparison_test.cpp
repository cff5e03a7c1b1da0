#include "core/analysis/comparison.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "core/stats/rank_tests.h"

using namespace copybench;
using doctest::Approx;

namespace {

using Values = std::vector<double>;

// Values around a level, without ties, deterministic by seed.
Values around(double level, size_t n, double spread, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0, spread);
  Values values;
  for (size_t i = 0; i < n; ++i) values.push_back(level * std::exp(normal(random)));
  return values;
}

Comparison one(const ValueSets& sets, Better better = Better::higher, double min_effect = kDefaultMinEffect) {
  return compare({sets}, better, min_effect).front();
}

}  // namespace

TEST_CASE("clearly separated values are faster or slower, by the direction of the figure") {
  const ValueSets slower{around(10, 8, 0.005, 1), around(9.5, 8, 0.005, 2)};
  const Comparison comparison = one(slower);
  CHECK(comparison.verdict == Verdict::slower);
  CHECK(comparison.n_base == 8);
  CHECK(comparison.n_head == 8);
  CHECK(comparison.ratio->estimate == Approx(0.95).epsilon(0.01));
  CHECK(*comparison.ratio->low < comparison.ratio->estimate);
  CHECK(*comparison.ratio->high < 0.99);
  CHECK(*comparison.p < 0.001);
  CHECK(comparison.p == comparison.corrected_p);
  CHECK_FALSE(comparison.needed);
  CHECK(one(slower, Better::lower).verdict == Verdict::faster);
  CHECK(one({slower.head, slower.base}).verdict == Verdict::faster);
}

TEST_CASE("a significant shift within the minimum effect is no difference") {
  const ValueSets slightly{around(10, 20, 0.001, 3), around(9.94, 20, 0.001, 4)};
  CHECK(*one(slightly).p < 0.001);
  CHECK(one(slightly).verdict == Verdict::no_significant_difference);
  CHECK(one(slightly, Better::higher, 0.001).verdict == Verdict::slower);
  CHECK(one(slightly, Better::higher, 0).verdict == Verdict::slower);
}

TEST_CASE("pairs cancel a drift that hides the difference from independent sets") {
  ValueSets drifting;
  const Values noise = around(1, 8, 0.002, 5), more = around(1, 8, 0.002, 6);
  for (size_t i = 0; i < 8; ++i) {
    const double level = 10 + static_cast<double>(i);
    drifting.base.push_back(level * noise[i]);
    drifting.head.push_back(level * 1.05 * more[i]);
  }
  CHECK(one(drifting).verdict == Verdict::no_significant_difference);
  drifting.paired = true;
  CHECK(one(drifting).verdict == Verdict::faster);
  CHECK(one(drifting).ratio->estimate == Approx(1.05).epsilon(0.01));
}

TEST_CASE("too few repetitions are reported, with the number that is needed") {
  const ValueSets apart{{1, 2, 3}, {11, 12, 13}};
  CHECK(one(apart).verdict == Verdict::too_few_repetitions);
  CHECK(one(apart).needed == 4);
  CHECK(one(apart).ratio->estimate > 5);
  CHECK_FALSE(one(apart).ratio->low);
  const ValueSets pairs{{1, 2, 3, 4, 5}, {11, 12, 13, 14, 15}, true};
  CHECK(one(pairs).verdict == Verdict::too_few_repetitions);
  CHECK(one(pairs).needed == 6);
  CHECK(one({{1, 2, 3, 4}, {11, 12, 13, 14}}).verdict == Verdict::faster);
}

TEST_CASE("the needed number grows with the number of comparisons that show nothing") {
  std::vector<ValueSets> sets{{{1, 2, 3, 4}, {11, 12, 13, 14}}};
  for (unsigned i = 0; i < 9; ++i) sets.push_back({{1, 2, 3, 4}, {1.5, 2.5, 2.7, 3.5}});
  const auto comparisons = compare(sets, Better::higher, 0.01);
  CHECK(*comparisons[0].p == Approx(2.0 / 70));
  CHECK(*comparisons[0].corrected_p == Approx(20.0 / 70));
  CHECK(comparisons[0].verdict == Verdict::too_few_repetitions);
  CHECK(comparisons[0].needed == 6);  // 2 / C(12, 6) * 10 = 0.022; 2 / C(10, 5) * 10 = 0.079
  // If most comparisons differ, the same few repetitions suffice.
  const auto all_apart = compare(std::vector<ValueSets>(10, sets[0]), Better::higher, 0.01);
  for (const Comparison& comparison : all_apart) CHECK(comparison.verdict == Verdict::faster);
}

TEST_CASE("a comparison without values is not measured, and is not counted") {
  const auto comparisons = compare({{{}, {1, 2}}, {{0, -1, NAN}, {1, 2}}, {{1, 2, 3, 4}, {11, 12, 13, 14}}}, Better::higher, 0);
  for (const size_t i : {0, 1}) {
    CHECK(comparisons[i].verdict == Verdict::not_measured);
    CHECK_FALSE(comparisons[i].p);
    CHECK_FALSE(comparisons[i].ratio);
    CHECK(comparisons[i].head_median == 1.5);
    CHECK_FALSE(comparisons[i].base_median);
  }
  CHECK(comparisons[2].verdict == Verdict::faster);
  CHECK(comparisons[2].corrected_p == comparisons[2].p);
  CHECK(compare({}, Better::higher, 0).empty());
}

TEST_CASE("a pair that lacks one value is left out") {
  const Comparison comparison = one({{1, 0, 3}, {2, 4, 6}, true});
  CHECK(comparison.n_base == 2);
  CHECK(comparison.n_head == 2);
  CHECK(comparison.ratio->estimate == Approx(2));
}

TEST_CASE("simulated sweeps: false alarms stay rare, 5 % is found") {
  int alarms = 0, found = 0;
  for (unsigned sweep = 0; sweep < 100; ++sweep) {
    std::vector<ValueSets> sets;
    for (unsigned i = 0; i < 6; ++i) {
      sets.push_back({around(10, 8, 0.02, 100 * sweep + i), around(10, 8, 0.02, 100 * sweep + 50 + i)});
    }
    for (const Comparison& comparison : compare(sets, Better::higher, 0)) {
      alarms += comparison.verdict != Verdict::no_significant_difference;
    }
    for (ValueSets& each : sets) {
      for (double& value : each.head) value *= 0.95;
    }
    for (const Comparison& comparison : compare(sets, Better::higher, 0.01)) found += comparison.verdict == Verdict::slower;
  }
  CHECK(alarms < 12);
  CHECK(found > 450);
}

TEST_CASE("the needed number of repetitions is found among thousands of comparisons as among few") {
  // By Benjamini and Hochberg's definition: with this p in place of its own, all are corrected anew.
  const auto needed = [](const std::vector<double>& all, size_t which) -> std::optional<int64_t> {
    const auto corrected = [&](size_t n) {
      std::vector<double> changed = all;
      changed[which] = signed_rank_least_p(n);
      return benjamini_hochberg(changed)[which];
    };
    for (int64_t n = 4; n < 40; ++n) {
      if (corrected(static_cast<size_t>(n)) <= kSignificance) return n > 4 ? std::optional(n) : std::nullopt;
    }
    return std::nullopt;
  };
  std::mt19937_64 random(5);
  for (int trial = 0; trial < 30; ++trial) {
    std::vector<ValueSets> sets;
    for (size_t i = 0; i < 1 + random() % 20; ++i) {
      const double apart = random() % 3 == 0 ? 1.2 : 1;
      sets.push_back({around(10, 4 + 8 * (random() % 2), 0.02, static_cast<unsigned>(random())), {}, true});
      sets.back().head = around(10 * apart, sets.back().base.size(), 0.02, static_cast<unsigned>(random()));
    }
    const auto comparisons = compare(sets, Better::higher, kDefaultMinEffect);
    std::vector<double> p;
    for (const Comparison& one : comparisons) p.push_back(*one.p);
    for (size_t i = 0; i < comparisons.size(); ++i) {
      if (sets[i].base.size() != 4 || comparisons[i].verdict == Verdict::faster) continue;
      CHECK(comparisons[i].needed == needed(p, i));
    }
  }
  std::vector<ValueSets> many(10'000, ValueSets{{1}, {1.1}, true});
  for (const Comparison& one : compare(many, Better::higher, kDefaultMinEffect)) {
    REQUIRE(one.verdict == Verdict::too_few_repetitions);
    REQUIRE(one.needed == 19);  // 2 / 2^19 <= 0.05 / 10,000
  }
}
