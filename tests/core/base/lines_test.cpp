#include "core/base/lines.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "core/base/unique_fd.h"

using namespace copybench;

namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    read.reset(ends[0]);
    write.reset(ends[1]);
  }
  UniqueFd read, write;
};

}  // namespace

TEST_CASE("lines come out whole, whatever the pieces they arrived in") {
  Pipe pipe;
  LineBuffer lines;
  for (const std::string_view piece : {"a", "b\nc", "\n\nlast"}) {
    REQUIRE(::write(pipe.write.get(), piece.data(), piece.size()) == static_cast<ssize_t>(piece.size()));
    REQUIRE(*lines.read_from(pipe.read.get()));
  }
  CHECK(lines.next() == "ab");
  CHECK(lines.next() == "c");
  CHECK(lines.next() == "");
  CHECK(!lines.next());
  CHECK(*lines.read_from(pipe.read.get()));  // nothing there is no end
  pipe.write.reset();
  CHECK(!*lines.read_from(pipe.read.get()));
}

TEST_CASE("an endless line is rejected before it fills the memory") {
  Pipe pipe;
  LineBuffer lines;
  const std::string piece(60'000, 'x');
  Result<bool> read = true;
  for (size_t sent = 0; read && sent <= LineBuffer::kMaxLineBytes + piece.size(); sent += piece.size()) {
    REQUIRE(::write(pipe.write.get(), piece.data(), piece.size()) == static_cast<ssize_t>(piece.size()));
    read = lines.read_from(pipe.read.get());
  }
  CHECK(!read);
}

TEST_CASE("writing to a pipe that nobody reads is an error") {
  Pipe pipe;
  pipe.read.reset();
  ::signal(SIGPIPE, SIG_IGN);
  CHECK(!write_line(pipe.write.get(), "{}"));
}
