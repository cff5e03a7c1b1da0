#include "core/store/reader_pool.h"

#include <atomic>
#include <set>
#include <thread>

#include "fixture.h"

using namespace copybench;

TEST_CASE("each lease has a reader of its own, and gives it back") {
  TemporaryDirectory directory;
  const auto store = open_store(directory);
  const auto readers = must(ReaderPool::open(directory.database(), 3));
  std::set<Reader*> seen;
  {
    const auto a = readers->lease();
    const auto b = readers->lease();
    const auto c = readers->lease();
    seen = {a.get(), b.get(), c.get()};
    CHECK(seen.size() == 3);
  }
  CHECK(seen.contains(readers->lease().get()));
}

TEST_CASE("a lease waits until a reader is given back") {
  TemporaryDirectory directory;
  const auto store = open_store(directory);
  const auto readers = must(ReaderPool::open(directory.database(), 1));
  std::atomic<int> holders = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) {
        const auto reader = readers->lease();
        CHECK(++holders == 1);
        CHECK(reader->experiments(std::nullopt, 1));
        --holders;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_CASE("a missing database cannot be read, and is not created") {
  TemporaryDirectory directory;
  CHECK(kind_of(ReaderPool::open(directory.database(), 2)) == StoreError::Kind::io);
  CHECK_FALSE(std::filesystem::exists(directory.database()));
}
