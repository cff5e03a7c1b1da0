// The lines between the daemon and its two children: one JSON object each. Orders go to a child's stdin and have a key
// "order"; reports come from its stdout and have a key "report". Both children know the same orders:
//
//   child          order    report, and what it carries
//   engine, load   token             the first line: what the two know each other by; on no command line, where all could read it
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
#include "core/base/lines.h"
#include "core/base/result.h"
#include "core/wire/greeting.h"

namespace copybench {

namespace order {
inline constexpr char kToken[] = "token";
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

// The line that hands a child its token, and the child's reading of it: waits for the first line on fd. An error where the orders
// end before, or begin otherwise.
std::string token_order(const RunToken& token);
Result<RunToken> await_token(LineBuffer& orders, int fd);

// What an error report says; empty where it says nothing.
std::string error_message(const Json& report);

}  // namespace copybench
