#include "core/analysis/stacks.h"

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

TEST_CASE("text that is not folded stacks is rejected") {
  for (const char* text : {"engine;serve", "engine 0", "engine -1", "engine 1x", " 4", "engine "}) {
    CAPTURE(text);
    CHECK_FALSE(folded_from_text(text));
  }
}

TEST_CASE("a tree's node has the samples of all its callees, even if the text's order splits them") {
  const StackTree tree = tree_of({{"a-b;x", 1}, {"a", 2}, {"a;c", 4}, {"a;d", 8}, {"a;c;e", 16}});
  const auto callee = [&](const StackNode& node, size_t i) -> const StackNode& { return tree[node.callees[i]]; };
  const StackNode& root = tree[0];
  CHECK(root.samples == 31);
  REQUIRE(root.callees.size() == 2);
  const StackNode& a = callee(root, callee(root, 0).name == "a" ? 0 : 1);
  CHECK(a.samples == 30);
  REQUIRE(a.callees.size() == 2);
  CHECK(callee(a, 0).name == "c");
  CHECK(callee(a, 0).samples == 20);
  CHECK(callee(callee(a, 0), 0).samples == 16);
  CHECK(callee(callee(a, 0), 0).depth == 3);
}

TEST_CASE("stacks are limited in depth, frames and samples") {
  std::string deep = "engine";
  for (size_t i = 1; i < StackLimits::kMaxFrames; ++i) deep += ";f";
  const auto deepest = folded_from_text(deep + " 1\n");
  REQUIRE(deepest);
  CHECK(tree_of(*deepest).size() == StackLimits::kMaxFrames + 1);
  CHECK(folded_from_text(deep + ";f 1\n").error().message == "a stack has 2049 frames; allowed: 2048");
  std::string many;
  for (int i = 0; i < 1000; ++i) many += deep + std::to_string(i) + " 1\n";
  CHECK(folded_from_text(many).error().message == "all stacks have more than 2000000 frames");
  CHECK(folded_from_text("a 4503599627370496\n"));
  CHECK_FALSE(folded_from_text("a 4503599627370496\nb 1\n"));
  CHECK_FALSE(folded_from_text("a 9223372036854775807\na 9223372036854775807\n"));
}
