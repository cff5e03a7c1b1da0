#include "api/response/answer_in_pieces.h"

#include <doctest/doctest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <sstream>

using namespace copybench;

namespace {

struct Log {
  std::ostringstream text;
  spdlog::logger logger{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text)};
};

// Makes this many pieces of 10 bytes, then fails or ends.
MakePiece pieces(int count, bool fails) {
  return [count, fails](std::string& out) mutable -> StoreResult<bool> {
    if (count-- > 0) {
      out += "0123456789";
      return true;
    }
    if (fails) return tl::unexpected(StoreError{StoreError::Kind::damaged, "run 7 is damaged"});
    return false;
  };
}

}  // namespace

TEST_CASE("a response that ends before its first piece is sent is whole, or a problem") {
  Log log;
  const Reply whole = answer_in_pieces({}, pieces(3, false), log.logger, 100);
  REQUIRE(whole);
  CHECK(whole->body.size() == 30);
  CHECK_FALSE(whole->pieces);
  const Reply problem = answer_in_pieces({}, pieces(3, true), log.logger, 100);
  REQUIRE_FALSE(problem);
  CHECK(problem.error().detail.find("run 7 is damaged") != std::string::npos);
  CHECK(log.text.str().empty());
}

TEST_CASE("a later failure cuts the response off, and the log says why") {
  Log log;
  Reply reply = answer_in_pieces({}, pieces(3, true), log.logger, 20);
  REQUIRE(reply);
  REQUIRE(reply->pieces);
  std::string out;
  CHECK(reply->pieces(out) == Piece::more);
  CHECK(out.size() == 20);
  CHECK(reply->pieces(out) == Piece::more);
  CHECK(out.size() == 30);
  CHECK(reply->pieces(out) == Piece::broken);
  CHECK(log.text.str().find("answer_cut") != std::string::npos);
  CHECK(log.text.str().find("run 7 is damaged") != std::string::npos);
}
