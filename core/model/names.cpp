#include "core/model/names.h"

#include <array>

namespace copybench {
namespace {

using std::string_view;
constexpr std::array<string_view, 3> kEngineModes{"two_copy", "one_copy", "zero_copy"};
constexpr std::array<string_view, 2> kPatterns{"stream", "request_response"};
constexpr std::array<string_view, 2> kReceives{"recv", "recvmsg"};
constexpr std::array<string_view, 2> kOrders{"shuffled", "sequential"};
constexpr std::array<string_view, 2> kRunKinds{"measured", "profile"};
constexpr std::array<string_view, 5> kExperimentStates{"queued", "running", "completed", "failed", "cancelled"};
constexpr std::array<string_view, 7> kRunStates{"queued",    "running",   "completed",  "failed",
                                                "timed_out", "cancelled", "interrupted"};
constexpr std::array<string_view, 5> kRepeatStates{"running", "interval_reached", "cap_reached", "given_up", "cancelled"};

}  // namespace

template <>
std::span<const string_view> names<EngineMode>() { return kEngineModes; }
template <>
std::span<const string_view> names<Pattern>() { return kPatterns; }
template <>
std::span<const string_view> names<Receive>() { return kReceives; }
template <>
std::span<const string_view> names<Order>() { return kOrders; }
template <>
std::span<const string_view> names<RunKind>() { return kRunKinds; }
template <>
std::span<const string_view> names<ExperimentState>() { return kExperimentStates; }
template <>
std::span<const string_view> names<RunState>() { return kRunStates; }

template <>
std::span<const string_view> names<RepeatState>() { return kRepeatStates; }

bool is_final(ExperimentState state) {
  return state != ExperimentState::queued && state != ExperimentState::running;
}

bool is_final(RunState state) { return state != RunState::queued && state != RunState::running; }

}  // namespace copybench
