#include "core/perf/perf_script.h"

#include <doctest/doctest.h>

#include "core/base/json.h"

using namespace copybench;

namespace {

// Output of perf 6.1 on Linux 6.18.
constexpr const char* kText = R"(12316/12318 
	ffffffff821f3a68 __pi_memcpy ([kernel.kallsyms])
	ffffffff81e40823 skb_copy_ubufs ([kernel.kallsyms])
	          10a974 __libc_recv (/usr/lib/x86_64-linux-gnu/libc.so.6)

12346/12351 
	          16db20 [unknown] (/usr/lib/x86_64-linux-gnu/libc.so.6)
	           a96de copybench::(anonymous namespace)::TwoCopy::send(int, std::span<char const, 8ul>) (/usr/bin/copybenchd)

12346/12350 
	          16db20 [unknown] (/usr/lib/x86_64-linux-gnu/libc.so.6)
	           a96de copybench::(anonymous namespace)::TwoCopy::send(int, std::span<char const, 8ul>) (/usr/bin/copybenchd)

14/14    
	ffffffff81e3d93f get_netmem ([kernel.kallsyms])
	ffffffff81360b8f run_ksoftirqd ([kernel.kallsyms])

0/0     
	ffffffff81e3d93f pv_native_safe_halt ([kernel.kallsyms])

0/0     
	ffffffff81e3d93f net_rx_action ([kernel.kallsyms])
	ffffffff81360b8f __do_softirq ([kernel.kallsyms])

999/1001 
	          16db20 a b;c (/opt/some where/x.so)

12346/12351 
	ffffffff81e3d93f [unknown] ([kernel.kallsyms])
)";

}  // namespace

TEST_CASE("samples are folded under their process's role in the run") {
  const auto folded = fold_perf_script(kText, {.engine = 12346, .load = 12316, .soft_irq = {14}});
  CHECK(folded.problem.empty());
  const FoldedStacks expected{
      {"load;__libc_recv;skb_copy_ubufs_[k];__pi_memcpy_[k]", 1},
      {"engine;copybench::(anonymous namespace)::TwoCopy::send(int, std::span<char const, 8ul>);[libc.so.6]", 2},
      {"engine;[kernel]_[k]", 1},
      {"kernel;run_ksoftirqd_[k];get_netmem_[k]", 1},
      {"kernel;__do_softirq_[k];net_rx_action_[k]", 1},
  };
  CHECK(folded.stacks == expected);
  CHECK(folded.engine_samples == 3);
  CHECK(folded.load_samples == 1);
  CHECK(folded.kernel_samples == 2);
  CHECK(folded.other_samples == 1);
  CHECK(folded.idle_samples == 1);
  CHECK(folded.unnamed_kernel_samples == 1);
}

TEST_CASE("a sample of an exiting task counts as another's, and its thread's process is known") {
  const auto folded = fold_perf_script(
      "   -1/-1   \n\tffffffff81e3d93f do_exit ([kernel.kallsyms])\n\n"
      "12346/-1   \n\tffffffff81e3d93f do_exit ([kernel.kallsyms])\n\n",
      {.engine = 12346, .load = -1});
  CHECK(folded.problem == "");
  CHECK(folded.engine_samples == 1);
  CHECK(folded.load_samples == 0);
  CHECK(folded.other_samples == 1);
}

TEST_CASE("a separator within a symbol does not split a frame") {
  const auto folded = fold_perf_script("5/5\n\t 1 a b;c (/y)\n", {.engine = 5, .load = 6});
  CHECK(folded.stacks.begin()->first == "engine;a b:c");
}

TEST_CASE("an unparsable line loses its own sample and no other, and the first one is reported") {
  const char* const kGood = "\n5/6\n\t 1 send (/y)\n\n";
  for (const char* text : {"no head\n", "5/5\n no frame\n", "x 5/5\n", "5/x\n", "5/\n", "/5\n", "-5/5\n", "99999999999999/1\n",
                           "5/5\n\t 1 a (/tmp/line\nend)\n", "\xff\n"}) {
    CAPTURE(text);
    const auto folded = fold_perf_script(std::string(text) + kGood, {.engine = 5});
    CHECK(folded.problem.starts_with("perf script printed"));
    CHECK(folded.engine_samples == 1);
    CHECK(folded.stacks == FoldedStacks{{"engine;send", 1}});
    CHECK_NOTHROW(static_cast<void>(Json(folded.problem).dump()));
  }
  CHECK(fold_perf_script("", {}).stacks.empty());
  CHECK(fold_perf_script("", {}).problem.empty());
}
