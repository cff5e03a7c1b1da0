// Takes the four measurements of a calibration in the calling thread, in about 30 ms, most of it for memory. Call it in a
// separate process that is bound to the CPUs in question and ends afterwards: the buffers take up to 128 MiB. See
// core/model/calibration.h.
#pragma once

#include "core/base/result.h"
#include "core/model/calibration.h"

namespace copybench {

Result<Calibration> calibrate();

}  // namespace copybench
