// Writes and reads an experiment with all its runs as lines of JSON (NDJSON). Pure; any thread.
//
//   {"copybench_export": 1, "schema": 5, "host": "lab-3", "machine_id": "…", "copybench": "0.1.0", "experiment_id": 7}
//   {"experiment": {…}}
//   {"circumstances": {…}}   any number of these
//   {"run": {…}}             one for each run, in the order of their ids
//   {"end": {"runs": 240, "exported_at_ms": …, "sha256": "…"}}   of all bytes before this line
//
// The store defines and validates the contents of experiment, circumstances and run: the columns of its tables.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/digest.h"
#include "core/model/origin.h"

namespace copybench {

constexpr int64_t kExportFormat = 1;

// Writes the lines one after another, each with its line feed.
class ExportWriter {
 public:
  // origin.exported_at goes into the last line.
  ExportWriter(Origin origin, int64_t schema);

  std::string head();
  std::string experiment(const Json& row) { return line("experiment", row); }
  std::string circumstances(const Json& row) { return line("circumstances", row); }
  std::string run(const Json& row);
  std::string end();

 private:
  std::string line(const char* kind, const Json& row);
  std::string digested(std::string text);

  const Origin origin_;
  const int64_t schema_;
  int64_t runs_ = 0;
  Sha256 digest_;
};

struct ExportFile {
  Origin origin;
  int64_t schema = 0;
  Json experiment;
  // Rows, for row_of(). read_export() keeps each as a string with its JSON text: parsed, all of them together would take some
  // ten times the memory of the file.
  std::vector<Json> circumstances;
  std::vector<Json> runs;
  // SHA-256 of the runs' contents: the same wherever and whenever they are exported, in any order of keys, with or without
  // keys that are null.
  std::string digest_of_runs;
  std::string digest_of_lines;  // SHA-256 of the runs' lines, by which earlier versions identified them
};

// The object in a row of a file, parsed anew if the row is kept as text.
Json row_of(const Json& kept);

// Validates form, order, counts and digest. An error names the line: "line 3: …".
Result<ExportFile> read_export(std::string_view text);

}  // namespace copybench
