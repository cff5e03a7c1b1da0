#include "core/model/events.h"

#include <doctest/doctest.h>

using copybench::event_name_problem;

TEST_CASE("perf's event names are accepted") {
  for (const char* name : {"cpu-cycles",
                           "cycles",
                           "instructions",
                           "cache-misses",
                           "L1-dcache-load-misses",
                           "LLC-load-misses",
                           "context-switches",
                           "task-clock",
                           "page-faults",
                           "cycles:u",
                           "cycles:ukpp",
                           "skb:skb_copy_datagram_iovec",
                           "r1a8",
                           "cpu/event=0x3c,umask=0x0/",
                           "cpu/event=0x3c/u",
                           "cpu_core/cycles/:k",
                           "cpu_atom/cycles/",
                           "mem_load_retired.l3_miss",
                           "cycle_activity.cycles_l1d_miss",
                           "offcore_response.x.y"}) {
    CAPTURE(name);
    CHECK(event_name_problem(name) == std::nullopt);
  }
}

TEST_CASE("an event that perf would print under another's name is rejected") {
  for (const char* name : {"software/config=0,name=cpu-cycles/", "cpu/name=instructions,event=0x3c/", "cpu/event=0x3c,NAME=cycles/u",
                           "software/config=0,name/", "cpu/cycles,name=x/:k"}) {
    CAPTURE(name);
    const auto problem = event_name_problem(name);
    REQUIRE(problem);
    CHECK(problem->find("name=") != std::string::npos);
  }
  CHECK(event_name_problem("cpu/event=0x3c,names=1/") == std::nullopt);
}

TEST_CASE("possible options, paths, programs and second events are rejected") {
  for (const char* name : {"",
                           "-a",
                           "--output=x",
                           ":u",
                           "9cycles",
                           "/etc/passwd",
                           "a/b",
                           "a/b/c/d",
                           "a/b/../c",
                           "cycles,instructions",
                           "cpu/x/,cycles",
                           "cycles,cpu/x/",
                           "cpu/x/u,cycles",
                           "a b",
                           "cycles\n",
                           "cycles;ls",
                           "{cycles}",
                           "$x",
                           "foo.c",
                           "foo.o",
                           "foo.obj",
                           "foo.bpf",
                           "a/b/c.o",
                           "@x",
                           "cy\xc3\xa4",
                           "*:*",
                           "sched:*",
                           "cpu/config=@x/"}) {
    CAPTURE(name);
    CHECK(event_name_problem(name).has_value());
  }
  CHECK(event_name_problem(std::string_view("cyc\0les", 7)).has_value());
  CHECK(event_name_problem(std::string(200, 'a')) == std::nullopt);
  CHECK(event_name_problem(std::string(201, 'a')).has_value());
}

TEST_CASE("the text lists the allowed names") {
  CHECK(*event_name_problem("a,b") == "may contain commas only between slashes");
  CHECK(*event_name_problem("a b") == "may contain letters, digits and _ . : - / = , only");
}
