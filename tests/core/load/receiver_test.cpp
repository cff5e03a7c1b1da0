#include "core/load/receiver.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <algorithm>
#include <vector>

#include "core/base/unique_fd.h"
#include "core/wire/message.h"

using namespace copybench;

TEST_CASE("messages come out whole, however their bytes arrive") {
  constexpr size_t kField = 100;
  for (const auto how : {Receive::recv, Receive::recvmsg}) {
    // Feeds pieces of awkward sizes, one at a time.
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    UniqueFd sender(ends[0]);
    UniqueFd receiver_socket(ends[1]);
    std::vector<std::byte> bytes(20 * 8 * kField);
    for (uint64_t i = 0; i < 20; ++i) {
      Fields fields;
      for (size_t f = 0; f < fields.size(); ++f) fields[f] = std::span(bytes).subspan((i * 8 + f) * kField, kField);
      fill_checked(fields, i, 0);
    }
    const auto receiver = make_receiver(how, kField);
    uint64_t complete = 0;
    size_t sent = 0;
    for (size_t piece = 1; sent < bytes.size(); piece = piece * 2 + 1) {
      const size_t now = std::min(piece % 1777, bytes.size() - sent);
      REQUIRE(::send(sender.get(), bytes.data() + sent, now, 0) == static_cast<ssize_t>(now));
      sent += now;
      for (size_t got = 0; got < now;) {
        const auto received = receiver->receive(receiver_socket.get());
        REQUIRE(received);
        got += *received;
        for (auto message = receiver->next_message(); !message.empty(); message = receiver->next_message()) {
          const auto wrong = check(message, complete);
          CHECK_MESSAGE(!wrong, *wrong);
          ++complete;
        }
      }
    }
    CHECK(complete == 20);
    sender.reset();
    CHECK(*receiver->receive(receiver_socket.get()) == 0);
  }
}
