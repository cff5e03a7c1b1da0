// A Reader with a connection of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "core/store/reader.h"

namespace copybench {

// The database must exist in its current schema: open the Store first. on_damage: see DatabaseConnection.
StoreResult<std::unique_ptr<Reader>> open_reader(const std::filesystem::path& database,
                                                 std::function<void(const StoreError&)> on_damage);

}  // namespace copybench
