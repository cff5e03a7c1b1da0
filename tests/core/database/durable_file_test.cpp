#include "core/database/durable_file.h"

#include <errno.h>

#include <fstream>

#include "core/store/fixture.h"

using namespace copybench;

TEST_CASE("a file is renamed, and replaces another only if allowed") {
  TemporaryDirectory directory;
  const auto one = directory.path() / "one", other = directory.path() / "other";
  std::ofstream(one) << "1";
  std::ofstream(other) << "other";
  must(sync_file(one));
  CHECK(kind_of(rename_durably(one, other, Target::must_not_exist)) == StoreError::Kind::conflict);
  CHECK(std::filesystem::file_size(other) == 5);
  must(rename_durably(one, other, Target::replaced));
  CHECK(std::filesystem::file_size(other) == 1);
  CHECK(kind_of(rename_durably(one, other, Target::replaced)) == StoreError::Kind::io);
  CHECK(kind_of(sync_file(one)) == StoreError::Kind::io);
}

TEST_CASE("a full disk is distinguished from a broken one") {
  CHECK(file_error("write", ENOSPC).kind == StoreError::Kind::full);
  CHECK(file_error("write", EDQUOT).kind == StoreError::Kind::full);
  CHECK(file_error("write", EIO).kind == StoreError::Kind::io);
}
