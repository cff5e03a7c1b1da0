#include "api/response/answer_in_pieces.h"

#include <utility>

#include "core/base/log_event.h"

namespace copybench {

Reply answer_in_pieces(HttpResponse response, MakePiece make, spdlog::logger& logger, size_t made_first) {
  std::string first;
  StoreResult<bool> more = true;
  while (more && *more && first.size() < made_first) more = make(first);
  if (!more) return refuse(problem_of(more.error()));
  if (!*more) {
    response.body = std::move(first);
    return response;
  }
  response.pieces = [make = std::move(make), first = std::move(first), &logger](std::string& out) mutable {
    if (!first.empty()) {
      out = std::exchange(first, {});
      return Piece::more;
    }
    const auto outcome = make(out);
    if (outcome) return *outcome ? Piece::more : Piece::last;
    log_event(&logger, Severity::warning, "answer_cut", {{"reason", outcome.error().message}}, "an answer was cut off");
    return Piece::broken;
  };
  return response;
}

}  // namespace copybench
