// The enumerations of the domain, with one spelling each: in JSON, CSV, the database, command lines and the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace copybench {

// The way of sending, by how often the CPU of the sending host copies the payload; send_paths.h has the table of them.
enum class EngineMode : uint8_t { two_copy, one_copy, zero_copy };

// stream: the server pushes as fast as it can. request_response: one small request, one message back, one at a time.
enum class Pattern : uint8_t { stream, request_response };

// How the client reads: recv into one buffer, or recvmsg into 8 fields.
enum class Receive : uint8_t { recv, recvmsg };

// shuffled: repetitions interleaved over all configurations, each round in an order drawn from the seed.
// sequential: configuration by configuration, as listed.
enum class Order : uint8_t { shuffled, sequential };

// measured: its figures count. profile: run under perf record to see where the time goes; its figures count nowhere.
enum class RunKind : uint8_t { measured, profile };

enum class ExperimentState : uint8_t { queued, running, completed, failed, cancelled };
enum class RunState : uint8_t { queued, running, completed, failed, timed_out, cancelled, interrupted };

// Why a configuration that is repeated until its interval is narrow enough gets further runs, or none. given_up: its runs
// fail. cancelled: the experiment was cancelled before that.
enum class RepeatState : uint8_t { running, interval_reached, cap_reached, given_up, cancelled };

// The goal of a search, which replaces a sweep.
enum class Find : uint8_t { crossover };

// found: one crossing; several; none: one engine is better throughout; undecided: neither could be shown.
enum class CrossoverState : uint8_t { searching, found, several, none, undecided, cancelled };
enum class SizeVerdict : uint8_t { measuring, better, no_difference, not_measured };

// A copy of the payload, by its place on the way. gather: 8 fields into one buffer, in user space. send: user memory into socket
// buffers. deferred: zero_copy's pages into socket buffers, when the packet stays on the host. receive: socket buffers into the
// client's memory.
enum class CopyKind : uint8_t { gather, send, deferred, receive };

// All spellings of an enumeration, in the order of its values: name_of(E(i)) == names<E>()[i].
template <typename E>
std::span<const std::string_view> names();

template <typename E>
std::string_view name_of(E value) {
  return names<E>()[static_cast<size_t>(value)];
}

template <typename E>
std::optional<E> from_name(std::string_view name) {
  const auto all = names<E>();
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i] == name) return static_cast<E>(i);
  }
  return std::nullopt;
}

constexpr uint32_t kFieldsPerMessage = 8;

// True for the states that never change again.
bool is_final(ExperimentState state);
bool is_final(RunState state);

}  // namespace copybench
