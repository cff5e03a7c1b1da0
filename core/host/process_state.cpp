#include "core/host/process_state.h"

#include <fmt/format.h>

#include <sstream>

#include "core/host/text_file.h"

namespace copybench {

std::optional<char> process_state(pid_t pid) {
  const auto text = read_text_file(fmt::format("/proc/{}/stat", pid));
  if (!text) return std::nullopt;
  // "PID (name) S ...": the name may contain anything, brackets too.
  const auto name_end = text->rfind(") ");
  if (name_end == text->npos || name_end + 2 >= text->size()) return std::nullopt;
  return (*text)[name_end + 2];
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  std::istringstream words(read_text_file(fmt::format("/proc/{0}/task/{0}/children", pid)).value_or(""));
  for (pid_t child = 0; words >> child;) children.push_back(child);
  return children;
}

}  // namespace copybench
