#include "core/store/reserve_file.h"

#include <sys/stat.h>

#include "fixture.h"

using namespace copybench;

TEST_CASE("room is held by a file, given up once, and held again") {
  TemporaryDirectory directory;
  const auto file = directory.path() / "copybench.reserve";
  ReserveFile reserve(directory.path());
  CHECK_FALSE(reserve.give_up());
  reserve.hold();
  struct stat held {};
  REQUIRE(::stat(file.c_str(), &held) == 0);
  CHECK(static_cast<uintmax_t>(held.st_blocks) * 512 >= ReserveFile::kBytes);
  CHECK(reserve.give_up());
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK_FALSE(reserve.give_up());
  reserve.hold();
  // The next daemon takes it over.
  ReserveFile next(directory.path());
  next.hold();
  CHECK(next.give_up());
}

TEST_CASE("where there is no directory to hold room in, none is held") {
  ReserveFile reserve("/nonexistent/data");
  reserve.hold();
  CHECK_FALSE(reserve.give_up());
}
