// Validates a file that was submitted as an export. Pure.
#pragma once

#include <string>

#include "core/transfer/columns.h"
#include "core/transfer/export_file.h"

namespace copybench {

// Returns the problem, with the number of the line that this program would not have written. It validates against the
// columns of the target database and against the limits of what is measured. Empty: the file is valid.
std::string import_problem(const ExportFile& file, const TransferColumns& columns);

}  // namespace copybench
