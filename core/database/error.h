// The errors of the store and of what lies under it.
#pragma once

#include <string>

#include "core/base/result.h"

namespace copybench {

struct StoreError {
  enum class Kind {
    full,       // no room on the disk, or the quota is spent: may pass
    io,         // the disk failed, or the file is read-only
    damaged,    // a row holds what no copybench wrote; the file and the other rows are sound
    corrupt,    // quick_check or SQLite found damage: nothing is written until a person has looked
    newer,      // the schema is of a newer copybenchd
    locked,     // another daemon holds the data
    lost,       // the database's files were removed or replaced while in use: passes if they come back
    not_found,  // no such experiment or run
    invalid,    // the input failed validation
    queue_full,  // the limit of waiting experiments is reached
    conflict,   // impossible in this state (delete while it runs; an idempotency key used for another request)
  };
  Kind kind{};
  std::string message;  // a sentence: what happened, and what to do
};

template <typename T>
using StoreResult = tl::expected<T, StoreError>;

}  // namespace copybench
