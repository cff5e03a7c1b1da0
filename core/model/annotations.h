// The annotations that people write on an experiment. They are no part of what was measured, and may be changed at any
// time. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/model/field_error.h"

namespace copybench {

struct AnnotationLimits {
  static constexpr size_t kMaxNameBytes = 200;
  static constexpr size_t kMaxNotesBytes = 10'000;
  static constexpr size_t kMaxTags = 20;
  static constexpr size_t kMaxTagBytes = 50;
};

struct Annotations {
  std::string notes;
  std::vector<std::string> tags;  // in the order given, none twice
  bool pinned = false;            // neither deleted nor removed by retention until it is unpinned

  bool operator==(const Annotations&) const = default;
};

// Sets the fields that are given; the rest stays. The name is kept in the spec, but people may change it like the rest.
struct AnnotationChange {
  std::optional<std::string> name;
  std::optional<std::string> notes;
  std::optional<std::vector<std::string>> tags;
  std::optional<bool> pinned;
};

// Every error found: /name, /notes, /tags, /tags/0.
std::vector<FieldError> annotation_errors(const AnnotationChange& change);

// Does not change the name, which is no part of them.
Annotations changed(Annotations annotations, const AnnotationChange& change);

}  // namespace copybench
