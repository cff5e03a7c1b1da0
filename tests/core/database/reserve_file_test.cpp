#include "core/database/reserve_file.h"

#include <sys/stat.h>

#include <fstream>

#include "core/store/fixture.h"

using namespace copybench;

TEST_CASE("a file reserves space, is given up once, and made again") {
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
  CHECK(reserve.is_owed());
  reserve.hold();
  CHECK_FALSE(reserve.is_owed());
  // The next daemon takes it over.
  ReserveFile next(directory.path());
  next.hold();
  CHECK(next.give_up());
}

TEST_CASE("another file in its place is neither followed nor waited for") {
  TemporaryDirectory directory;
  const auto file = directory.path() / "copybench.reserve", other = directory.path() / "other";
  std::ofstream(other) << std::string(600 * 1024, 'x');
  std::filesystem::create_symlink(other, file);
  ReserveFile by_link(directory.path());
  by_link.hold();
  CHECK(by_link.give_up());
  CHECK(std::filesystem::file_size(other) == 600 * 1024);
  REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
  ReserveFile by_pipe(directory.path());
  by_pipe.hold();
  CHECK(by_pipe.give_up());
}

TEST_CASE("without a directory nothing is reserved") {
  ReserveFile reserve("/nonexistent/data");
  reserve.hold();
  CHECK_FALSE(reserve.give_up());
}
