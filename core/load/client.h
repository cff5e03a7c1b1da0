// One connection of the load generator and its thread.
//
// Life cycle: start() connects and greets in the caller's thread. Then, in the client's own thread: verify -> wait for the start
// -> receive until Stage::end -> drain -> goodbye. Threads: load.cpp calls everything here. The client's thread writes the
// counters with plain stores, and any thread may read them. Histogram and account are read after the thread has ended.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/base/socket.h"
#include "core/load/histogram.h"
#include "core/load/pacer.h"
#include "core/load/receiver.h"
#include "core/model/names.h"
#include "core/wire/greeting.h"

namespace copybench {

struct ClientOptions {
  std::string host;
  uint16_t port = 0;
  uint64_t field_bytes = 0;
  Pattern pattern = Pattern::stream;
  Receive receive = Receive::recv;
  StreamSocketOptions socket;
  std::vector<int> cpus;  // allowed for its thread; empty: any
  RunToken token{};
  std::optional<Pace> pace;  // for request_response; none: each request follows the previous response
};

// Shared by all clients of a load; moves forward only.
enum class Stage : uint8_t { verify, warmup, window, after, end };

struct alignas(64) ReceiveCounters {
  std::atomic<uint64_t> bytes{0};
  std::atomic<uint64_t> messages{0};
};

class Client {
 public:
  // stage outlives the client. on_event: called from the client's thread when it is verified and when it has ended.
  Client(ClientOptions options, const std::atomic<Stage>& stage, std::function<void()> on_event);
  ~Client();

  // Connects and greets, then starts the thread, which verifies at once.
  Result<void> start();
  // Ends a blocked call, to give up the load.
  void abort();

  bool verified() const { return verified_.load(std::memory_order_acquire); }
  bool ended() const { return ended_.load(std::memory_order_acquire); }
  const ReceiveCounters& counters() const { return counters_; }

  // Call after ended().
  const std::optional<std::string>& problem() const { return problem_; }
  const Histogram& latency() const { return latency_; }
  Json account() const;

 private:
  void run();
  Result<void> serve();
  struct Refused {
    Error why;
    bool final = true;  // false: the connection was closed without a reply, as may happen in a flood of others
  };
  tl::expected<void, Refused> connect();
  tl::expected<void, Refused> greet();
  Result<void> wake_seldom();
  Result<void> verify();
  Result<void> stream();
  Result<void> request_response();
  Result<void> paced();
  Result<void> end_requests();
  Result<void> say_goodbye();
  Result<void> send_frame(FrameKind kind, uint64_t count);
  void take_messages(int64_t now, bool in_window, int64_t asked_ns);

  const ClientOptions options_;
  const std::atomic<Stage>& stage_;
  const std::function<void()> on_event_;
  UniqueFd socket_;
  std::unique_ptr<Receiver> receiver_;
  ReceiveCounters counters_;
  Histogram latency_;
  uint32_t ring_slots_ = 0;
  uint64_t verified_messages_ = 0;
  uint64_t most_outstanding_ = 0;  // of a paced client
  EffectiveBuffers buffers_;
  Json tcp_;
  std::optional<std::string> problem_;
  std::atomic<bool> verified_{false};
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace copybench
