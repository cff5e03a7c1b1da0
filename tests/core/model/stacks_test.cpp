#include "core/model/stacks.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("folded stacks survive the way through text") {
  const FoldedStacks stacks{{"engine;serve;sendmsg;_copy_from_iter_[k]", 17}, {"engine;serve", 3}, {"load;operator() const;x", 1}};
  const auto back = folded_from_text(to_text(stacks));
  REQUIRE(back);
  CHECK(*back == stacks);
  CHECK(sample_count(stacks) == 21);
  CHECK(folded_from_text("")->empty());
  CHECK(folded_from_text("a;b 1\na;b 2\n")->at("a;b") == 3);
}

TEST_CASE("text that is no folded stack is refused") {
  for (const char* text : {"engine;serve", "engine 0", "engine -1", "engine 1x", " 4", "engine "}) {
    CAPTURE(text);
    CHECK_FALSE(folded_from_text(text));
  }
}

TEST_CASE("a tree's node has the samples of all that it called, also where the text's order parts its callees") {
  const StackNode root = tree_of({{"a-b;x", 1}, {"a", 2}, {"a;c", 4}, {"a;d", 8}, {"a;c;e", 16}});
  CHECK(root.samples == 31);
  REQUIRE(root.callees.size() == 2);
  const StackNode& a = root.callees[0].name == "a" ? root.callees[0] : root.callees[1];
  CHECK(a.samples == 30);
  REQUIRE(a.callees.size() == 2);
  CHECK(a.callees[0].name == "c");
  CHECK(a.callees[0].samples == 20);
  CHECK(a.callees[0].callees[0].samples == 16);
}
