// Exports whose lines were changed as trees, only validated; imported.cpp goes all the way. Accepted exports fit the tables and
// are read back completely, in a database in memory that keeps nothing. Each input makes many files, since libFuzzer takes longer
// to collect an input's coverage than a validation takes.
#include "core/store/schema.h"
#include "core/transfer/import.h"
#include "exports.h"

using namespace copybench;
using namespace copybench::fuzz;

namespace {

constexpr int kFilesAnInput = 50;

struct World {
  std::unique_ptr<DatabaseConnection> scratch;
  std::vector<ExportFile> large = read_seeds();
  std::vector<ExportFile> small;  // the seeds, and files of one run each where their spec allows that

  World() {
    auto opened = DatabaseConnection::open(":memory:", DatabaseConnection::Access::create);
    FUZZ_CHECK(opened);
    scratch = std::move(*opened);
    FUZZ_CHECK(migrate(*scratch));
    for (const ExportFile& seed : large) {
      FUZZ_CHECK(check_import(*scratch, seed));
      small.push_back(seed);
      for (const Json& run : seed.runs) {
        ExportFile one = seed;
        one.runs = {run};
        one.circumstances.resize(std::min<size_t>(one.circumstances.size(), 1));
        Undo never;
        count_anew(one, never);
        if (check_import(*scratch, one)) small.push_back(std::move(one));
      }
    }
    FUZZ_CHECK(!small.empty());
  }
};

void judge(World& world, const ExportFile& file) {
  if (!has_objects_alone(file)) return;
  const auto checked = check_import(*world.scratch, file);
  if (checked || checked.error().kind == StoreError::Kind::invalid) return;
  std::fprintf(stderr, "%s\n", checked.error().message.c_str());
  FUZZ_CHECK(checked);
}

// Changes that add and remove lines too.
void judge_copy(World& world, ExportFile file, size_t changes, Choices& choices) {
  Undo never;
  for (size_t i = 0; i < changes; ++i) change_lines(file, choices);
  if (choices.below(2) == 0) count_anew(file, never);
  judge(world, file);
}

void judge_in_place(World& world, ExportFile& file, size_t changes, Choices& choices) {
  Undo undo;
  for (size_t i = 0; i < changes; ++i) mutate(some_line(file, choices), some_line(file, choices), choices, undo);
  if (choices.below(2) == 0) count_anew(file, undo);
  judge(world, file);
  undo.all();
}

void judge_one(World& world, Choices& choices) {
  const size_t changes = choices.below(4) == 0 ? 1 + choices.below(6) : 1;
  if (choices.below(64) == 0) return judge_copy(world, world.large[choices.below(world.large.size())], changes, choices);
  ExportFile& file = world.small[choices.below(world.small.size())];
  if (choices.below(16) == 0) return judge_copy(world, file, changes, choices);
  judge_in_place(world, file, changes, choices);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static World world;
  Choices choices(data, size);
  for (int i = 0; i < kFilesAnInput; ++i) judge_one(world, choices);
  return 0;
}
