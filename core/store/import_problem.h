// What is wrong with a file that was handed in as an export. Pure.
#pragma once

#include <string>

#include "core/model/export_file.h"
#include "core/store/transfer_columns.h"

namespace copybench {

// With the number of the line that this program would not have written, by the columns of the database that is to take it
// and by the limits of what is measured; empty: nothing.
std::string import_problem(const ExportFile& file, const TransferColumns& columns);

}  // namespace copybench
