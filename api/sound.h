// What answers are computed from: a row that cannot be read is named, and not computed with.
#pragma once

#include "core/store/reader.h"

namespace copybench {

// As Reader::experiment(); damaged: its row cannot be read.
StoreResult<ExperimentRecord> sound_experiment(Reader& reader, ExperimentId id);

// damaged: the row of the run or of its profile cannot be read.
StoreResult<void> check_sound(const ProfileRow& row);

}  // namespace copybench
