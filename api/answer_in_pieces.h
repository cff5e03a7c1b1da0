// Long answers: each piece is read from the store when the client has taken the one before.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "api/message.h"
#include "api/problem.h"
#include "core/store/store.h"

namespace spdlog {
class logger;
}

namespace copybench {

// Appends the next piece. False: it was the last one. Calls come one after another, from different threads.
using MakePiece = std::function<StoreResult<bool>(std::string& out)>;

constexpr size_t kMadeFirst = size_t{64} << 10;

// Makes pieces until there are so many bytes, before the answer begins: till then what fails is a problem, and what has come to
// its end has a length. What fails later cuts the answer off, and the log says why. The logger must outlive the answer.
Reply answer_in_pieces(HttpResponse response, MakePiece make, spdlog::logger& logger, size_t made_first = kMadeFirst);

}  // namespace copybench
