#include "api/response/flamegraph.h"

#include <doctest/doctest.h>

using namespace copybench;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a frame's width is its share, and its title says so") {
  const std::string svg = flamegraph_svg("one_copy, fields of 64 bytes", {{"engine;send;copy_[k]", 30}, {"load;recv", 10}});
  CHECK(contains(svg, "<title>engine: 75.00 % (30 samples)</title><rect x=\"10.0\" y=\"90\" width=\"885.0\""));
  CHECK(contains(svg, "<title>copy_[k]: 75.00 % (30 samples)</title>"));
  CHECK(contains(svg, "<title>recv: 25.00 % (10 samples)</title><rect x=\"895.0\""));
  CHECK(contains(svg, "one_copy, fields of 64 bytes"));
  CHECK(contains(svg, "40 samples."));
  CHECK_FALSE(contains(svg, "<script"));
}

TEST_CASE("against a base: red where the share grew, blue where it shrank") {
  const FoldedStacks base{{"engine;a", 50}, {"engine;b", 50}};
  const std::string svg = flamegraph_svg("t", {{"engine;a", 90}, {"engine;b", 8}, {"engine;new", 2}}, &base);
  CHECK(contains(svg, "a: 90.00 % (90 samples), base 50.00 %</title><rect x=\"10.0\" y=\"56\" width=\"1062.0\" height=\"16\" fill=\"rgb(245,95,95)\""));
  CHECK(contains(svg, "fill=\"rgb(95,95,245)\""));
  CHECK(contains(svg, "new: 2.00 % (2 samples), base 0.00 %"));
}

TEST_CASE("symbols cannot break out of the SVG") {
  const std::string svg = flamegraph_svg("<t>", {{"engine;operator<<(\"x\"&)\x01", 1}});
  CHECK(contains(svg, "operator&lt;&lt;(&quot;x&quot;&amp;)?"));
  CHECK(contains(svg, "&lt;t&gt;"));
}

TEST_CASE("no stacks give an empty graph") { CHECK(contains(flamegraph_svg("t", {}), "0 samples.")); }

TEST_CASE("a stack of any depth is drawn, and with too many frames the first rows") {
  std::string deep = "engine";
  for (int i = 0; i < 20'000; ++i) deep += ";f";
  const std::string svg = flamegraph_svg("t", {{deep, 3}});
  CHECK(contains(svg, "<title>f: 100.00 % (3 samples)</title>"));
  CHECK_FALSE(contains(svg, "left out"));
  FoldedStacks wide;
  std::string tail;
  for (int i = 0; i < 60; ++i) tail += ";f" + std::to_string(i);
  for (int i = 0; i < 1000; ++i) wide["engine;" + std::to_string(i) + tail] = 1;
  const std::string cut = flamegraph_svg("t", wide, &wide);
  CHECK(contains(cut, "The deepest frames are left out"));
  CHECK(contains(cut, "<title>engine: 100.00 %"));
  CHECK(cut.size() < 20'000'000);
}
