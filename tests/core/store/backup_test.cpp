#include "core/store/backup.h"

#include <fstream>
#include <thread>

#include "damage.h"
#include "fixture.h"

using namespace copybench;
namespace fs = std::filesystem;

namespace {

size_t files_in(const fs::path& directory) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a backup is made while the store is open, and holds every commit") {
  TemporaryDirectory directory, elsewhere;
  Opened opened(directory);
  enqueue(*opened.store, 2);
  complete_all(*opened.store);
  enqueue(*opened.store, 3);
  claim(*opened.store);
  const fs::path file = elsewhere.path() / "copy.db";
  const auto copy = must(back_up(directory.path(), file));
  CHECK(copy.experiments == 2);
  CHECK(copy.runs == 5);
  CHECK(copy.unfinished == 1);
  CHECK(copy.running == 2);
  CHECK(copy.bytes == static_cast<int64_t>(fs::file_size(file)));
  CHECK(files_in(elsewhere.path()) == 1);
  // Readers need only this file, and see the same rows.
  const auto readers = must(ReaderPool::open(file, 1));
  CHECK(must(readers->lease()->runs(1, std::nullopt, 10)).items.size() == 2);
  CHECK(must(readers->lease()->perf_raw(1)) == "perf said this");
  // The store goes on as before.
  complete_all(*opened.store);
}

TEST_CASE("backups are consistent at any time, while runs are being stored") {
  TemporaryDirectory directory, elsewhere;
  Opened opened(directory);
  enqueue(*opened.store, 200);
  std::thread measuring([&] { complete_all(*opened.store); });
  for (int i = 0; i < 5; ++i) must(back_up(directory.path(), elsewhere.path() / std::to_string(i)));
  measuring.join();
  CHECK(opened.experiment(1).runs.completed == 200);
}

TEST_CASE("a backup replaces no file, and needs a database") {
  TemporaryDirectory directory, elsewhere;
  const fs::path file = elsewhere.path() / "copy.db";
  CHECK(kind_of(back_up(directory.path(), file)) == StoreError::Kind::not_found);
  open_store(directory);
  std::ofstream(file) << "precious";
  CHECK(kind_of(back_up(directory.path(), file)) == StoreError::Kind::conflict);
  CHECK(fs::file_size(file) == 8);
  CHECK(kind_of(back_up(directory.path(), elsewhere.path() / "no" / "such" / "folder")) == StoreError::Kind::io);
  CHECK(files_in(elsewhere.path()) == 1);
}

TEST_CASE("a backup cannot take a name that a data directory uses itself") {
  TemporaryDirectory directory, elsewhere;
  fill(directory, 1);
  for (const char* name : {"copybench.db-journal", "copybench.db.new", "copybench.lock", "copybench.reserve"}) {
    CAPTURE(std::string(name));
    std::error_code ignored;
    std::filesystem::remove(directory.path() / name, ignored);
    const auto refused = back_up(directory.path(), directory.path() / name);
    CHECK(kind_of(refused) == StoreError::Kind::conflict);
    CHECK_FALSE(std::filesystem::exists(directory.path() / name));
  }
  CHECK(back_up(directory.path(), directory.path() / "mine.db"));
  CHECK(back_up(directory.path(), elsewhere.path() / "copybench.db"));
  CHECK(kind_of(back_up(directory.path(), "")) == StoreError::Kind::invalid);
}

TEST_CASE("a backup without enough room leaves no file behind") {
  TemporaryDirectory directory, elsewhere;
  enqueue(*open_store(directory), 100);
  {
    FileSizeLimit limit(20'000);
    CHECK(kind_of(back_up(directory.path(), elsewhere.path() / "copy.db")) == StoreError::Kind::full);
  }
  CHECK(files_in(elsewhere.path()) == 0);
}

TEST_CASE("a damaged database gives no backup") {
  TemporaryDirectory directory, elsewhere;
  fill(directory, 50);
  damage_root_page(directory.database(), "run_evidence");
  CHECK(kind_of(back_up(directory.path(), elsewhere.path() / "copy.db")) == StoreError::Kind::corrupt);
  CHECK(files_in(elsewhere.path()) == 0);
}
