#include "api/answer_in_pieces.h"

#include <utility>

namespace copybench {

Reply answer_in_pieces(HttpResponse response, MakePiece make, size_t made_first) {
  std::string first;
  StoreResult<bool> more = true;
  while (more && *more && first.size() < made_first) more = make(first);
  if (!more) return refuse(problem_of(more.error()));
  if (!*more) {
    response.body = std::move(first);
    return response;
  }
  response.pieces = [make = std::move(make), first = std::move(first)](std::string& out) mutable {
    if (!first.empty()) {
      out = std::exchange(first, {});
      return Piece::more;
    }
    const auto outcome = make(out);
    return !outcome ? Piece::broken : *outcome ? Piece::more : Piece::last;
  };
  return response;
}

}  // namespace copybench
