#include "core/model/annotations.h"

#include <doctest/doctest.h>

using namespace copybench;

namespace {

std::vector<std::string> pointers_of(const AnnotationChange& change) {
  std::vector<std::string> pointers;
  for (const FieldError& error : annotation_errors(change)) pointers.push_back(error.pointer);
  return pointers;
}

using Pointers = std::vector<std::string>;

AnnotationChange with_notes(std::string notes) { return {{}, std::move(notes), {}, {}}; }
AnnotationChange with_tags(std::vector<std::string> tags) { return {{}, {}, std::move(tags), {}}; }

}  // namespace

TEST_CASE("readable notes and tags are accepted") {
  CHECK(annotation_errors({}).empty());
  CHECK(annotation_errors({"größer 😀", "two\nlines\tand a tab\r\n", {{"baseline", "kernel 6.1", "a/b:c"}}, true}).empty());
  CHECK(annotation_errors({std::string(200, 'a'), std::string(10'000, 'a'), {{std::string(50, 'a')}}, false}).empty());
  CHECK(annotation_errors({{}, "", std::vector<std::string>{}, {}}).empty());
}

TEST_CASE("unreadable or overlong text is named, with what is allowed") {
  for (const std::string& bad : {std::string(10'001, 'a'), std::string("a\0b", 3), std::string("\x1b[2J"),
                                 std::string("\x7f"), std::string("\xc2\x85"), std::string("\xff")}) {
    CHECK(pointers_of(with_notes(bad)) == Pointers{"/notes"});
  }
  CHECK(annotation_errors(with_notes(std::string(10'001, 'a')))[0].detail ==
        "the text is 10001 bytes long; allowed: at most 10000 bytes of UTF-8 without control and hidden characters but line "
        "breaks and tabs");
  for (const std::string& bad : {std::string(), std::string(51, 'a'), std::string("a,b"), std::string(" a"),
                                 std::string("a "), std::string("a\nb"), std::string("\xff")}) {
    CHECK(pointers_of(with_tags({"good", bad})) == Pointers{"/tags/1"});
  }
}

TEST_CASE("tags are unique, and at most twenty") {
  CHECK(pointers_of(with_tags({"a", "b", "a"})) == Pointers{"/tags/2"});
  std::vector<std::string> tags;
  for (int i = 0; i < 21; ++i) tags.push_back("t" + std::to_string(i));
  CHECK(pointers_of(with_tags(tags)) == Pointers{"/tags"});
  tags.pop_back();
  CHECK(annotation_errors(with_tags(tags)).empty());
}

TEST_CASE("missing fields stay unchanged") {
  const Annotations before{"notes", {"a", "b"}, true};
  CHECK(changed(before, {}) == before);
  CHECK(changed(before, {"name", {}, {}, false}) == Annotations{"notes", {"a", "b"}, false});
  CHECK(changed(before, {{}, "", std::vector<std::string>{}, {}}) == Annotations{"", {}, true});
}

TEST_CASE("a name or tag without a visible character is rejected") {
  for (const std::string text : {" ", "   ", "\xc2\xa0", "\xe2\x80\x8b", "\xe2\x80\x8b \xef\xbb\xbf", "\xe3\x85\xa4",
                                 "\xe2\xa0\x80", "\xc2\xad", "\xf3\xa0\x80\xa0"}) {
    CAPTURE(text);
    const auto errors = annotation_errors({text, {}, {}, {}});
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].detail.find("shows nothing") != std::string::npos);
    CHECK(annotation_errors({{}, {}, {{text}}, {}}).size() == 1);
  }
  CHECK(annotation_errors({{}, " \n\xc2\xa0", {}, {}}).empty());  // notes stand beside the name
  for (const std::string text : {"a", " a ", "\xc2\xa0""b", "\xf0\x9f\x98\x80", "\xe4\xb8\xad"}) {
    CHECK(annotation_errors({text, {}, {}, {}}).empty());
  }
}

TEST_CASE("a character that is not seen is refused by its name, in names, notes and tags") {
  const std::string text = "runs \xe2\x80\xae 5102";
  for (const auto& [change, pointer] : {std::pair{AnnotationChange{text, {}, {}, {}}, "/name"},
                                        std::pair{AnnotationChange{{}, text, {}, {}}, "/notes"},
                                        std::pair{AnnotationChange{{}, {}, {{text}}, {}}, "/tags/0"}}) {
    const auto errors = annotation_errors(change);
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].pointer == pointer);
    CHECK(errors[0].detail.find("contains U+202E RIGHT-TO-LEFT OVERRIDE, which shows nothing itself") != std::string::npos);
  }
}
