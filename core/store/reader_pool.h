// A pool of read-only connections to the database.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "core/store/reader.h"

namespace copybench {

// Threads: lease() may be called from any thread; it waits while all connections are leased. A Lease returns its reader at
// destruction and must not outlive the pool.
class ReaderPool {
 public:
  static StoreResult<std::unique_ptr<ReaderPool>> open(const std::filesystem::path& database, size_t connections);
  ~ReaderPool();

  using Lease = std::unique_ptr<Reader, std::function<void(Reader*)>>;
  Lease lease();

  // The error of the last read that found the file damaged; none if no read did. It stays: a person has to look.
  std::optional<StoreError> damage() const;

 private:
  class Impl;
  explicit ReaderPool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace copybench
