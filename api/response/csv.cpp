#include "api/response/csv.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <variant>

#include "api/response/zerocopy_label.h"

namespace copybench {
namespace {

constexpr std::string_view kFormulaStarts = "=+-@\t\r\n";

void append_number(std::string& out, int64_t value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

void append_number(std::string& out, double value) {
  if (!std::isfinite(value)) return;  // an empty cell instead of nan or inf
  char text[40];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);  // shortest text that reads back as the same value
}

}  // namespace

void append_csv_text(std::string& out, std::string_view text) {
  // A spreadsheet runs such a cell as a formula (OWASP, CSV Injection).
  const std::string_view guard = !text.empty() && kFormulaStarts.find(text.front()) != std::string_view::npos ? "'" : "";
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out.append(guard).append(text);
    return;
  }
  out += '"';
  out += guard;
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

std::string csv_header() {
  std::string header;
  const auto put = [&](std::string_view name) {
    if (!header.empty()) header += ',';
    append_csv_text(header, name);
  };
  for (const std::string_view name : identity_columns()) put(name);
  for (const FigureColumn& column : figure_columns()) put(column.name);
  put("zerocopy");
  put("flags");
  return header + "\r\n";
}

void append_csv_row(std::string& out, const RunRow& run) {
  const Configuration& configuration = run.planned.configuration;
  append_number(out, run.experiment_id);
  out += ',';
  append_number(out, run.id);
  out += ',';
  append_csv_text(out, name_of(configuration.engine));
  out += ',';
  append_number(out, static_cast<int64_t>(configuration.field_bytes));
  out += ',';
  append_number(out, static_cast<int64_t>(configuration.message_bytes()));
  out += ',';
  append_number(out, int64_t{configuration.threads});
  out += ',';
  append_number(out, int64_t{run.planned.repetition});
  out += ',';
  append_csv_text(out, name_of(run.state));
  for (const FigureColumn& column : figure_columns()) {
    out += ',';
    std::visit(
        [&](auto member) {
          if (const auto& value = run.figures.*member) append_number(out, *value);
        },
        column.member);
  }
  out += ',';
  append_csv_text(out, zerocopy_label(configuration.engine, run.figures).value_or(""));
  out += ',';
  append_csv_text(out, kinds_of(run.flags));
  out += "\r\n";
}

}  // namespace copybench
