#include "core/model/request_fields.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "core/model/field_values.h"

using namespace copybench;

TEST_CASE("each field has one row, with a title and a meaning that is one sentence or more") {
  std::set<std::string> names;
  std::set<std::string> titles;
  each_request_field([&](const auto& field) {
    CAPTURE(field.text.name);
    CHECK(names.insert(std::string(field.text.name)).second);
    CHECK(titles.insert(std::string(field.text.title)).second);
    CHECK(field.text.meaning.ends_with('.'));
  });
  CHECK(names.size() == 25);
}

TEST_CASE("numbers that become a member of the spec as they are have a range") {
  each_request_field([&]<typename Field>(const Field& field) {
    using Given = typename Field::Given;
    const bool number = std::is_arithmetic_v<Given> && !std::is_same_v<Given, bool>;
    if (!number || field.goes_to == GoesTo::sweep) return;
    CAPTURE(field.text.name);
    REQUIRE(field.range);
    CHECK(field.range->least < field.range->most);
  });
}

TEST_CASE("an option is the field's name with dashes, or its own; a flag that is off has a form too") {
  std::set<std::string> options;
  each_request_field([&](const auto& field) {
    if (field.text.name == "tcp_nodelay") CHECK(option_of(field, false) == "--no-tcp-nodelay");
    if (field.goes_to == GoesTo::load || field.goes_to == GoesTo::both) options.insert(option_of(field));
  });
  CHECK(options == std::set<std::string>{"--pattern", "--receive", "--rate", "--tcp-nodelay", "--socket-buffer-bytes"});
}

TEST_CASE("a value keeps what the other type holds, and becomes its nearest one otherwise") {
  CHECK(field_cast<Nanoseconds>(0.5) == std::chrono::milliseconds{500});
  CHECK(field_cast<std::optional<double>>(Nanoseconds{std::chrono::seconds{2}}) == 2.0);
  CHECK(field_cast<std::optional<int64_t>>(std::optional<uint64_t>{UINT64_MAX}) == INT64_MAX);
  CHECK(field_cast<std::optional<uint64_t>>(std::optional<int64_t>{}) == std::nullopt);
  CHECK(field_cast<std::vector<uint32_t>>(std::vector<int64_t>{1, -1, int64_t{1} << 40}) ==
        std::vector<uint32_t>{1, 0, UINT32_MAX});
}
