#include "core/engine/send_path.h"

#include "core/engine/paths.h"

namespace copybench {
namespace {

struct PathEntry {
  FieldMemory memory;
  bool keeps_buffers;  // the kernel reads from them after the send has returned
  Result<std::unique_ptr<SendPath>> (*make)(const SendPathOptions&);
};

// In the order of EngineMode.
constexpr PathEntry kPaths[] = {
    {FieldMemory::heap, false, make_two_copy},
    {FieldMemory::page_locked, false, make_one_copy},
    {FieldMemory::page_locked, true, make_zero_copy},
};

}  // namespace

FieldMemory field_memory(EngineMode mode) { return kPaths[static_cast<size_t>(mode)].memory; }

uint32_t ring_slots(EngineMode mode, uint64_t field_bytes, uint64_t in_flight_bytes) {
  if (!kPaths[static_cast<size_t>(mode)].keeps_buffers) return 1;
  return MessageRing::slots_for(field_bytes, in_flight_bytes);
}

Result<std::unique_ptr<SendPath>> make_send_path(EngineMode mode, const SendPathOptions& options) {
  return kPaths[static_cast<size_t>(mode)].make(options);
}

}  // namespace copybench
