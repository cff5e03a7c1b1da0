// One client of the engine: its socket, its ring of messages, and the thread that serves it.
//
// Lifetime: the thread starts in start() and ends by itself when the client is done, fails, or stop() was called; the
// destructor stops and joins it. The socket stays open until then, so that the marks may read TCP_INFO from outside.
// Threads: the engine's main loop calls everything here; the connection's thread runs serve().
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/json.h"
#include "core/base/socket.h"
#include "core/engine/send_path.h"
#include "core/engine/slowdown.h"
#include "core/host/tcp_info.h"
#include "core/wire/greeting.h"

namespace copybench {

struct ServedConnectionOptions {
  EngineMode mode{};
  uint64_t field_bytes = 0;
  StreamSocketOptions socket;
  std::vector<int> cpus;  // allowed for its thread; empty: any
  RunToken token{};
  Nonce nonce{};  // of the client's greeting
  std::optional<uint32_t> ring_messages;  // none: the mode's default, see ring_slots()
  bool reuse_early = false;
  std::optional<Slowdown> slowdown;
};

class ServedConnection {
 public:
  // The connection's thread calls on_end as its last action. Takes the socket only on success.
  static Result<std::unique_ptr<ServedConnection>> start(UniqueFd& socket, const ServedConnectionOptions& options,
                                                   std::function<void()> on_end);
  ~ServedConnection();

  bool ended() const { return ended_.load(std::memory_order_acquire); }
  // Ends the service after the current message. hard: cuts the connection, for a client that no longer reads.
  void stop(bool hard);

  const SendCounters& counters() const { return counters_; }
  Result<TcpInfo> tcp_info() const { return read_tcp_info(socket_.get()); }

  // Call after ended(): this connection's part of the run's record. `problem` is null, or why the connection failed: the bytes
  // that the kernel saw acknowledged, those that the client reported and those that were sent must be the same.
  Json account() const;

 private:
  ServedConnection(UniqueFd socket, const ServedConnectionOptions& options, std::function<void()> on_end);
  void run();
  Result<void> serve();
  Result<void> set_up();
  std::array<std::byte, kGreetingReplyBytes> reply(Welcome welcome) const;
  Result<void> stream();
  Result<void> send_one(bool checked);
  Result<void> verify(uint64_t messages);
  Result<void> finish();
  Result<bool> client_spoke() const;

  const ServedConnectionOptions options_;
  UniqueFd socket_;
  std::function<void()> on_end_;
  SendCounters counters_;
  std::optional<MessageRing> ring_;
  std::unique_ptr<SendPath> path_;
  uint64_t sequence_ = 0;
  EffectiveBuffers buffers_;
  Nanoseconds drain_time_{};
  std::optional<uint64_t> client_received_;
  std::optional<std::string> problem_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ended_{false};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace copybench
