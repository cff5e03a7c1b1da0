// Exports whose lines were changed as trees, validated, imported and read by every endpoint that uses them. An accepted import
// can be read completely: no response reports damage, and none fails.
#include <fmt/format.h>

#include "answers.h"
#include "core/transfer/import.h"
#include "exports.h"
#include "mutate.h"

using namespace copybench;
using namespace copybench::fuzz;

namespace {

struct World {
  Answers answers;
  std::vector<ExportFile> seeds = read_seeds();

  World() {
    for (size_t i = 0; i < seeds.size(); ++i) {
      auto imported = import_experiment(answers.store(), seeds[i]);
      if (!imported) std::fprintf(stderr, "seed %zu: %s\n", i, imported.error().message.c_str());
      FUZZ_CHECK(imported);
      answers.ask_all(imported->record.id, false);
      if (i == 0) answers.set_base(1, 3);
    }
  }
};

// The same way as through a file: written, signed and read again.
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
  Undo never;
  if (choices.below(2) == 0) count_anew(file, never);
  if (choices.below(8) == 0) {
    auto read = through_text(file);
    FUZZ_CHECK(read || read.error().message.starts_with("line "));
    if (!read) return 0;
    file = parsed(std::move(*read));
  }
  if (!has_objects_alone(file)) return 0;
  file.digest_of_runs = fmt::format("{:x}", ++number);
  const auto imported = import_experiment(world.answers.store(), file);
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
