#include "web/assets.h"

#include <doctest/doctest.h>

#include <set>
#include <string_view>

using namespace copybench;

TEST_CASE("the page is found by both its names") {
  const Asset* page = find_asset("/");
  REQUIRE(page);
  CHECK(page->content_type == "text/html; charset=utf-8");
  CHECK(page->body.starts_with("<!doctype html>"));
  CHECK(page->body.ends_with("</html>\n"));
  CHECK(find_asset("/index.html") == page);
}

TEST_CASE("a file that is not embedded is not found") {
  for (const std::string_view path : {"", "app.js", "/app", "/app.js/", "//app.js", "/CMakeLists.txt", "/../app.js"}) {
    CAPTURE(path);
    CHECK(find_asset(path) == nullptr);
  }
}

TEST_CASE("every file has a type and a hash of its own") {
  std::set<std::string_view> etags;
  for (const Asset& asset : assets()) {
    CAPTURE(asset.path);
    CHECK(find_asset(asset.path) == &asset);
    CHECK_FALSE(asset.content_type.empty());
    CHECK_FALSE(asset.body.empty());
    CHECK(asset.etag.size() == 34);
    CHECK(asset.etag.front() == '"');
    CHECK(asset.etag.back() == '"');
    CHECK(etags.insert(asset.etag).second);
  }
}

TEST_CASE("script and styles have their hash in the name; the page requests what it needs, the script the rest") {
  const std::string_view page = find_asset("/")->body;
  std::string_view app;
  for (const Asset& asset : assets()) {
    if (asset.path.starts_with("/app-")) app = asset.body;
  }
  size_t at_once = 0, later = 0;
  int styles = 0;
  for (const Asset& asset : assets()) {
    CAPTURE(asset.path);
    const bool script = asset.path.ends_with(".js"), style = asset.path.ends_with(".css");
    CHECK(asset.immutable == (script || style));
    if (!asset.immutable) continue;
    CHECK(asset.content_type == (script ? "text/javascript; charset=utf-8" : "text/css; charset=utf-8"));
    const bool asked = page.find(asset.path.substr(1)) != std::string_view::npos;
    CHECK((asked || app.find(asset.path.substr(1)) != std::string_view::npos));
    if (style) ++styles;
    if (script) (asked ? at_once : later) += asset.body.size();
  }
  CHECK(styles == 1);
  CHECK(at_once > 0);
  CHECK(at_once < 400'000);
  CHECK(later > 0);
  CHECK(later < 60'000);
}

TEST_CASE("nothing is inline, so that a strict content security policy holds") {
  for (const Asset& asset : assets()) {
    if (!asset.content_type.starts_with("text/html")) continue;
    for (const std::string_view inline_code : {"<style", "<script>", " style=", " onclick=", " onload=", "javascript:"}) {
      CAPTURE(inline_code);
      CHECK(asset.body.find(inline_code) == std::string_view::npos);
    }
  }
}

TEST_CASE("the page links the licences of the libraries that are bundled into it") {
  CHECK(find_asset("/")->body.find("href=\"notices.txt\"") != std::string_view::npos);
  const Asset* notices = find_asset("/notices.txt");
  REQUIRE(notices);
  CHECK(notices->content_type == "text/plain; charset=utf-8");
  // One of each licence, with its holder.
  for (const std::string_view text : {"@observablehq/plot ", "Observable, Inc.", "d3-array ", "Mike Bostock", "eventsource-parser ",
                                      "Espen Hovlandsdal", "d3-flame-graph ", "Apache License", "d3-ease ", "Robert Penner"}) {
    CAPTURE(text);
    CHECK(notices->body.find(text) != std::string_view::npos);
  }
}
