#include "core/database/integrity.h"

#include "core/store/damage.h"
#include "core/store/fixture.h"
#include "core/store/schema.h"

using namespace copybench;
using Access = DatabaseConnection::Access;

namespace {

// Runs the whole check and returns its finding, if any.
std::optional<StoreError> finding(const std::filesystem::path& database) {
  std::optional<StoreError> found;
  BackgroundCheck check(database, [&](const StoreError& error) { found = error; });
  check.wait();
  return found;
}

}  // namespace

TEST_CASE("a sound database passes both parts") {
  TemporaryDirectory directory;
  fill(directory, 50);
  CHECK(check_changing_tables(*must(DatabaseConnection::open(directory.database(), Access::read_only))));
  CHECK_FALSE(finding(directory.database()));
}

TEST_CASE("damage in the runs is found before anything is written") {
  TemporaryDirectory directory;
  fill(directory, 50);
  damage_root_page(directory.database(), "runs");
  CHECK(kind_of(check_changing_tables(*must(DatabaseConnection::open(directory.database(), Access::read_only)))) ==
        StoreError::Kind::corrupt);
}

TEST_CASE("damage in the evidence is found by the check of the whole file") {
  TemporaryDirectory directory;
  fill(directory, 50);
  damage_root_page(directory.database(), "run_evidence");
  CHECK(check_changing_tables(*must(DatabaseConnection::open(directory.database(), Access::read_only))));
  const auto found = finding(directory.database());
  REQUIRE(found);
  CHECK(found->kind == StoreError::Kind::corrupt);
  CHECK(found->message.find("quick_check") != std::string::npos);
}

TEST_CASE("a file that cannot be opened is a finding") {
  TemporaryDirectory directory;
  CHECK(finding(directory.database()));
}

TEST_CASE("a check can be stopped at any time, and then has no finding") {
  TemporaryDirectory directory;
  fill(directory, 200);
  for (int i = 0; i < 20; ++i) {
    bool called = false;
    {
      BackgroundCheck check(directory.database(), [&](const StoreError&) { called = true; });
      check.stop();
      check.wait();
    }
    CHECK_FALSE(called);
  }
}
