// Reads rows that answers are computed from. A row that cannot be read is reported, not used.
#pragma once

#include "core/store/reader.h"

namespace copybench {

// Like Reader::experiment(); damaged: the row cannot be read.
StoreResult<ExperimentRecord> sound_experiment(Reader& reader, ExperimentId id);

// damaged: the row of the run or of its profile cannot be read.
StoreResult<void> check_sound(const ProfileRow& row);

}  // namespace copybench
