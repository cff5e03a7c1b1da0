#include "core/load/client.h"

#include <errno.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <system_error>

#include "core/host/cpu_set.h"
#include "core/host/tcp_info.h"
#include "core/load/paced_requests.h"
#include "core/wire/greeting.h"
#include "core/wire/message.h"

namespace copybench {
namespace {

constexpr std::chrono::seconds kGreetTime{10};
// If the engine's port is flooded, it may close our connection with the others. Each wait is twice as long as the previous one.
constexpr int kMostAttempts = 6;
constexpr std::chrono::milliseconds kFirstWait{10};

// The verification pass uses the engine's whole ring and some slots again: 1 MiB of messages more, but no fewer than 2 and no
// more than 16.
uint64_t messages_to_verify(uint32_t ring_slots, uint64_t message_bytes) {
  return ring_slots + std::clamp<uint64_t>((1 << 20) / message_bytes, 2, 16);
}

// Before it reads, the client lets the engine fill the receive window and queue what does not fit. The queued bytes of a
// zero-copy engine are then still in its own buffers, so an engine that reuses them too early is always detected. A correct
// engine waits for us, so the length of this pause affects only the detection.
constexpr std::chrono::milliseconds kLetQueue{5};

// The bytes of a stream that justify a wake-up of the receiver: several small messages, but not so many that their latency is
// the wait for each other; or a part of a large message, so that the receiver copies while the sender continues.
constexpr uint64_t kMostMessagesToWaitFor = 64;
constexpr uint64_t kMostOfSmallMessages = 256 << 10;
constexpr uint64_t kMostOfOneMessage = 512 << 10;

uint64_t worth_a_wake_up(uint64_t message_bytes) {
  return std::max(std::min(message_bytes, kMostOfOneMessage),
                  std::min(message_bytes * kMostMessagesToWaitFor, kMostOfSmallMessages));
}

}  // namespace

Client::Client(ClientOptions options, const std::atomic<Stage>& stage, std::function<void()> on_event)
    : options_(std::move(options)), stage_(stage), on_event_(std::move(on_event)) {}

Client::~Client() {
  if (!thread_.joinable()) return;
  abort();
  thread_.join();
}

void Client::abort() {
  if (socket_) ::shutdown(socket_.get(), SHUT_RDWR);
}

Result<void> Client::start() {
  auto connected = connect();
  for (int attempt = 1; !connected && !connected.error().final && attempt < kMostAttempts; ++attempt) {
    std::this_thread::sleep_for(kFirstWait * (1 << (attempt - 1)));
    connected = connect();
  }
  if (!connected) return tl::unexpected(connected.error().why);
  receiver_ = make_receiver(options_.receive, options_.field_bytes);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    return fail(fmt::format("no thread for one more connection: {}", error.what()));
  }
  return {};
}

tl::expected<void, Client::Refused> Client::connect() {
  auto socket = connect_tcp(options_.host, options_.port, options_.socket);
  if (!socket) return tl::unexpected(Refused{socket.error()});
  socket_ = std::move(*socket);
  return greet();
}

tl::expected<void, Client::Refused> Client::greet() {
  const auto refused = [](std::string why, bool final = true) { return tl::unexpected(Refused{{std::move(why)}, final}); };
  const auto nonce = random_bytes();
  if (!nonce) return refused(nonce.error().message);
  const Greeting greeting{options_.pattern, options_.field_bytes, *nonce};
  if (auto sent = send_all(socket_.get(), encode(greeting, options_.token)); !sent) return refused(sent.error().message, false);
  std::array<std::byte, kGreetingReplyBytes> bytes;
  if (auto received = receive_exactly(socket_.get(), bytes, kGreetTime); !received) {
    // A socket that is readable now is at end of file.
    const bool closed = wait_readable(socket_.get(), Nanoseconds{0});
    return refused("the engine did not answer the greeting: " + received.error().message, !closed);
  }
  const auto reply = decode_greeting_reply(bytes, options_.token, *nonce);
  if (!reply) return refused("what listens there is no engine of this run and of this version of copybench");
  if (reply->welcome == Welcome::wrong_field_bytes) {
    return refused(fmt::format("the engine refused: it sends fields of {} bytes, and this load expects {} (--field-bytes)",
                               reply->field_bytes, options_.field_bytes));
  }
  if (reply->welcome != Welcome::welcome) return refused(fmt::format("the engine refused: {}", describe(reply->welcome)));
  ring_slots_ = reply->ring_slots;
  return {};
}

// Each wake-up also costs the sender, which has to signal another CPU, and part of a small message is of no use. The kernel caps
// the mark at half of the receive buffer, and ignores it when memory is short. For an endless stream only: a client that waits
// for the rest of one message would also wait for bytes of the next one, which may never come.
Result<void> Client::wake_seldom() {
  const int bytes = static_cast<int>(worth_a_wake_up(options_.field_bytes * kFieldsPerMessage));
  if (::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes) != 0) {
    return tl::unexpected(system_error("set SO_RCVLOWAT", errno));
  }
  return {};
}

void Client::run() {
  auto served = serve();
  if (!served) problem_ = served.error().message;
  ended_.store(true, std::memory_order_release);
  on_event_();
}

Result<void> Client::serve() {
  if (!options_.cpus.empty()) {
    if (auto pinned = pin_this_thread(options_.cpus); !pinned) return pinned;
  }
  if (auto verified = verify(); !verified) return fail("verification: " + verified.error().message);
  verified_.store(true, std::memory_order_release);
  on_event_();
  stage_.wait(Stage::verify);
  auto measured = options_.pattern == Pattern::stream ? stream() : options_.pace ? paced() : request_response();
  if (!measured) return measured;
  return say_goodbye();
}

Result<void> Client::send_frame(FrameKind kind, uint64_t count) {
  return send_all(socket_.get(), encode(ClientFrame{kind, count}));
}

Result<void> Client::verify() {
  const uint64_t wanted = messages_to_verify(ring_slots_, options_.field_bytes * kFieldsPerMessage);
  if (auto sent = send_frame(FrameKind::verify, wanted); !sent) return sent;
  std::this_thread::sleep_for(kLetQueue);
  while (verified_messages_ < wanted) {
    const auto received = receiver_->receive(socket_.get());
    if (!received) return tl::unexpected(received.error());
    if (*received == 0) return fail(fmt::format("the engine closed after {} of {} messages", verified_messages_, wanted));
    counters_.bytes.store(counters_.bytes.load(std::memory_order_relaxed) + *received, std::memory_order_relaxed);
    for (auto message = receiver_->next_message(); !message.empty(); message = receiver_->next_message()) {
      if (auto wrong = check(message, verified_messages_)) return fail(*wrong);
      ++verified_messages_;
    }
  }
  return {};
}

void Client::take_messages(int64_t now, bool in_window, int64_t asked_ns) {
  uint64_t complete = 0;
  for (auto message = receiver_->next_message(); !message.empty(); message = receiver_->next_message()) {
    ++complete;
    if (in_window) latency_.record(now - (asked_ns != 0 ? asked_ns : read_header(message[0]).sent_ns));
  }
  counters_.messages.store(counters_.messages.load(std::memory_order_relaxed) + complete, std::memory_order_relaxed);
}

Result<void> Client::stream() {
  if (auto set = wake_seldom(); !set) return set;
  if (auto sent = send_frame(FrameKind::stream, 0); !sent) return sent;
  bool asked_to_end = false;
  for (;;) {
    const auto received = receiver_->receive(socket_.get());
    if (!received) return tl::unexpected(received.error());
    if (*received == 0) return asked_to_end ? Result<void>{} : fail("the engine ended the stream before it was asked to");
    const int64_t now = monotonic_ns();
    const Stage stage = stage_.load(std::memory_order_relaxed);
    counters_.bytes.store(counters_.bytes.load(std::memory_order_relaxed) + *received, std::memory_order_relaxed);
    take_messages(now, stage == Stage::window, 0);
    if (stage == Stage::end && !asked_to_end) {
      asked_to_end = true;
      // One frame ends the stream and says that nothing more is wanted.
      if (auto sent = send_frame(FrameKind::end, 0); !sent) return sent;
    }
  }
}

Result<void> Client::request_response() {
  const uint64_t message_bytes = options_.field_bytes * kFieldsPerMessage;
  Stage stage = stage_.load(std::memory_order_relaxed);
  for (; stage != Stage::end; stage = stage_.load(std::memory_order_relaxed)) {
    const int64_t asked = monotonic_ns();
    if (auto sent = send_frame(FrameKind::one, 0); !sent) return sent;
    for (uint64_t missing = message_bytes; missing > 0;) {
      const auto received = receiver_->receive(socket_.get());
      if (!received) return tl::unexpected(received.error());
      if (*received == 0) return fail("the engine closed the connection within a message");
      missing -= *received;
      counters_.bytes.store(counters_.bytes.load(std::memory_order_relaxed) + *received, std::memory_order_relaxed);
      // A round trip belongs to the window if it began there and ended there.
      const bool in_window = stage == Stage::window && stage_.load(std::memory_order_relaxed) == Stage::window;
      take_messages(monotonic_ns(), in_window, asked);
    }
  }
  return end_requests();
}

Result<void> Client::end_requests() {
  if (auto sent = send_frame(FrameKind::end, 0); !sent) return sent;
  const auto received = receiver_->receive(socket_.get());
  if (!received) return tl::unexpected(received.error());
  if (*received != 0) return fail("the engine sent more than was asked for");
  return {};
}

Result<void> Client::paced() {
  // Otherwise the kernel may delay a wake-up by 50 us, which would count as latency.
  ::prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  PacedRequests requests(socket_.get(), Pacer(*options_.pace, monotonic_ns()), options_.field_bytes * kFieldsPerMessage);
  for (;;) {
    const bool ending = stage_.load(std::memory_order_relaxed) == Stage::end;
    if (ending && requests.settled()) break;
    if (auto asked = requests.ask(ending ? 0 : monotonic_ns()); !asked) return asked;
    const auto readable = requests.wait(ending);
    if (!readable) return tl::unexpected(readable.error());
    if (!*readable) continue;
    const auto received = receiver_->receive(socket_.get());
    if (!received) return tl::unexpected(received.error());
    if (*received == 0) return fail("the engine closed the connection before it had answered all requests");
    counters_.bytes.store(counters_.bytes.load(std::memory_order_relaxed) + *received, std::memory_order_relaxed);
    const int64_t now = monotonic_ns();
    // A request belongs to the window if its response arrived there, whenever it was due.
    const bool in_window = stage_.load(std::memory_order_relaxed) == Stage::window;
    for (auto message = receiver_->next_message(); !message.empty(); message = receiver_->next_message()) {
      if (in_window) latency_.record(now - requests.next_answer_due_ns());
      requests.answered();
      counters_.messages.store(counters_.messages.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
  }
  most_outstanding_ = requests.most_outstanding();
  return end_requests();
}

Result<void> Client::say_goodbye() {
  buffers_ = effective_buffers(socket_.get());
  auto info = read_tcp_info(socket_.get());
  if (!info) return tl::unexpected(info.error());
  tcp_ = to_json(*info);
  const uint64_t bytes = counters_.bytes.load();
  // The engine's end of file is one byte of TCP's sequence space; see TcpInfo.
  const auto expected = static_cast<int64_t>(bytes + kGreetingReplyBytes + 1);
  if (info->bytes_received != expected && info->bytes_received != expected - 1) {
    return fail(fmt::format("the kernel says that {} bytes came in, and {} were received", info->bytes_received, expected));
  }
  return send_frame(FrameKind::bye, bytes);
}

Json Client::account() const {
  return {{"bytes", counters_.bytes.load()},
          {"verified_messages", verified_messages_},
          {"receive_buffer_bytes", buffers_.receive_bytes},
          {"send_buffer_bytes", buffers_.send_bytes},
          {"most_outstanding_requests", options_.pace ? Json(most_outstanding_) : Json()},
          {"tcp", tcp_},
          {"problem", or_null(problem_)}};
}

}  // namespace copybench
