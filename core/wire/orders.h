// The protocol between the daemon and its two children: lines of one JSON object each. Orders go to a child's stdin and have a
// key "order". Reports come from its stdout and have a key "report":
//
//   child          order    report       contents
//   engine, load   token                 the first line: the run's token; not on a command line, which every user can read
//   engine, load            ready        it listens / all its connections are greeted and verified
//   load           start    started      data flows: the warm-up begins
//   engine, load   open     opened       a mark: monotonic_ns and the counters at that moment
//   engine, load   close    closed       the same
//   engine, load   finish   result       the totals, after everything in flight was drained; then the child ends
//   engine, load            error        message: why it ends now, with exit status 1
//
// A child ends when its stdin ends, since the daemon is then gone.
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

// Returns the order's name, empty if the line is not an order. Any bytes are accepted, here and below.
std::string order_of(std::string_view line);

// Returns the report, an object whose "report" is a string, or none if the line is not a report.
std::optional<Json> report_of(std::string_view line);

// The line that passes the token to a child, and the child's side: await_token() waits for the first line on fd, and fails if the
// orders end before it or it is another order.
std::string token_order(const RunToken& token);
Result<RunToken> await_token(LineBuffer& orders, int fd);

// Returns the message of an error report, empty if it has none.
std::string error_message(const Json& report);

}  // namespace copybench
