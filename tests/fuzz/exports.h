// Seed exports, and changes of their lines as trees.
#pragma once

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "core/transfer/export_file.h"
#include "mutate.h"

namespace copybench::fuzz {

// With its rows as objects, to be changed.
inline ExportFile parsed(ExportFile file) {
  for (Json& row : file.circumstances) row = row_of(row);
  for (Json& row : file.runs) row = row_of(row);
  return file;
}

inline ExportFile read_seed(const std::string& name) {
  std::ifstream file(std::string(COPYBENCH_FUZZ_SEEDS) + "/" + name);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  auto read = read_export(text);
  if (!read) std::fprintf(stderr, "%s: %s\n", name.c_str(), read.error().message.c_str());
  FUZZ_CHECK(read);
  return parsed(std::move(*read));
}

inline std::vector<ExportFile> read_seeds() {
  return {read_seed("profiled.ndjson"), read_seed("until-ci.ndjson"), read_seed("crossover.ndjson")};
}

// Sets the value of an existing member.
inline void set_member(Json& object, const std::string& key, const Json& value, Undo& undo) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end()) return;
  undo.keep(*found);
  *found = value;
}

// The counts and positions that depend on the number of runs, so that they are not the only reason for a rejection.
inline void count_anew(ExportFile& file, Undo& undo) {
  std::map<std::string, int64_t> counts{{"completed", 0}, {"failed", 0}, {"cancelled", 0}, {"interrupted", 0}};
  int64_t place = 0;
  for (Json& run : file.runs) {
    if (!run.is_object()) continue;
    set_member(run, "finished_as", ++place, undo);
    const Json state = run.value("state", Json());
    if (state.is_string()) ++counts[state == "timed_out" ? "failed" : state.get<std::string>()];
  }
  for (const char* state : {"completed", "failed", "cancelled", "interrupted"}) {
    set_member(file.experiment, fmt::format("runs_{}", state), counts[state], undo);
  }
  set_member(file.experiment, "runs_total", counts["completed"] + counts["failed"] + counts["cancelled"], undo);
}

inline Json& some_line(ExportFile& file, Choices& choices) {
  const size_t which = choices.below(file.runs.size() + file.circumstances.size() + 1);
  if (which < file.runs.size()) return file.runs[which];
  if (which < file.runs.size() + file.circumstances.size()) return file.circumstances[which - file.runs.size()];
  return file.experiment;
}

// Changes that add or remove lines are not kept.
inline void change_lines(ExportFile& file, Choices& choices) {
  Undo never;
  switch (choices.below(12)) {
    case 0:
      if (!file.runs.empty()) file.runs.erase(file.runs.begin() + static_cast<std::ptrdiff_t>(choices.below(file.runs.size())));
      break;
    case 1: {
      Json run = file.runs.empty() ? Json::object() : file.runs[choices.below(file.runs.size())];
      if (run.is_object()) run["repetition"] = 1 + choices.below(6);
      file.runs.push_back(std::move(run));
      break;
    }
    case 2:
      if (!file.circumstances.empty()) file.circumstances.push_back(file.circumstances[0]);
      break;
    default: mutate(some_line(file, choices), some_line(file, choices), choices, never);
  }
}

// The lines of a file are objects: read_export() checks that.
inline bool has_objects_alone(const ExportFile& file) {
  const auto is_object = [](const Json& row) { return row.is_object(); };
  return file.experiment.is_object() && std::all_of(file.runs.begin(), file.runs.end(), is_object) &&
         std::all_of(file.circumstances.begin(), file.circumstances.end(), is_object);
}

}  // namespace copybench::fuzz
