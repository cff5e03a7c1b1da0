// Holds the tests of steadiness and the comparison against SciPy, R and published data.
#include "core/stats/published.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/analysis/comparison.h"
#include "core/analysis/steadiness.h"

using namespace copybench;

TEST_CASE("a drift's size is that of SciPy's Theil-Sen slope, and Kendall's p in R decides whether it is one") {
  int drifts = 0, none = 0;
  for (const Json& one : published("trends")) {
    const auto p = one["p"].get<double>();
    CAPTURE(p);
    const auto flags = detect_unsteadiness(values_of(one, "samples"), 100).flags;
    if (p >= SteadinessLimits::kSignificance) {
      CHECK(std::none_of(flags.begin(), flags.end(), [](const RunFlag& flag) { return flag.kind == FlagKind::drift; }));
      ++none;
      continue;
    }
    REQUIRE(flags.size() == 1);
    CHECK(flags[0].detail == fmt::format("Throughput drifted by {:+.1f} % over the window (Mann-Kendall and Theil-Sen).",
                                         100 * one["effect"].get<double>()));
    ++drifts;
  }
  CHECK(drifts >= 3);
  CHECK(none >= 3);
}

TEST_CASE("Pettitt's test finds the change of the Nile's flow in 1899, as Cobb found") {
  const Json nile = published("nile").front();
  const Steadiness steadiness = detect_unsteadiness(values_of(nile, "samples"), 1000);
  REQUIRE(steadiness.flags.size() == 1);
  CHECK(steadiness.flags[0].kind == FlagKind::step);
  const int years = nile["lower_from"].get<int>() - nile["first_year"].get<int>();
  CHECK(steadiness.flags[0].detail.find(fmt::format(" at {:.1f} s into", static_cast<double>(years))) != std::string::npos);
}

TEST_CASE("a comparison's p is SciPy's: logarithms keep the ranks") {
  std::vector<ValueSets> sets;
  for (const Json& one : published("mann_whitney")) sets.push_back({values_of(one, "base"), values_of(one, "head"), false});
  const auto compared = compare(sets, Better::higher, kDefaultMinEffect);
  const auto cases = published("mann_whitney");
  REQUIRE(compared.size() == cases.size());
  for (size_t i = 0; i < cases.size(); ++i) {
    REQUIRE(compared[i].p);
    check_same_p(*compared[i].p, cases[i]["p"], 1e-9);
  }
}
