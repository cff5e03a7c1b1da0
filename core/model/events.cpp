#include "core/model/events.h"

#include <algorithm>
#include <array>

#include "core/model/text.h"

namespace copybench {
namespace {

constexpr size_t kMaxEventBytes = 200;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Searches the terms of pmu/term,term=value/, in upper or lower case.
bool has_term(std::string_view terms, std::string_view wanted) {
  while (!terms.empty()) {
    const auto end = std::min(terms.find(','), terms.size());
    const auto term = terms.substr(0, end);
    if (lower(term.substr(0, term.find('='))) == wanted) return true;
    terms.remove_prefix(std::min(end + 1, terms.size()));
  }
  return false;
}

}  // namespace

std::optional<std::string> event_name_problem(std::string_view name) {
  if (name.empty()) return "is empty; an event name begins with a letter";
  if (name.size() > kMaxEventBytes) return "is longer than 200 bytes";
  if (!is_letter(name.front())) return "must begin with a letter";
  constexpr std::string_view kSigns = "_.:-/=,";
  const bool known = std::all_of(name.begin(), name.end(), [&](char c) {
    return is_letter(c) || is_digit(c) || kSigns.find(c) != std::string_view::npos;
  });
  if (!known) return "may contain letters, digits and _ . : - / = , only";

  const auto slashes = std::count(name.begin(), name.end(), '/');
  if (slashes != 0 && slashes != 2) return "may contain either no slash or two, as in cpu/event=0x3c/";
  const auto open = name.find('/');
  const auto close = name.rfind('/');
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == ',' && (slashes == 0 || i < open || i > close)) return "may contain commas only between slashes";
  }
  if (slashes == 2) {
    const auto modifiers = name.substr(close + 1);
    const auto letters = modifiers.substr(modifiers.starts_with(':') ? 1 : 0);
    if (!std::all_of(letters.begin(), letters.end(), is_letter)) {
      return "may have nothing but modifiers (letters) after its second slash";
    }
  }
  // perf prints a renamed event under its new name, so its count would be taken for another event's.
  if (open != std::string_view::npos && has_term(name.substr(open + 1, close - open - 1), "name")) {
    return "must not rename an event (name=): its count would stand under another's name";
  }
  // perf would load such a name as a BPF program if a file of that name exists.
  constexpr std::array<std::string_view, 4> kFiles{".c", ".o", ".obj", ".bpf"};
  if (std::any_of(kFiles.begin(), kFiles.end(), [&](auto ending) { return name.ends_with(ending); })) {
    return "must not end like a file's name (.c, .o, .obj, .bpf)";
  }
  return std::nullopt;
}

std::span<const CounterColumn> counter_columns() {
  static constexpr CounterColumn kColumns[] = {
      {"cpu_cycles", &RunFigures::cpu_cycles, "cpu-cycles", "cycles"},
      {"instructions", &RunFigures::instructions, "instructions", ""},
      {"cache_misses", &RunFigures::cache_misses, "cache-misses", ""},
      {"l1_dcache_load_misses", &RunFigures::l1_dcache_load_misses, "L1-dcache-load-misses", ""},
      {"llc_load_misses", &RunFigures::llc_load_misses, "LLC-load-misses", ""},
      {"context_switches", &RunFigures::context_switches, "context-switches", "cs"},
      {"page_faults", &RunFigures::page_faults, "page-faults", "faults"},
      {"task_clock_ns", &RunFigures::task_clock_ns, "task-clock", ""},
  };
  return kColumns;
}

}  // namespace copybench
