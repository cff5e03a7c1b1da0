#include "core/engine/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <fstream>
#include <new>
#include <system_error>

#include "core/host/cpu_set.h"
#include "core/model/send_paths.h"
#include "core/wire/message.h"

namespace copybench {
namespace {

// The timeout for a client that has asked to end: it has to read what is in flight and send `bye`.
constexpr std::chrono::seconds kDrainTime{10};
// How often a streaming connection checks for a frame of its client, by the clock that it reads anyway.
constexpr int64_t kListenEveryNs = 10'000'000;

// The bytes that may be in flight: the explicit buffer size, or the limit of autotuning (the third number of tcp_wmem).
int64_t in_flight_limit(int socket, bool explicit_size) {
  int64_t limit = effective_buffers(socket).send_bytes;
  int64_t least = 0;
  int64_t initial = 0;
  int64_t most = 0;
  std::ifstream file("/proc/sys/net/ipv4/tcp_wmem");
  if (!explicit_size && file >> least >> initial >> most) limit = std::max(limit, most);
  return limit;
}

}  // namespace

Result<std::unique_ptr<ServedConnection>> ServedConnection::start(UniqueFd& socket, const ServedConnectionOptions& options,
                                                      std::function<void()> on_end) {
  std::unique_ptr<ServedConnection> connection(new ServedConnection(std::move(socket), options, std::move(on_end)));
  try {
    connection->thread_ = std::thread([self = connection.get()] { self->run(); });
  } catch (const std::system_error& error) {
    socket = std::move(connection->socket_);
    return fail(fmt::format("no thread for one more connection: {}", error.what()));
  }
  return connection;
}

ServedConnection::ServedConnection(UniqueFd socket, const ServedConnectionOptions& options, std::function<void()> on_end)
    : options_(options), socket_(std::move(socket)), on_end_(std::move(on_end)) {}

ServedConnection::~ServedConnection() {
  if (!thread_.joinable()) return;
  stop(/*hard=*/true);
  thread_.join();
}

void ServedConnection::stop(bool hard) {
  stopping_.store(true, std::memory_order_relaxed);
  // Reading ends at once, which wakes a thread that waits for its client. Sending continues unless `hard`.
  ::shutdown(socket_.get(), hard ? SHUT_RDWR : SHUT_RD);
}

void ServedConnection::run() {
  if (auto served = serve(); !served) problem_ = served.error().message;
  ended_.store(true, std::memory_order_release);
  on_end_();
}

Result<void> ServedConnection::set_up() {
  if (!options_.cpus.empty()) {
    if (auto pinned = pin_this_thread(options_.cpus); !pinned) return pinned;
  }
  const int flags = ::fcntl(socket_.get(), F_GETFL);
  if (::fcntl(socket_.get(), F_SETFL, flags & ~O_NONBLOCK) != 0) return tl::unexpected(system_error("fcntl", errno));
  if (auto set = set_stream_options(socket_.get(), options_.socket); !set) return set;
  const auto in_flight = in_flight_limit(socket_.get(), options_.socket.buffer_bytes.has_value());
  const uint32_t slots = options_.ring_messages.value_or(
      ring_slots(options_.mode, options_.field_bytes, static_cast<uint64_t>(in_flight)));
  try {
    auto ring = MessageRing::create(send_path_row(options_.mode).memory, options_.field_bytes, slots);
    if (!ring) return tl::unexpected(ring.error());
    ring_ = std::move(*ring);
    auto path = make_send_path(options_.mode, {socket_.get(), &*ring_, &counters_, &stopping_, options_.reuse_early});
    if (!path) return tl::unexpected(path.error());
    path_ = std::move(*path);
    if (options_.slowdown) path_ = slowed_down(std::move(path_), *options_.slowdown, options_.field_bytes * kFieldsPerMessage);
  } catch (const std::bad_alloc&) {
    return fail("no memory for the message buffers of one more connection");
  }
  return {};
}

std::array<std::byte, kGreetingReplyBytes> ServedConnection::reply(Welcome welcome) const {
  return encode(GreetingReply{welcome, ring_ ? ring_->slots() : 0, options_.field_bytes}, options_.token, options_.nonce);
}

Result<void> ServedConnection::serve() {
  if (auto ready = set_up(); !ready) {
    // Reports it to the client too. A failure to send the report changes nothing here.
    static_cast<void>(send_all(socket_.get(), reply(Welcome::no_memory)));
    return ready;
  }
  if (auto sent = send_all(socket_.get(), reply(Welcome::welcome)); !sent) return sent;
  for (;;) {
    std::array<std::byte, kClientFrameBytes> bytes;
    size_t received = 0;
    while (received < bytes.size()) {
      const ssize_t n = ::recv(socket_.get(), bytes.data() + received, bytes.size() - received, 0);
      if (n == 0) return stopping_ ? finish() : fail("the client left without a goodbye");
      if (n < 0 && errno != EINTR) return tl::unexpected(system_error("wait for the client", errno));
      if (n > 0) received += static_cast<size_t>(n);
    }
    const auto frame = decode_client_frame(bytes);
    if (!frame) return fail("the client sent what is no frame of the protocol");
    Result<void> done;
    switch (frame->kind) {
      case FrameKind::verify: done = verify(frame->count); break;
      case FrameKind::stream: done = stream(); break;
      case FrameKind::one: done = send_one(/*checked=*/false); break;
      case FrameKind::end: return finish();
      case FrameKind::bye: return fail("the client said goodbye before it asked to end");
    }
    if (!done) return done;
  }
}

Result<void> ServedConnection::send_one(bool checked) {
  auto slot = path_->acquire();
  if (!slot) return tl::unexpected(slot.error());
  Fields& fields = (*ring_)[*slot];
  const int64_t now = monotonic_ns();
  if (checked) {
    fill_checked(fields, sequence_, now);
  } else {
    stamp(fields[0], sequence_, now);
  }
  ++sequence_;
  if (auto sent = path_->send(*slot); !sent) return sent;
  SendCounters::add(counters_.messages, 1);
  SendCounters::add(counters_.bytes, options_.field_bytes * kFieldsPerMessage);
  return {};
}

Result<void> ServedConnection::verify(uint64_t messages) {
  for (uint64_t i = 0; i < messages; ++i) {
    if (auto sent = send_one(/*checked=*/true); !sent) return sent;
  }
  if (auto drained = path_->drain(kDrainTime); !drained) return drained;
  ring_->clear_headers();
  return {};
}

Result<bool> ServedConnection::client_spoke() const {
  std::byte byte;
  const ssize_t n = ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (n >= 0) return true;
  if (errno == EAGAIN || errno == EINTR) return false;
  return tl::unexpected(system_error("listen to the client", errno));
}

Result<void> ServedConnection::stream() {
  int64_t listen_at = 0;
  while (!stopping_.load(std::memory_order_relaxed)) {
    auto slot = path_->acquire();
    if (!slot) return tl::unexpected(slot.error());
    const int64_t now = monotonic_ns();
    stamp((*ring_)[*slot][0], sequence_++, now);
    if (auto sent = path_->send(*slot); !sent) return sent;
    SendCounters::add(counters_.messages, 1);
    SendCounters::add(counters_.bytes, options_.field_bytes * kFieldsPerMessage);
    if (now >= listen_at) {
      listen_at = now + kListenEveryNs;
      const auto spoke = client_spoke();
      if (!spoke) return tl::unexpected(spoke.error());
      if (*spoke) return {};
    }
  }
  return {};
}

Result<void> ServedConnection::finish() {
  const auto begin = Monotonic::now();
  if (auto drained = path_->drain(kDrainTime); !drained) return drained;
  drain_time_ = Monotonic::now() - begin;
  buffers_ = effective_buffers(socket_.get());
  if (::shutdown(socket_.get(), SHUT_WR) != 0) return tl::unexpected(system_error("end the sending side", errno));
  if (stopping_) return {};
  std::array<std::byte, kClientFrameBytes> bytes;
  if (auto received = receive_exactly(socket_.get(), bytes, kDrainTime); !received) {
    return fail("no goodbye from the client: " + received.error().message);
  }
  const auto frame = decode_client_frame(bytes);
  if (!frame || frame->kind != FrameKind::bye) return fail("the client sent no goodbye but something else");
  client_received_ = frame->count;

  const uint64_t sent = counters_.bytes.load();
  if (*client_received_ != sent) {
    return fail(fmt::format("{} bytes of messages were sent and the client received {}", sent, *client_received_));
  }
  const uint64_t completions = counters_.zerocopy_completions.load();
  if (const uint64_t sends = counters_.zerocopy_sends.load(); completions != sends) {
    return fail(fmt::format("{} zero-copy sends, but {} completions", sends, completions));
  }
  auto info = tcp_info();
  if (!info) return tl::unexpected(info.error());
  const auto expected = static_cast<int64_t>(sent + kGreetingReplyBytes) + (info->fin_acked ? 1 : 0);
  if (info->bytes_acked != expected) {
    return fail(fmt::format("the kernel says {} bytes were acknowledged, and {} were sent", info->bytes_acked, expected));
  }
  return {};
}

Json ServedConnection::account() const {
  const auto info = tcp_info();
  const SendPathRow& path = send_path_row(options_.mode);
  const bool locked_memory = path.memory == FieldMemory::page_locked;
  Json json{{"messages", counters_.messages.load()},
            {"bytes", counters_.bytes.load()},
            {"client_received_bytes", or_null(client_received_)},
            {"partial_sends", counters_.partial_sends.load()},
            {"ring_slots", ring_ ? ring_->slots() : 0},
            {"memory_locked", locked_memory && ring_ ? Json(!ring_->lock_problem()) : Json(nullptr)},
            {"memory_lock_problem", ring_ && ring_->lock_problem() ? Json(*ring_->lock_problem()) : Json(nullptr)},
            {"send_buffer_bytes", buffers_.send_bytes},
            {"receive_buffer_bytes", buffers_.receive_bytes},
            {"drain_ns", drain_time_.count()},
            {"tcp", info ? to_json(*info) : Json(nullptr)},
            {"problem", or_null(problem_)}};
  if (path.reports_copies) {
    json["zerocopy_sends"] = counters_.zerocopy_sends.load();
    json["zerocopy_completions"] = counters_.zerocopy_completions.load();
    json["zerocopy_copied"] = counters_.zerocopy_copied.load();
    json["zerocopy_enobufs"] = counters_.zerocopy_enobufs.load();
  }
  return json;
}

}  // namespace copybench
