// perf's output: any input gives one reading for each requested event, samples that can be counted, and text that can be stored.
#include "core/perf/perf_stat.h"

#include <cmath>

#include "check.h"
#include "core/model/plan.h"
#include "core/perf/perf_script.h"

using namespace copybench;

namespace {

void read_counters(std::string_view text) {
  const PerfOutput output = parse_perf_output(text);
  static_cast<void>(Json(output.problem).dump());
  for (const PerfScope scope : {PerfScope::task, PerfScope::system_wide}) {
    std::vector<std::string> asked = default_events();
    asked.insert(asked.end(), {"cycles:u", "cpu_core/cycles/", "skb:kfree_skb", "arm_dsu_0/cycles/"});
    const auto readings = combine_rows(output.rows, asked, scope);
    FUZZ_CHECK(readings.size() == asked.size());
    for (const CounterReading& reading : readings) {
      FUZZ_CHECK(reading.value.has_value() == reading.reason.empty());
      FUZZ_CHECK(!reading.value || std::abs(*reading.value) < 9.2e18);
    }
    static_cast<void>(to_json(readings).dump());
  }
}

void read_samples(std::string_view text) {
  const FoldedProfile folded = fold_perf_script(text, {.engine = 1, .load = 2, .soft_irq = {3}});
  static_cast<void>(Json(folded.problem).dump());
  FUZZ_CHECK(sample_count(folded.stacks) == folded.engine_samples + folded.load_samples + folded.kernel_samples);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  read_counters(text_of(data, size));
  read_samples(text_of(data, size));
  return 0;
}
