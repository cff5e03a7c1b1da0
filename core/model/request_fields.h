// THE table of request fields: one row for each, in the order in which people read them.
//
// It drives the decoding of requests, their canonical text, the spec's JSON, the ranges of plain values, the command lines of
// `engine` and `load`, and the properties that /openapi.json has of them. A new field of a plain type (a flag, a number, an
// enumeration) is a member of ExperimentRequest, one of ExperimentSpec with its default, a row here, its use, and tests. The
// page's form has a list of its own (web/src/views/form.js).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "core/model/limits.h"
#include "core/model/request.h"
#include "core/model/spec.h"

namespace copybench {

// annotation: stored beside the spec, and may be changed later. sweep: which runs there are; plan.cpp has rules for each. The
// others become a member of the spec as they are. run: for the scheduler and perf. engine, load, both: an option of those
// commands, under the field's name with dashes.
enum class GoesTo : uint8_t { annotation, sweep, run, engine, load, both };

struct FieldRange {
  double least;
  double most;
  std::string_view unit;  // with what no value stands for, as an error's text ends
};

struct FieldText {
  std::string_view name;     // the key in requests and specs
  std::string_view title;    // of the form's field
  std::string_view meaning;  // one line, for the API's description, the form and --help
};

template <auto request_member, auto spec_member>
struct RequestField {
  static constexpr auto in_request = request_member;
  static constexpr auto in_spec = spec_member;  // nullptr: none of its own

  FieldText text;
  GoesTo goes_to;
  std::optional<FieldRange> range{};
  bool null_is_absent = false;  // null means "not given", so that a spec can be sent as a request
  bool later = false;           // specs that the first version stored lack it
  std::string_view option{};    // of engine or load, where it is not the field's name

  // What the request holds if the field is given.
  using Given = typename std::remove_cvref_t<decltype(std::declval<ExperimentRequest>().*request_member)>::value_type;
  static constexpr bool has_spec = !std::is_null_pointer_v<decltype(spec_member)>;
};

namespace request_fields {

using R = ExperimentRequest;
using S = ExperimentSpec;
using enum GoesTo;

inline constexpr auto kAll = std::tuple{
    RequestField<&R::name, &S::name>{{"name", "Name", "Of the experiment. Default: the preset's name."}, annotation},
    RequestField<&R::preset, &S::preset>{
        {"preset", "Preset", "Fills in what the request leaves out."}, sweep, {}, /*null_is_absent=*/true},
    RequestField<&R::engines, &S::engines>{{"engines", "Engines", "The ways of sending to compare."}, sweep},
    RequestField<&R::find, nullptr>{
        {"find", "Kind", "\"crossover\": searches the size at which the better of two engines changes."}, sweep},
    RequestField<&R::of, nullptr>{{"of", "Of", "The two engines of a search."}, sweep},
    RequestField<&R::metric, nullptr>{{"metric", "Compared by", "The figure by which a search compares."}, sweep},
    RequestField<&R::field_sizes, &S::field_sizes>{
        {"field_sizes", "Field sizes", "Bytes; a message is 8 fields. A range is for a search."}, sweep},
    RequestField<&R::threads, &S::threads>{{"threads", "Threads", "Connections, a thread each at both ends."}, sweep},
    RequestField<&R::duration_s, &S::duration>{{"duration_s", "Duration", "Seconds that each run is measured."},
                                               run,
                                               FieldRange{Limits::kMinDurationS, Limits::kMaxDurationS, " seconds"}},
    RequestField<&R::warmup_s, &S::warmup>{
        {"warmup_s", "Warm-up", "Seconds before each measurement."}, run, FieldRange{0, Limits::kMaxWarmupS, " seconds"}},
    RequestField<&R::repetitions, &S::repetitions>{
        {"repetitions", "Repetitions", "Of each configuration: a number, or until an interval is narrow enough."}, sweep},
    RequestField<&R::order, &S::order>{
        {"order", "Order", "shuffled: repetitions interleaved over all configurations."}, run},
    RequestField<&R::seed, &S::seed>{
        {"seed", "Seed", "Of the shuffled order. Default: a new one."}, run, FieldRange{0, double{Limits::kMaxSeed}, ""}},
    RequestField<&R::pattern, &S::pattern>{
        {"pattern", "Pattern", "stream: the server sends as fast as it can; request_response: one message for each request."},
        load},
    RequestField<&R::receive, &S::receive>{
        {"receive", "Receive", "The client's system call: recv, or recvmsg into 8 fields."}, load},
    RequestField<&R::messages_per_s, &S::messages_per_s>{
        {"messages_per_s", "Rate",
         "request_response only: messages per second over all connections, asked for when they are due, whatever the answers "
         "do; latency counts from then. Null or absent: one after the other."},
        load,
        FieldRange{Limits::kMinMessagesPerS, Limits::kMaxMessagesPerS,
                   " messages per second; leave it out for as fast as they are answered"},
        /*null_is_absent=*/true,
        /*later=*/true,
        "--rate"},
    RequestField<&R::tcp_nodelay, &S::tcp_nodelay>{
        {"tcp_nodelay", "TCP_NODELAY", "Switches Nagle's algorithm off. Default: off for stream, on for request_response."},
        both},
    RequestField<&R::socket_buffer_bytes, &S::socket_buffer_bytes>{
        {"socket_buffer_bytes", "Socket buffers",
         "SO_SNDBUF and SO_RCVBUF of both ends, in bytes; null or absent: the kernel's autotuning."},
        both,
        FieldRange{double{Limits::kMinSocketBufferBytes}, double{Limits::kMaxSocketBufferBytes},
                   " bytes; leave it out for the kernel's autotuning"},
        /*null_is_absent=*/true},
    RequestField<&R::server_cpus, &S::server_cpus>{
        {"server_cpus", "Server CPUs", "auto: one half of the allowed CPUs; none: not pinned; else CPU numbers."}, run},
    RequestField<&R::client_cpus, &S::client_cpus>{
        {"client_cpus", "Client CPUs", "auto: one half of the allowed CPUs; none: not pinned; else CPU numbers."}, run},
    RequestField<&R::events, &S::events>{{"events", "Events", "Events as perf names them. Default: eight."}, run},
    RequestField<&R::profile, &S::profile>{
        {"profile", "Profile",
         "One more run of each configuration under perf record, not counted in the figures: it shows where the cycles go."},
        run,
        {},
        /*null_is_absent=*/false,
        /*later=*/true},
    RequestField<&R::notes, nullptr>{{"notes", "Notes", "Free text."}, annotation},
    RequestField<&R::tags, nullptr>{{"tags", "Tags", "Words to find it by."}, annotation},
    RequestField<&R::pinned, nullptr>{{"pinned", "Pinned", "Neither deleted nor removed by retention."}, annotation},
};

}  // namespace request_fields

// The option of engine and load: "--tcp-nodelay"; of a flag that is off "--no-tcp-nodelay".
template <typename Field>
std::string option_of(const Field& field, bool on = true) {
  if (!field.option.empty()) return std::string(field.option);
  std::string option = (on ? "--" : "--no-") + std::string(field.text.name);
  std::replace(option.begin(), option.end(), '_', '-');
  return option;
}

// Calls visit(field) for each row.
template <typename Visit>
constexpr void each_request_field(const Visit& visit) {
  std::apply([&](const auto&... field) { (visit(field), ...); }, request_fields::kAll);
}

}  // namespace copybench
