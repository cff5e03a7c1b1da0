// Takes the four measurements of a calibration in the calling thread: some 30 ms, most of it memory. For a process of its
// own, bound to the CPUs in question, that ends afterwards: its buffers are up to 128 MiB. See core/model/calibration.h.
#pragma once

#include "core/base/result.h"
#include "core/model/calibration.h"

namespace copybench {

Result<Calibration> calibrate();

}  // namespace copybench
