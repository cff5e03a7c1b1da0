// Rows that were damaged in the database itself, past every check: each response is good, or reports the damage. No response
// fails otherwise, the list has the experiment, and it can be deleted.
#include <fmt/format.h>

#include <fstream>

#include "answers.h"
#include "core/database/connection.h"
#include "core/transfer/import.h"
#include "mutate.h"

using namespace copybench;
using namespace copybench::fuzz;

namespace {

struct Place {
  const char* table;
  const char* key;  // of the experiment
  std::string column;
  bool integer = false;
};

struct World {
  Answers answers;
  std::unique_ptr<DatabaseConnection> connection;
  // Reads throughout, so that SQLite starts no new log: the store would report one that `connection` starts as damage.
  std::unique_ptr<DatabaseConnection> pin;
  std::vector<ExportFile> seeds;
  std::vector<Place> places;

  World() {
    for (const char* name : {"profiled.ndjson", "until-ci.ndjson", "crossover.ndjson"}) {
      std::ifstream file(std::string(COPYBENCH_FUZZ_SEEDS) + "/" + name);
      const std::string text((std::istreambuf_iterator<char>(file)), {});
      auto read = read_export(text);
      FUZZ_CHECK(read);
      seeds.push_back(std::move(*read));
    }
    auto opened = DatabaseConnection::open(answers.database(), DatabaseConnection::Access::read_write);
    FUZZ_CHECK(opened);
    connection = std::move(*opened);
    auto reader = DatabaseConnection::open(answers.database(), DatabaseConnection::Access::read_only);
    FUZZ_CHECK(reader);
    pin = std::move(*reader);
    const auto failed = connection->attempt([&] {
      for (const auto& [table, key] :
           {std::pair{"experiments", "id = ?"}, std::pair{"runs", "experiment_id = ?"},
            std::pair{"circumstances", "experiment_id = ?"}, std::pair{"calibrations", "experiment_id = ?"},
            std::pair{"run_evidence", "run_id IN (SELECT id FROM runs WHERE experiment_id = ?)"},
            std::pair{"run_profiles", "run_id IN (SELECT id FROM runs WHERE experiment_id = ?)"}}) {
        Query query(*connection, "SELECT name, type FROM pragma_table_info(?) WHERE pk = 0 AND name NOT IN ('experiment_id', "
                                 "'run_id', 'import_digest')");
        query.bind(table);
        while (query.step()) places.push_back({table, key, std::string(query.text(0)), query.text(1) != "TEXT"});
      }
    });
    FUZZ_CHECK(!failed);
  }

  void hold_log() {
    FUZZ_CHECK(!pin->attempt([&] {
      pin->execute("BEGIN");
      pin->integer("SELECT count(*) FROM experiments");
    }));
  }
  void let_log_go() { FUZZ_CHECK(!pin->attempt([&] { pin->execute("COMMIT"); })); }
};

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Returns the stored value, changed; or any text or number in a column that cannot hold it.
void damage(World& world, ExperimentId id, Choices& choices) {
  const Place& place = world.places[choices.below(world.places.size())];
  std::string text;
  {
    Query query(*world.connection, fmt::format("SELECT COALESCE({}, '') FROM {} WHERE {} LIMIT 1 OFFSET ?", place.column,
                                               place.table, place.key));
    query.bind(id).bind(static_cast<int64_t>(choices.below(3)));
    if (query.step()) text = query.text(0);
  }
  Query update(*world.connection, fmt::format("UPDATE OR IGNORE {} SET {} = ? WHERE {}", place.table, place.column, place.key));
  if (place.integer) {
    constexpr int64_t kNumbers[] = {0, 1, -1, 2, 1000, INT32_MAX, INT64_MAX, INT64_MIN, 253'402'300'800'000, int64_t{1} << 53};
    update.bind(kNumbers[choices.below(10)]).bind(id).run();
    return;
  }
  Json json = Json::parse(text, nullptr, false);
  if (json.is_structured() && choices.below(8) != 0) {
    Undo never;
    for (size_t i = 0; i <= choices.below(3); ++i) mutate(json, json, choices, never);
    text = dumped(json);
  } else {
    Json value = text;
    if (choices.below(2) == 0) {
      change_scalar(value, choices);
    } else {
      value = extreme(choices);
    }
    text = value.is_string() ? value.get<std::string>() : dumped(value);
  }
  if (choices.below(200) == 0) text = std::string(200'000, choices.below(2) == 0 ? '[' : '{');
  update.bind(text).bind(id).run();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static World world;
  static uint64_t number = 0;
  Choices choices(data, size);
  ExportFile file = world.seeds[choices.below(world.seeds.size())];
  file.digest_of_runs = fmt::format("{:x}", ++number);
  // Sometimes the store starts a new log itself, at its first write after a commit that copied the whole old one.
  if (number % 200 == 1) {
    if (number > 1) world.let_log_go();
    for (int i = 0; i < 2; ++i) {
      ExportFile another = file;
      another.digest_of_runs += i == 0 ? "a" : "b";
      const auto written = import_experiment(world.answers.store(), another);
      FUZZ_CHECK(written && world.answers.store().erase(written->record.id));
    }
    world.hold_log();
  }
  const auto imported = import_experiment(world.answers.store(), file);
  FUZZ_CHECK(imported);
  const ExperimentId id = imported->record.id;
  const size_t changes = choices.below(3) == 0 ? 1 + choices.below(5) : 1;
  for (size_t i = 0; i < changes; ++i) {
    const auto failed = world.connection->attempt([&] { damage(world, id, choices); });
    if (failed) FUZZ_CHECK(failed->message.find("constraint") != std::string::npos);  // NOT NULL, STRICT
  }
  world.answers.ask_all(id, true);
  // A row changed to queued must keep no other experiment from its turn.
  if (choices.below(4) == 0) FUZZ_CHECK(world.answers.store().claim_next());
  const auto unpinned = world.answers.store().annotate(id, {{}, {}, {}, false});
  if (!unpinned) std::fprintf(stderr, "%s\n", unpinned.error().message.c_str());
  FUZZ_CHECK(unpinned);
  FUZZ_CHECK(world.connection->attempt([&] {
    Query(*world.connection, "UPDATE experiments SET state = 'failed' WHERE id = ? AND state = 'running'").bind(id).run();
  }) == std::nullopt);
  FUZZ_CHECK(world.answers.store().erase(id));
  return 0;
}
