// Runs -> CSV (RFC 4180: CR LF, quotes where needed), columns as identity_columns() and figure_columns() have them,
// then what a zero_copy run really was. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/store/reader.h"

namespace copybench {

std::string csv_header();
void append_csv_row(std::string& out, const RunRow& run);

// Quoted if it contains a comma, a quote or a line break. Text that a spreadsheet would take for a formula (it begins with
// = + - @, a tab or a line break) gets an apostrophe before it. Numbers are never written by this.
void append_csv_text(std::string& out, std::string_view text);

}  // namespace copybench
