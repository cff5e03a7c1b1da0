#include "core/model/names.h"

#include <array>

namespace copybench {
namespace {

using std::string_view;
constexpr std::array<string_view, 2> kPatterns{"stream", "request_response"};
constexpr std::array<string_view, 2> kReceives{"recv", "recvmsg"};
constexpr std::array<string_view, 2> kOrders{"shuffled", "sequential"};
constexpr std::array<string_view, 2> kRunKinds{"measured", "profile"};
constexpr std::array<string_view, 5> kExperimentStates{"queued", "running", "completed", "failed", "cancelled"};
constexpr std::array<string_view, 7> kRunStates{"queued",    "running",   "completed",  "failed",
                                                "timed_out", "cancelled", "interrupted"};
constexpr std::array<string_view, 5> kRepeatStates{"running", "interval_reached", "cap_reached", "given_up", "cancelled"};
constexpr std::array<string_view, 4> kCopyKinds{"gather", "send", "deferred", "receive"};
constexpr std::array<string_view, 1> kFinds{"crossover"};
constexpr std::array<string_view, 6> kCrossoverStates{"searching", "found",     "several",
                                                      "none",      "undecided", "cancelled"};
constexpr std::array<string_view, 4> kSizeVerdicts{"measuring", "better", "no_difference", "not_measured"};

}  // namespace

template <>
std::span<const string_view> names<Pattern>() { return kPatterns; }
template <>
std::span<const string_view> names<Receive>() { return kReceives; }
template <>
std::span<const string_view> names<Order>() { return kOrders; }
template <>
std::span<const string_view> names<CopyKind>() { return kCopyKinds; }
template <>
std::span<const string_view> names<RunKind>() { return kRunKinds; }
template <>
std::span<const string_view> names<ExperimentState>() { return kExperimentStates; }
template <>
std::span<const string_view> names<RunState>() { return kRunStates; }

template <>
std::span<const string_view> names<RepeatState>() { return kRepeatStates; }
template <>
std::span<const string_view> names<Find>() { return kFinds; }
template <>
std::span<const string_view> names<CrossoverState>() { return kCrossoverStates; }
template <>
std::span<const string_view> names<SizeVerdict>() { return kSizeVerdicts; }

bool is_final(ExperimentState state) {
  return state != ExperimentState::queued && state != ExperimentState::running;
}

bool is_final(RunState state) { return state != RunState::queued && state != RunState::running; }

}  // namespace copybench
