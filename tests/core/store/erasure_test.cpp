#include "core/store/erasure.h"

#include "core/store/open.h"
#include "fixture.h"

using namespace copybench;
using Kind = StoreError::Kind;
using Access = DatabaseConnection::Access;

namespace {

template <typename Work>
void in_database(const TemporaryDirectory& directory, const Work& work) {
  const auto connection = must(DatabaseConnection::open(directory.database(), Access::read_write));
  const auto failed = connection->attempt([&] { work(*connection); });
  CAPTURE((failed ? failed->message : std::string()));
  REQUIRE_FALSE(failed);
}

}  // namespace

TEST_CASE("an experiment is erased in pieces with all its rows, and leaves the others") {
  TemporaryDirectory directory;
  {
    const auto store = open_store(directory);
    enqueue(*store, 40, "goes");
    enqueue(*store, 3, "stays");
    complete_all(*store);
  }
  in_database(directory, [](DatabaseConnection& connection) {
    must(begin_erasure(connection, 1, utc_now()));
    CHECK(begun_erasures(connection) == std::vector<ExperimentId>{1});
    int pieces = 1;
    while (erase_piece(connection, 1)) ++pieces;
    CHECK(pieces == 4);  // 16, 16 and 8 runs, then the experiment
    CHECK(begun_erasures(connection).empty());
    CHECK(connection.integer("SELECT count(*) FROM runs") == 3);
    CHECK(connection.integer("SELECT count(*) FROM run_evidence") == 3);
    CHECK(connection.integer("SELECT count(*) FROM calibrations WHERE experiment_id = 1") == 0);
  });
  Opened opened(directory);
  CHECK(kind_of(opened.reader->experiment(1)) == Kind::not_found);
  CHECK(opened.runs(2).size() == 3);
}

TEST_CASE("an interrupted erasure measures no further, and the next start completes it") {
  TemporaryDirectory directory;
  {
    const auto store = open_store(directory);
    enqueue(*store, 40);
    enqueue(*store, 1);
  }
  in_database(directory, [](DatabaseConnection& connection) {
    must(begin_erasure(connection, 1, utc_now()));
    CHECK(erase_piece(connection, 1));
  });
  in_database(directory, [](DatabaseConnection& connection) {
    CHECK(being_erased(connection, 1));
    CHECK_FALSE(being_erased(connection, 2));
  });
  Opened opened(directory);
  CHECK(claim(*opened.store).experiment_id == 2);
  must(opened.store->finish(41, completed()));
  opened.store.reset();
  opened.store = open_store(directory);
  CHECK(must(opened.store->recover()) == 0);
  CHECK(kind_of(opened.reader->experiment(1)) == Kind::not_found);
  CHECK(opened.experiment(2).state == ExperimentState::completed);
}

TEST_CASE("an experiment that may not be deleted may not be erased in pieces either") {
  TemporaryDirectory directory;
  {
    const auto store = open_store(directory);
    enqueue(*store, 2);
    must(store->annotate(enqueue(*store, 1).id, {{}, {}, {}, true}));
    claim(*store);
  }
  in_database(directory, [](DatabaseConnection& connection) {
    CHECK(kind_of(begin_erasure(connection, 1, utc_now())) == Kind::conflict);
    CHECK(kind_of(begin_erasure(connection, 2, utc_now())) == Kind::conflict);
    CHECK(kind_of(begin_erasure(connection, 3, utc_now())) == Kind::not_found);
    CHECK(begun_erasures(connection).empty());
  });
}
