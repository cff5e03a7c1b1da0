// The bytes that an engine's client and an engine send: rejected, or a value that encodes to the same bytes.
#include "core/wire/greeting.h"

#include <algorithm>

#include "check.h"

using namespace copybench;

namespace {

// Bytes outside every field must be zero when encoded; only these may differ.
template <size_t kSize, typename Decode, typename Encode>
void round_trip(const uint8_t* data, size_t size, const Decode& decode, const Encode& encode) {
  std::array<std::byte, kSize> bytes{};
  std::copy_n(reinterpret_cast<const std::byte*>(data), std::min(size, kSize), bytes.begin());
  const auto value = decode(std::span<const std::byte, kSize>(bytes));
  if (!value) return;
  const auto again = encode(*value);
  const auto same = decode(std::span<const std::byte, kSize>(again));
  FUZZ_CHECK(same && *same == *value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  round_trip<kGreetingBytes>(
      data, size, [](auto bytes) { return decode_greeting(bytes, {}); },
      [](const Greeting& greeting) { return encode(greeting, {}); });
  round_trip<kGreetingReplyBytes>(
      data, size,
      [](auto bytes) {
        const auto reply = decode_greeting_reply(bytes, {}, {});
        if (reply) describe(reply->welcome);
        return reply;
      },
      [](const GreetingReply& reply) { return encode(reply, {}, {}); });
  round_trip<kClientFrameBytes>(
      data, size, [](auto bytes) { return decode_client_frame(bytes); }, [](const ClientFrame& frame) { return encode(frame); });
  return 0;
}
