#include "core/engine/send_path.h"

#include <array>

#include "core/engine/paths.h"
#include "core/model/send_paths.h"

namespace copybench {
namespace {

// In the order of EngineMode.
constexpr std::array kMakers{make_two_copy, make_one_copy, make_zero_copy};

}  // namespace

uint32_t ring_slots(EngineMode mode, uint64_t field_bytes, uint64_t in_flight_bytes) {
  return send_path_row(mode).keeps_buffers ? MessageRing::slots_for(field_bytes, in_flight_bytes) : 1;
}

Result<std::unique_ptr<SendPath>> make_send_path(EngineMode mode, const SendPathOptions& options) {
  return kMakers.at(static_cast<size_t>(mode))(options);
}

}  // namespace copybench
