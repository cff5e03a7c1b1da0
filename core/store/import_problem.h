// Validates a file that was submitted as an export. Pure.
#pragma once

#include <string>

#include "core/model/export_file.h"
#include "core/store/transfer_columns.h"

namespace copybench {

// Returns the problem, with the number of the line that this program would not have written. It validates against the
// columns of the target database and against the limits of what is measured. Empty: the file is valid.
std::string import_problem(const ExportFile& file, const TransferColumns& columns);

}  // namespace copybench
