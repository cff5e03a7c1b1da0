#include "core/engine/send_path.h"

#include "core/engine/paths.h"

namespace copybench {
namespace {

struct PathEntry {
  FieldMemory memory;
  Result<std::unique_ptr<SendPath>> (*make)(const SendPathOptions&);
};

// In the order of EngineMode.
constexpr PathEntry kPaths[] = {
    {FieldMemory::heap, make_two_copy},
    {FieldMemory::page_locked, make_one_copy},
    {FieldMemory::page_locked, make_zero_copy},
};

}  // namespace

FieldMemory field_memory(EngineMode mode) { return kPaths[static_cast<size_t>(mode)].memory; }

Result<std::unique_ptr<SendPath>> make_send_path(EngineMode mode, const SendPathOptions& options) {
  return kPaths[static_cast<size_t>(mode)].make(options);
}

}  // namespace copybench
