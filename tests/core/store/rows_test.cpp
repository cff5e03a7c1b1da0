#include "core/store/rows.h"

#include "fixture.h"

using namespace copybench;

namespace {

// Reads one queued run after a stranger has changed the database by `sql`.
void read_after(const TemporaryDirectory& directory, const std::string& sql, const std::function<void(Reader&)>& read) {
  enqueue(*open_store(directory), 1);
  const auto connection = must(DatabaseConnection::open(directory.database(), DatabaseConnection::Access::read_write));
  REQUIRE_FALSE(connection->attempt([&] { connection->execute(sql); }));
  const auto readers = must(ReaderPool::open(directory.database(), 1));
  read(*readers->lease());
}

}  // namespace

TEST_CASE("all figures survive the way through a row") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 2);
  Completed outcome;
  int64_t next = 1;
  for (const FigureColumn& column : figure_columns()) {
    std::visit([&](auto member) { outcome.figures.*member = next++; }, column.member);
  }
  outcome.figures.bytes = INT64_MAX;
  outcome.figures.latency_us = 1.0 / 3;
  must(opened.store->finish(claim(*opened.store).id, {outcome, Json::object(), ""}));
  must(opened.store->finish(claim(*opened.store).id, {Completed{}, Json::object(), ""}));
  CHECK(opened.runs(1)[0].figures == outcome.figures);
  CHECK(opened.runs(1)[1].figures == RunFigures{});
  CHECK(must(opened.reader->run(1)).figures == outcome.figures);
}

TEST_CASE("a figure that is no finite number is stored as none") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 1);
  Completed outcome;
  outcome.figures.throughput_gbps = 0.0 / 0.0;
  must(opened.store->finish(claim(*opened.store).id, {outcome, Json::object(), ""}));
  CHECK_FALSE(opened.runs(1)[0].figures.throughput_gbps);
}

TEST_CASE("a word that no version wrote is damage, and no crash") {
  for (const char* sql : {"UPDATE runs SET state = 'resting'", "UPDATE runs SET engine = 'five_copy'"}) {
    TemporaryDirectory directory;
    read_after(directory, sql, [](Reader& reader) {
      CHECK(kind_of(reader.runs(1, std::nullopt, 10)) == StoreError::Kind::corrupt);
      CHECK(kind_of(reader.run(1)) == StoreError::Kind::corrupt);
    });
  }
  for (const char* sql : {"UPDATE experiments SET state = 'resting'", "UPDATE experiments SET spec_json = 'no JSON'",
                          "UPDATE experiments SET spec_json = '{}'"}) {
    TemporaryDirectory directory;
    read_after(directory, sql, [](Reader& reader) {
      CHECK(kind_of(reader.experiment(1)) == StoreError::Kind::corrupt);
      CHECK(kind_of(reader.experiments(std::nullopt, 10)) == StoreError::Kind::corrupt);
    });
  }
}
