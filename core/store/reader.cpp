#include "core/store/reader.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "core/store/database_reader.h"

namespace copybench {

class ReaderPool::Impl {
 public:
  explicit Impl(std::vector<std::unique_ptr<Reader>> readers) : readers_(std::move(readers)) {
    for (const auto& reader : readers_) idle_.push_back(reader.get());
  }

  Reader* take() {
    std::unique_lock lock(mutex_);
    given_back_.wait(lock, [&] { return !idle_.empty(); });
    // The one given back last has the warmest cache, and those in excess stay small.
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
};

StoreResult<std::unique_ptr<ReaderPool>> ReaderPool::open(const std::filesystem::path& database, size_t connections) {
  std::vector<std::unique_ptr<Reader>> readers;
  for (size_t i = 0; i < std::max<size_t>(connections, 1); ++i) {
    auto reader = open_reader(database);
    if (!reader) return tl::unexpected(reader.error());
    readers.push_back(std::move(*reader));
  }
  return std::unique_ptr<ReaderPool>(new ReaderPool(std::make_unique<Impl>(std::move(readers))));
}

ReaderPool::ReaderPool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ReaderPool::~ReaderPool() = default;

ReaderPool::Lease ReaderPool::lease() {
  return Lease(impl_->take(), [this](Reader* reader) { impl_->give_back(reader); });
}

}  // namespace copybench
