#include "core/host/process_list.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>

#include "core/base/json.h"

using namespace copybench;

TEST_CASE("a process's name may contain anything") {
  const auto process =
      parse_process_stat("17 (a) b (c)) S 1 15 15 0 -1 4194560 1 2 3 4 100 23 7 1 20 0 1 0 5 1000 10 18446744073709551615 "
                         "1 2 3 4 5 0 0 0 0 0 0 0 17 6 0 0");
  REQUIRE(process);
  CHECK(process->pid == 17);
  CHECK(process->name == "a) b (c)");
  CHECK(process->group == 15);
  CHECK(process->cpu_ns == 1'230'000'000);
  CHECK(process->waited_ns == 80'000'000);
  CHECK(process->cpu == 6);
  CHECK_FALSE(process->kernel);
}

TEST_CASE("a name is its user's choice: it is stored as text, and does not make a kernel thread") {
  const std::string numbers = "0 0 -1 4194560 1 2 3 4 100 23 7 1 20 0 1 0 5 1000 10 0 1 2 3 4 5 0 0 0 0 0 0 0 17 6 0 0";
  const auto disguised = parse_process_stat("17 (ksoftirqd/0) R 1 15 " + numbers);
  REQUIRE(disguised);
  CHECK_FALSE(disguised->kernel);
  CHECK(parse_process_stat("14 (ksoftirqd/0) S 2 0 " + numbers)->kernel);
  const auto bytes = parse_process_stat("17 (\xff\n\x1b) R 1 15 " + numbers);
  REQUIRE(bytes);
  CHECK_NOTHROW(static_cast<void>(Json(bytes->name).dump()));
}

TEST_CASE("invalid text is not a process") {
  for (const char* text : {"", "17", "17 (a", ")(", "17 (a) S 1 2", "17 (a) S 1 x 15 0 -1 4 1 2 3 4 1 2 3 4"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_process_stat(text));
  }
}

TEST_CASE("this process is listed, unless there are too many") {
  const auto processes = list_processes(100'000);
  REQUIRE(processes);
  const auto self = std::find_if(processes->begin(), processes->end(), [](const auto& one) { return one.pid == ::getpid(); });
  REQUIRE(self != processes->end());
  CHECK(self->group == ::getpgrp());
  CHECK_FALSE(list_processes(1));
}
