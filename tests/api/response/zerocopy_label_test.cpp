#include "api/response/zerocopy_label.h"

#include <doctest/doctest.h>

using namespace copybench;

namespace {

RunFigures completions(int64_t all, int64_t copied) {
  RunFigures figures;
  figures.zerocopy_completions = all;
  figures.zerocopy_copied = copied;
  return figures;
}

}  // namespace

TEST_CASE("the label follows the completions") {
  using enum EngineMode;
  CHECK(zerocopy_label(zero_copy, completions(10, 10)) == "requested, copied by the kernel");
  CHECK(zerocopy_label(zero_copy, completions(10, 0)) == "achieved");
  CHECK(zerocopy_label(zero_copy, completions(10, 1)) == "partly copied");
  CHECK(zerocopy_label(zero_copy, completions(10, 9)) == "partly copied");
}

TEST_CASE("without completions nothing was achieved") {
  CHECK(zerocopy_label(EngineMode::zero_copy, completions(0, 0)) == "requested");
  CHECK(zerocopy_label(EngineMode::zero_copy, {}) == "requested");
}

TEST_CASE("other engines have none") {
  CHECK_FALSE(zerocopy_label(EngineMode::two_copy, {}));
  CHECK_FALSE(zerocopy_label(EngineMode::one_copy, completions(10, 0)));
}
