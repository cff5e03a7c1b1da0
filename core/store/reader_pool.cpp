#include "core/store/reader_pool.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "core/store/database_reader.h"

namespace copybench {

class ReaderPool::Impl {
 public:
  StoreResult<void> add_reader(const std::filesystem::path& database) {
    auto reader = open_reader(database, [this](const StoreError& damage) {
      std::lock_guard lock(mutex_);
      damage_ = damage;
    });
    if (!reader) return tl::unexpected(reader.error());
    idle_.push_back(reader->get());
    readers_.push_back(std::move(*reader));
    return {};
  }

  std::optional<StoreError> damage() {
    std::lock_guard lock(mutex_);
    return damage_;
  }

  Reader* take() {
    std::unique_lock lock(mutex_);
    given_back_.wait(lock, [&] { return !idle_.empty(); });
    // The reader that was returned last has the warmest cache, and the caches of surplus readers stay small.
    Reader* reader = idle_.back();
    idle_.pop_back();
    return reader;
  }

  void give_back(Reader* reader) {
    {
      std::lock_guard lock(mutex_);
      idle_.push_back(reader);
    }
    given_back_.notify_one();
  }

 private:
  std::vector<std::unique_ptr<Reader>> readers_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<Reader*> idle_;
  std::optional<StoreError> damage_;
};

StoreResult<std::unique_ptr<ReaderPool>> ReaderPool::open(const std::filesystem::path& database, size_t connections) {
  auto pool = std::make_unique<Impl>();
  for (size_t i = 0; i < std::max<size_t>(connections, 1); ++i) {
    if (auto added = pool->add_reader(database); !added) return tl::unexpected(added.error());
  }
  return std::unique_ptr<ReaderPool>(new ReaderPool(std::move(pool)));
}

ReaderPool::ReaderPool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ReaderPool::~ReaderPool() = default;

std::optional<StoreError> ReaderPool::damage() const { return impl_->damage(); }

ReaderPool::Lease ReaderPool::lease() {
  return Lease(impl_->take(), [this](Reader* reader) { impl_->give_back(reader); });
}

}  // namespace copybench
