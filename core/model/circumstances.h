// Everything besides its request that the figures of an experiment depend on: the machine, its kernel, their settings, the
// programs. A flat list of named facts in a fixed order, so that two experiments' lists can be compared name by name. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/model/json_shape.h"
#include "core/model/names.h"

namespace copybench {

// The meaning of a difference in the fact for a comparison of figures.
enum class CircumstanceClass : uint8_t {
  host,      // another machine, or other hardware
  kernel,    // another kernel, or the same one booted differently
  settings,  // the same kernel, configured differently: sysctls, limits, offloads, frequency
  binary,    // another program was measured, or another one counted
  harmless,  // recorded to tell the two sides apart; no figure depends on it
};
template <>
std::span<const std::string_view> names<CircumstanceClass>();

struct Circumstance {
  std::string name;  // "net.ipv4.tcp_wmem", "cpu.model"
  CircumstanceClass kind{};
  Json value;          // a number, text, true or false, or a list of these; null if it could not be read
  std::string unit;    // "bytes", "Hz"; empty: none
  std::string reason;  // why the value is null; empty if there is a value

  bool operator==(const Circumstance&) const = default;
};

using Circumstances = std::vector<Circumstance>;

// A list of {"name", "class", "value", "unit", "reason"}, the last two null if empty. The parser is for text that this
// program wrote: it fails on anything else.
Json to_json(const Circumstances& facts);
Result<Circumstances> circumstances_from_json(const Json& json);

struct CircumstanceDifference {
  std::string name;
  CircumstanceClass kind{};
  std::string unit;
  Json base;
  Json head;
  std::string base_reason;  // why base is null; the same for head
  std::string head_reason;
  // Figures may differ because of it. False for a harmless fact, for a fact that only one of the two versions of copybench
  // gathers, and for the host's name if both sides have the same machine id.
  bool matters = false;

  bool operator==(const CircumstanceDifference&) const = default;
};

// Names in the order of `base`, then those that only `head` has.
std::vector<CircumstanceDifference> diff(const Circumstances& base, const Circumstances& head);
Json to_json(const CircumstanceDifference& difference);

// "ID RELEASE": equal if machine and kernel are equal, so that earlier values can be compared with current ones. The host's
// name replaces an id that could not be read.
std::string machine_key(const Circumstances& facts);

// The names of facts that the code uses.
inline constexpr char kHostName[] = "host.name";
inline constexpr char kMachineId[] = "host.machine_id";
inline constexpr char kKernelRelease[] = "kernel.release";

// The shape of stored and imported facts.
const Shape& facts_shape();

}  // namespace copybench
