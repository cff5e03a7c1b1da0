#include "core/model/annotations.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "core/model/hidden_character.h"
#include "core/model/text.h"

namespace copybench {
namespace {

using std::string_view;

// The problem of a text, or nothing: "is empty", "is 201 bytes long".
std::string text_problem(string_view text, size_t least, size_t most, string_view allowed_controls) {
  if (text.size() < least) return "is empty";
  if (text.size() > most) return fmt::format("is {} bytes long", text.size());
  const auto code_points = decode_utf8(text);
  if (!code_points) return "is not valid UTF-8";
  const bool controls = std::any_of(code_points->begin(), code_points->end(), [&](char32_t c) {
    return is_control_character(c) && (c > 0x7f || allowed_controls.find(static_cast<char>(c)) == string_view::npos);
  });
  if (controls) return "contains a control character";
  // An experiment's name is the text of its link, so it must be visible.
  if (least > 0 && !any_visible(*code_points)) return "shows nothing: it has blanks and characters without width alone";
  // Two texts that look the same would be told apart, and one could be shown in another order than it is written.
  const auto hidden = hidden_character(*code_points);
  return hidden ? fmt::format("contains {}, which shows nothing itself", *hidden) : "";
}

// A tag appears in a list with commas on the page, and in a query.
std::string tag_problem(string_view tag) {
  std::string problem = text_problem(tag, 1, AnnotationLimits::kMaxTagBytes, "");
  if (!problem.empty()) return problem;
  if (tag.find(',') != string_view::npos) return "contains a comma";
  return tag.front() == ' ' || tag.back() == ' ' ? "begins or ends with a space" : "";
}

void validate_tags(const std::vector<std::string>& tags, std::vector<FieldError>& errors) {
  if (tags.size() > AnnotationLimits::kMaxTags) {
    errors.push_back({"/tags", fmt::format("{} tags; allowed: at most {}", tags.size(), AnnotationLimits::kMaxTags)});
    return;
  }
  std::set<string_view> seen;
  for (size_t i = 0; i < tags.size(); ++i) {
    const std::string pointer = fmt::format("/tags/{}", i);
    if (const std::string problem = tag_problem(tags[i]); !problem.empty()) {
      errors.push_back({pointer, fmt::format("the tag {}; allowed: 1 to {} bytes of UTF-8 without control and hidden characters, "
                                             "commas, and spaces at its ends",
                                             problem, AnnotationLimits::kMaxTagBytes)});
    } else if (!seen.insert(tags[i]).second) {
      errors.push_back({pointer, "occurs twice in the list; give each tag once"});
    }
  }
}

}  // namespace

std::vector<FieldError> annotation_errors(const AnnotationChange& change) {
  using Limits = AnnotationLimits;
  std::vector<FieldError> errors;
  if (const auto problem = change.name ? text_problem(*change.name, 1, Limits::kMaxNameBytes, "") : std::string(); !problem.empty()) {
    errors.push_back({"/name", fmt::format("the name {}; allowed: 1 to {} bytes of UTF-8 without control and hidden characters",
                                           problem, Limits::kMaxNameBytes)});
  }
  if (const auto problem = change.notes ? text_problem(*change.notes, 0, Limits::kMaxNotesBytes, "\n\r\t") : std::string();
      !problem.empty()) {
    errors.push_back({"/notes", fmt::format("the text {}; allowed: at most {} bytes of UTF-8 without control and hidden "
                                            "characters but line breaks and tabs",
                                            problem, Limits::kMaxNotesBytes)});
  }
  if (change.tags) validate_tags(*change.tags, errors);
  return errors;
}

Annotations changed(Annotations annotations, const AnnotationChange& change) {
  if (change.notes) annotations.notes = *change.notes;
  if (change.tags) annotations.tags = *change.tags;
  if (change.pinned) annotations.pinned = *change.pinned;
  return annotations;
}

}  // namespace copybench
