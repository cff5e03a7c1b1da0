// Exports whose lines were changed as trees, all the way: judged, imported, and every answer given that touches them. What
// the check of an import lets through can be read whole: no answer is damaged, and none fails.
#include <fmt/format.h>

#include <fstream>
#include <map>

#include "answers.h"
#include "mutate.h"

using namespace copybench;
using namespace copybench::fuzz;

namespace {

ExportFile read_seed(const std::string& name) {
  std::ifstream file(std::string(COPYBENCH_FUZZ_SEEDS) + "/" + name);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  auto read = read_export(text);
  if (!read) std::fprintf(stderr, "%s: %s\n", name.c_str(), read.error().message.c_str());
  FUZZ_CHECK(read);
  return std::move(*read);
}

struct World {
  Answers answers;
  std::vector<ExportFile> seeds{read_seed("profiled.ndjson"), read_seed("until-ci.ndjson"), read_seed("crossover.ndjson")};

  World() {
    for (size_t i = 0; i < seeds.size(); ++i) {
      auto imported = answers.store().import_experiment(seeds[i]);
      if (!imported) std::fprintf(stderr, "seed %zu: %s\n", i, imported.error().message.c_str());
      FUZZ_CHECK(imported);
      answers.ask_all(imported->record.id, false);
      if (i == 0) answers.set_base(1, 3);
    }
  }
};

// The counts and places that a run more or less changes, so that it is not for them alone that it is refused.
void count_anew(ExportFile& file) {
  std::map<std::string, int64_t> counts{{"completed", 0}, {"failed", 0}, {"cancelled", 0}, {"interrupted", 0}};
  int64_t place = 0;
  for (Json& run : file.runs) {
    if (!run.is_object()) continue;
    run["finished_as"] = ++place;
    const Json state = run.value("state", Json());
    if (state.is_string()) ++counts[state == "timed_out" ? "failed" : state.get<std::string>()];
  }
  for (const char* state : {"completed", "failed", "cancelled", "interrupted"}) {
    file.experiment[fmt::format("runs_{}", state)] = counts[state];
  }
  file.experiment["runs_total"] = counts["completed"] + counts["failed"] + counts["cancelled"];
}

Json& some_line(ExportFile& file, Choices& choices) {
  const size_t which = choices.below(file.runs.size() + file.circumstances.size() + 1);
  if (which < file.runs.size()) return file.runs[which];
  if (which < file.runs.size() + file.circumstances.size()) return file.circumstances[which - file.runs.size()];
  return file.experiment;
}

void change_lines(ExportFile& file, Choices& choices) {
  switch (choices.below(12)) {
    case 0:
      if (!file.runs.empty()) file.runs.erase(file.runs.begin() + static_cast<std::ptrdiff_t>(choices.below(file.runs.size())));
      break;
    case 1: {
      Json run = file.runs.empty() ? Json::object() : file.runs[choices.below(file.runs.size())];
      if (run.is_object()) run["repetition"] = 1 + choices.below(6);
      file.runs.push_back(std::move(run));
      break;
    }
    case 2:
      if (!file.circumstances.empty()) file.circumstances.push_back(file.circumstances[0]);
      break;
    default: mutate(some_line(file, choices), some_line(file, choices), choices);
  }
}

// As it would come through a file: written, signed and read again.
Result<ExportFile> through_text(const ExportFile& file) {
  ExportWriter writer(file.origin, file.schema);
  std::string text = writer.head() + writer.experiment(file.experiment);
  for (const Json& row : file.circumstances) text += writer.circumstances(row);
  for (const Json& row : file.runs) text += writer.run(row);
  return read_export(text + writer.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static World world;
  static uint64_t number = 0;
  Choices choices(data, size);
  ExportFile file = world.seeds[choices.below(world.seeds.size())];
  const size_t changes = choices.below(4) == 0 ? 1 + choices.below(6) : 1;
  for (size_t i = 0; i < changes; ++i) change_lines(file, choices);
  if (choices.below(2) == 0 && file.experiment.is_object()) count_anew(file);
  if (choices.below(8) == 0) {
    auto read = through_text(file);
    FUZZ_CHECK(read || read.error().message.starts_with("line "));
    if (!read) return 0;
    file = std::move(*read);
  }
  // The lines of a file are objects: read_export() sees to that.
  const auto is_object = [](const Json& row) { return row.is_object(); };
  if (!file.experiment.is_object() || !std::all_of(file.runs.begin(), file.runs.end(), is_object) ||
      !std::all_of(file.circumstances.begin(), file.circumstances.end(), is_object)) {
    return 0;
  }
  file.digest_of_runs = fmt::format("{:x}", ++number);
  const auto imported = world.answers.store().import_experiment(file);
  if (!imported) {
    if (imported.error().kind != StoreError::Kind::invalid) std::fprintf(stderr, "%s\n", imported.error().message.c_str());
    FUZZ_CHECK(imported.error().kind == StoreError::Kind::invalid);
    return 0;
  }
  const ExperimentId id = imported->record.id;
  world.answers.ask_all(id, false);
  FUZZ_CHECK(world.answers.store().annotate(id, {{}, {}, {}, false}));
  FUZZ_CHECK(world.answers.store().erase(id));
  return 0;
}
