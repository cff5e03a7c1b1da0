// The lines between the daemon and its two children: one JSON object each. Orders go to a child's stdin and have a key
// "order"; reports come from its stdout and have a key "report". Both children know the same orders:
//
//   child          order    report, and what it carries
//   engine, load            ready        it listens / all its connections are greeted and verified
//   load           start    started      data flows: the warm-up begins
//   engine, load   open     opened       a mark: monotonic_ns and the counters at that moment
//   engine, load   close    closed       the same
//   engine, load   finish   result       everything in flight was drained; the totals; then the child ends
//   engine, load            error        message: why it ends now, with exit status 1
//
// A child whose stdin ends takes that as the daemon's death and ends.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.h"

namespace copybench {

namespace order {
inline constexpr char kStart[] = "start";
inline constexpr char kOpen[] = "open";
inline constexpr char kClose[] = "close";
inline constexpr char kFinish[] = "finish";
}  // namespace order

namespace report {
inline constexpr char kReady[] = "ready";
inline constexpr char kStarted[] = "started";
inline constexpr char kOpened[] = "opened";
inline constexpr char kClosed[] = "closed";
inline constexpr char kResult[] = "result";
inline constexpr char kError[] = "error";
}  // namespace report

// The order's word; empty where the line is no order. Any bytes may be handed in, here and below.
std::string order_of(std::string_view line);

// The report, an object whose "report" is a string; none where the line is no report.
std::optional<Json> report_of(std::string_view line);

// What an error report says; empty where it says nothing.
std::string error_message(const Json& report);

}  // namespace copybench
