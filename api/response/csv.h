// Runs -> CSV (RFC 4180: CR LF, quotes where needed). Columns: identity_columns(), figure_columns(), the zero-copy label
// and the flags. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/store/reader.h"

namespace copybench {

std::string csv_header();
void append_csv_row(std::string& out, const RunRow& run);

// Quotes the text if it contains a comma, a quote or a line break. Prefixes text that a spreadsheet would run as a formula (it
// begins with = + - @, a tab or a line break) with an apostrophe. Not for numbers.
void append_csv_text(std::string& out, std::string_view text);

}  // namespace copybench
