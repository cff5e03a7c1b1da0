// Tests the three send paths over a real loopback connection: the receiver gets every byte once and in order.
#include "core/engine/send_path.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <thread>
#include <vector>

#include "core/base/socket.h"
#include "core/wire/message.h"

using namespace copybench;

namespace {

struct Pair {
  UniqueFd sender, receiver;
};

Pair connected_pair(const StreamSocketOptions& options) {
  auto listener = listen_tcp("127.0.0.1", 0, options);
  REQUIRE(listener);
  auto receiver = connect_tcp("127.0.0.1", *local_port(listener->get()), options);
  REQUIRE(receiver);
  UniqueFd sender(::accept(listener->get(), nullptr, nullptr));
  REQUIRE(sender);
  return {std::move(sender), std::move(*receiver)};
}

struct Sent {
  SendCounters counters;
  std::optional<std::string> wrong;  // the receiver's result
  bool drained = false;
};

// Sends `count` checked messages through a path to a receiver that checks every byte.
std::unique_ptr<Sent> send_checked(EngineMode mode, uint64_t field_bytes, uint64_t count, StreamSocketOptions options,
                                   bool reuse_early = false) {
  auto result = std::make_unique<Sent>();
  Pair pair = connected_pair(options);
  auto ring = MessageRing::create(send_path_row(mode).memory, field_bytes, MessageRing::slots_for(field_bytes, 1 << 20));
  REQUIRE(ring);
  std::atomic<bool> stopping{false};
  auto path = make_send_path(mode, {pair.sender.get(), &*ring, &result->counters, &stopping, reuse_early});
  REQUIRE(path);
  std::thread receiver([&] {
    // A receiver that starts late makes the sender queue, like the load; a correct sender just waits.
    if (reuse_early) std::this_thread::sleep_for(std::chrono::milliseconds{20});
    std::vector<std::byte> message(8 * field_bytes);
    for (uint64_t i = 0; i < count && !result->wrong; ++i) {
      if (auto got = receive_exactly(pair.receiver.get(), message, std::chrono::seconds{10}); !got) {
        result->wrong = got.error().message;
        break;
      }
      const std::span<const std::byte> whole = message;
      result->wrong = check({&whole, 1}, i);
    }
    if (result->wrong) ::shutdown(pair.receiver.get(), SHUT_RDWR);
  });
  for (uint64_t i = 0; i < count; ++i) {
    const auto slot = (*path)->acquire();
    if (!slot) break;
    fill_checked((*ring)[*slot], i, 0);
    if (!(*path)->send(*slot)) break;
  }
  result->drained = (*path)->drain(std::chrono::seconds{10}).has_value();
  receiver.join();
  return result;
}

}  // namespace

TEST_CASE("every path delivers every byte, for odd sizes and through small buffers") {
  for (const auto mode : {EngineMode::two_copy, EngineMode::one_copy, EngineMode::zero_copy}) {
    for (const uint64_t field_bytes : {64, 1000, 4096, 70'001}) {
      for (const auto& options : {StreamSocketOptions{}, StreamSocketOptions{16'384, true}}) {
        // With a buffer of one message, each message waits for an acknowledgement, which TCP delays.
        const uint64_t count = options.buffer_bytes ? 20 : 400;
        const auto sent = send_checked(mode, field_bytes, count, options);
        INFO(name_of(mode), " ", field_bytes, " ", options.buffer_bytes.value_or(0));
        CHECK_MESSAGE(!sent->wrong, *sent->wrong);
        CHECK(sent->drained);
        if (mode == EngineMode::zero_copy) {
          CHECK(sent->counters.zerocopy_sends >= count);
          CHECK(sent->counters.zerocopy_completions == sent->counters.zerocopy_sends);
          // Loopback delivers locally, so the kernel always copies.
          CHECK(sent->counters.zerocopy_copied == sent->counters.zerocopy_completions);
        } else {
          CHECK(sent->counters.zerocopy_sends == 0);
        }
      }
    }
  }
}

TEST_CASE("a buffer that is reused before its completion is found by the check") {
  const auto sent = send_checked(EngineMode::zero_copy, 4096, 200, {}, /*reuse_early=*/true);
  CHECK(sent->wrong);
}
