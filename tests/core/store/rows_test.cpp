#include "core/store/rows.h"

#include <fmt/format.h>

#include "core/database/connection.h"
#include "core/transfer/export_rows.h"
#include "damage.h"
#include "fixture.h"

using namespace copybench;

namespace {

// Reads one queued run after another program changed the database by `sql`.
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

TEST_CASE("a figure that is not finite is stored as NULL") {
  TemporaryDirectory directory;
  Opened opened(directory);
  enqueue(*opened.store, 1);
  Completed outcome;
  outcome.figures.throughput_gbps = 0.0 / 0.0;
  must(opened.store->finish(claim(*opened.store).id, {outcome, Json::object(), ""}));
  CHECK_FALSE(opened.runs(1)[0].figures.throughput_gbps);
}

TEST_CASE("an invalid word, number or JSON is damage of that row alone") {
  for (const char* sql :
       {"UPDATE runs SET state = 'resting'", "UPDATE runs SET engine = 'five_copy'", "UPDATE runs SET threads = -1",
        "UPDATE runs SET field_bytes = 9223372036854775807", "UPDATE runs SET started_at_ms = -9223372036854775808",
        "UPDATE runs SET bytes = 1, throughput_gbps = 9e999", "UPDATE runs SET flags_json = '{}'",
        "UPDATE runs SET flags_json = '[{}]'", "UPDATE runs SET flags_json = '[{\"kind\":\"steal\",\"detail\":1}]'"}) {
    CAPTURE(sql);
    TemporaryDirectory directory;
    read_after(directory, sql, [](Reader& reader) {
      CHECK_FALSE(must(reader.experiment(1)).damage);
      const auto runs = must(reader.runs(1, std::nullopt, 10)).items;
      REQUIRE(runs.size() == 1);
      CHECK(runs[0].damage);
      CHECK(runs[0].figures == RunFigures{});
      CHECK(must(reader.run(1)).damage == runs[0].damage);
      CHECK(reader.summary_input(1));
      CHECK(must(reader.ended_runs(1)).size() == must(reader.summary_input(1)).size());
    });
  }
  const std::string deep(100'000, '[');
  for (const std::string& sql :
       {std::string("UPDATE experiments SET state = 'resting'"), std::string("UPDATE experiments SET spec_json = 'no JSON'"),
        std::string("UPDATE experiments SET spec_json = '{}'"), "UPDATE experiments SET spec_json = '" + deep + "'",
        std::string("UPDATE experiments SET spec_json = '[1]'"), std::string("UPDATE experiments SET spec_json = '5'"),
        std::string("UPDATE experiments SET tags_json = '[1]'"), std::string("UPDATE experiments SET tags_json = 'x'"),
        std::string("UPDATE experiments SET findings_json = '{\"repeats\":5}'"),
        std::string("UPDATE experiments SET origin_json = '[]'"), std::string("UPDATE experiments SET runs_total = -5"),
        std::string("UPDATE experiments SET created_at_ms = 9223372036854775807")}) {
    CAPTURE(sql.substr(0, 80));
    TemporaryDirectory directory;
    read_after(directory, sql, [](Reader& reader) {
      CHECK(must(reader.experiment(1)).damage);
      CHECK(must(reader.experiments(std::nullopt, 10)).items.size() == 1);
      CHECK(must(reader.experiments(std::nullopt, 10, "a tag")).items.empty());
      CHECK(reader.counts());
      CHECK(kind_of(export_experiment(reader, 1)) == StoreError::Kind::damaged);
    });
  }
}

TEST_CASE("a spec that would expand beyond the limits is damage, and is not expanded") {
  for (const char* path : {"$.field_sizes", "$.threads"}) {
    TemporaryDirectory directory;
    Json values = Json::array();
    for (int i = 1; i <= 200; ++i) values.push_back(i);
    const std::string sql = fmt::format("UPDATE experiments SET spec_json = json_set(spec_json, '{}', json('{}'), '$.repetitions', "
                                        "100)", path, values.dump());
    read_after(directory, sql, [](Reader& reader) {
      const auto record = must(reader.experiment(1));
      CHECK(record.damage == "spec: the number of runs is 20000; allowed: at most 10000");
      CHECK(record.spec.field_sizes.empty());
    });
  }
}

TEST_CASE("a finished run that is marked running is measured again, and prevents no write") {
  TemporaryDirectory directory;
  fill(directory, 1);
  {
    const auto connection = must(DatabaseConnection::open(directory.database(), DatabaseConnection::Access::read_write));
    REQUIRE_FALSE(connection->attempt([&] { connection->execute("UPDATE runs SET state = 'running'"); }));
  }
  Opened opened(directory);
  must(opened.store->recover());
  CHECK_FALSE(opened.store->last_write_error());
  enqueue(*opened.store, 1);
  must(opened.store->erase(1));
}

TEST_CASE("a damaged experiment fails when its turn comes, can be deleted, and blocks no other") {
  TemporaryDirectory directory;
  {
    const auto store = open_store(directory);
    enqueue(*store, 1);
    enqueue(*store, 2);
    enqueue(*store, 1);
    enqueue(*store, 1);
    must(store->annotate(1, {{}, {}, {}, true}));
  }
  {
    const auto connection = must(DatabaseConnection::open(directory.database(), DatabaseConnection::Access::read_write));
    REQUIRE_FALSE(connection->attempt([&] {
      connection->execute("UPDATE experiments SET spec_json = '{}' WHERE id = 1");
      connection->execute("UPDATE runs SET engine = 'five_copy' WHERE id = 2");
      connection->execute("UPDATE runs SET state = 'resting' WHERE experiment_id = 3");
    }));
  }
  Opened opened(directory);
  CHECK(claim(*opened.store).experiment_id == 4);
  CHECK_FALSE(opened.store->last_write_error());
  for (const ExperimentId id : {1, 2, 3}) {
    CHECK(opened.experiment(id).state == ExperimentState::failed);
    CHECK(opened.experiment(id).reason->find("cannot be read") != std::string::npos);
  }
  CHECK(opened.experiment(2).runs.done() == opened.experiment(2).runs.total);
  CHECK(kind_of(opened.store->annotate(1, {"a name", {}, {}, {}})) == StoreError::Kind::damaged);
  CHECK(kind_of(opened.store->erase(1)) == StoreError::Kind::conflict);  // pinned
  must(opened.store->annotate(1, {{}, {}, {}, false}));
  must(opened.store->erase(1));
  CHECK(must(opened.reader->experiments(std::nullopt, 10)).items.size() == 3);
}
