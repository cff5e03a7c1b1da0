// The result of a search for a crossover, in words and as the API shows it. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/analysis/crossover.h"
#include "core/base/json.h"

namespace copybench {

constexpr std::string_view kCancelledSearch = "The search was cancelled before it had an answer.";
std::string answer_in_words(const ExperimentSpec& spec, const CrossoverResult& result);

// {"state", "of", "metric", "confidence", "size_bytes", "interval", "crossings", "path", "answer"}; size_bytes and interval
// are those of the only crossing, else null. Sizes are of a field.
Json to_json(const ExperimentSpec& spec, const CrossoverResult& result);

}  // namespace copybench
