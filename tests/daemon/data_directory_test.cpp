#include "daemon/data_directory.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

using namespace copybench;

TEST_CASE("new files are not public, and a stricter umask stays") {
  const mode_t before = ::umask(022);
  make_data_private();
  CHECK(::umask(077) == 027);
  make_data_private();
  CHECK(::umask(before) == 077);
}
