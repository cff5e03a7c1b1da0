// What perf prints, in either format: it is refused with its line, or gives one reading for each event that was asked for.
#include "core/perf/perf_stat.h"

#include "check.h"
#include "core/model/plan.h"

using namespace copybench;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto rows = parse_perf_output(text_of(data, size));
  if (!rows) {
    FUZZ_CHECK(!rows.error().message.empty());
    return 0;
  }
  for (const PerfScope scope : {PerfScope::task, PerfScope::system_wide}) {
    std::vector<std::string> asked = default_events();
    asked.insert(asked.end(), {"cycles:u", "cpu_core/cycles/", "skb:kfree_skb"});
    const auto readings = combine_rows(*rows, asked, scope);
    FUZZ_CHECK(readings.size() == asked.size());
    for (const CounterReading& reading : readings) FUZZ_CHECK(reading.value.has_value() == reading.reason.empty());
    to_json(readings).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return 0;
}
