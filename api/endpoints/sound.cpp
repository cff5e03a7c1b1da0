#include "api/endpoints/sound.h"

#include <fmt/format.h>

#include <string_view>

namespace copybench {
namespace {

tl::unexpected<StoreError> damaged(std::string_view what, int64_t id, const std::string& why) {
  return tl::unexpected(StoreError{
      StoreError::Kind::damaged,
      fmt::format("The stored {} {} cannot be read: {}. Nothing else is affected; delete the experiment, or restore a backup.",
                  what, id, why)});
}

}  // namespace

StoreResult<ExperimentRecord> sound_experiment(Reader& reader, ExperimentId id) {
  auto record = reader.experiment(id);
  if (record && record->damage) return damaged("experiment", id, *record->damage);
  return record;
}

StoreResult<void> check_sound(const ProfileRow& row) {
  if (row.damage) return damaged("profile of run", row.run_id, *row.damage);
  return {};
}

}  // namespace copybench
