#include "core/model/names.h"

#include <doctest/doctest.h>

#include <set>

using namespace copybench;

namespace {

template <typename E>
void check_spellings(size_t count) {
  CHECK(names<E>().size() == count);
  CHECK(std::set<std::string_view>(names<E>().begin(), names<E>().end()).size() == count);
  for (size_t i = 0; i < count; ++i) {
    CHECK(from_name<E>(name_of(static_cast<E>(i))) == static_cast<E>(i));
  }
  CHECK_FALSE(from_name<E>("no such word"));
  CHECK_FALSE(from_name<E>(""));
}

}  // namespace

TEST_CASE("every name has one spelling, and is parsed back from it") {
  check_spellings<EngineMode>(3);
  check_spellings<Pattern>(2);
  check_spellings<Receive>(2);
  check_spellings<Order>(2);
  check_spellings<ExperimentState>(5);
  check_spellings<RunState>(7);
}

TEST_CASE("the names are those of the API") {
  CHECK(name_of(EngineMode::zero_copy) == "zero_copy");
  CHECK(name_of(Pattern::request_response) == "request_response");
  CHECK(name_of(RunState::timed_out) == "timed_out");
  CHECK(name_of(ExperimentState::cancelled) == "cancelled");
}

TEST_CASE("all states except queued and running are final") {
  CHECK_FALSE(is_final(ExperimentState::queued));
  CHECK_FALSE(is_final(ExperimentState::running));
  CHECK(is_final(ExperimentState::cancelled));
  CHECK_FALSE(is_final(RunState::queued));
  CHECK_FALSE(is_final(RunState::running));
  CHECK(is_final(RunState::interrupted));
}
