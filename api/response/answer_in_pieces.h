// Long answers: each piece is read from the store after the client has read the previous one.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "api/http/message.h"
#include "api/http/problem.h"
#include "core/store/store.h"

namespace spdlog {
class logger;
}

namespace copybench {

// Appends the next piece. False: it was the last one. Calls do not overlap but come from different threads.
using MakePiece = std::function<StoreResult<bool>(std::string& out)>;

constexpr size_t kMadeFirst = size_t{64} << 10;

// Makes pieces until they have `made_first` bytes before the answer begins. An error until then returns a problem; an answer
// that ends until then has a Content-Length. A later error cuts the answer off and is logged. The logger must outlive the answer.
Reply answer_in_pieces(HttpResponse response, MakePiece make, spdlog::logger& logger, size_t made_first = kMadeFirst);

}  // namespace copybench
