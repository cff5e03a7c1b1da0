#include "core/host/cpu_set.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

using namespace copybench;

namespace {

using Cpus = std::vector<int>;

Cpus no_siblings(int cpu) { return {cpu}; }

}  // namespace

TEST_CASE("CPU lists as the kernel writes them") {
  CHECK(parse_cpu_list("0-3,8") == Cpus{0, 1, 2, 3, 8});
  CHECK(parse_cpu_list("5") == Cpus{5});
  CHECK(parse_cpu_list("3,1-2,2") == Cpus{1, 2, 3});
  CHECK(format_cpu_list({0, 1, 2, 3, 8}) == "0-3,8");
  CHECK(format_cpu_list({0, 1}) == "0-1");
  CHECK(format_cpu_list({}).empty());
  CHECK(parse_cpu_list("0-3,x").error().message == "\"x\" is not a CPU or a range of CPUs; a list looks like 0-3,8");
  for (const char* text : {"", ",", "1,", "-1", "3-1", "1-", "a", "1 ", "0x1", "65536", "99999999999", "1-2-3"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_cpu_list(text));
  }
}

TEST_CASE("halves are disjoint and cover everything") {
  CHECK(split_cpus({0, 1, 2, 3}, no_siblings) == std::pair(Cpus{0, 1}, Cpus{2, 3}));
  CHECK(split_cpus({0, 1, 2}, no_siblings) == std::pair(Cpus{0, 1}, Cpus{2}));
  CHECK(split_cpus({3}, no_siblings) == std::pair(Cpus{3}, Cpus{3}));
  CHECK(split_cpus({}, no_siblings) == std::pair(Cpus{}, Cpus{}));
}

TEST_CASE("SMT siblings stay on one side where the halves allow it") {
  const auto paired = [](int cpu) { return Cpus{cpu % 4, cpu % 4 + 4}; };
  CHECK(split_cpus({0, 1, 2, 3, 4, 5, 6, 7}, paired) == std::pair(Cpus{0, 1, 4, 5}, Cpus{2, 3, 6, 7}));
  // A sibling outside the allowed set is ignored.
  CHECK(split_cpus({0, 1, 2, 3}, paired) == std::pair(Cpus{0, 1}, Cpus{2, 3}));
  // Three cores of two threads: one core has to be split.
  CHECK(split_cpus({0, 1, 2, 4, 5, 6}, paired) == std::pair(Cpus{0, 1, 4}, Cpus{2, 5, 6}));
  // With one core, its two threads are split.
  CHECK(split_cpus({0, 4}, paired) == std::pair(Cpus{0}, Cpus{4}));
  // A single-threaded core fills the half, so that no core is split.
  const auto hybrid = [](int cpu) { return cpu < 4 ? Cpus{cpu / 2 * 2, cpu / 2 * 2 + 1} : Cpus{cpu}; };
  CHECK(split_cpus({0, 1, 2, 3, 4, 5}, hybrid) == std::pair(Cpus{0, 1, 4}, Cpus{2, 3, 5}));
}

TEST_CASE("this machine's CPUs, split and bound to") {
  const auto cpus = allowed_cpus();
  REQUIRE_FALSE(cpus.empty());
  CHECK(std::is_sorted(cpus.begin(), cpus.end()));
  const auto [server, client] = split_cpus(cpus);
  CHECK(server.size() + client.size() == (cpus.size() == 1 ? 2 : cpus.size()));

  Cpus seen;
  std::thread([&] {
    REQUIRE(pin_this_thread({cpus.back()}));
    seen = allowed_cpus();
  }).join();
  CHECK(seen == Cpus{cpus.back()});
  CHECK(allowed_cpus() == cpus);  // other threads keep their affinity

  CHECK_FALSE(pin_this_thread({}));
  CHECK_FALSE(pin_this_thread({-1}));
  CHECK_FALSE(pin_this_thread({1 << 16}));
  CHECK_FALSE(pin_this_thread({65'535}));
}
