// The page's files, embedded at build time. The views point into the binary and stay valid for its life; any thread.
#pragma once

#include <span>
#include <string_view>

namespace copybench {

struct Asset {
  std::string_view path;  // as requested: "/" (index.html), "/app-4F2K7QXA.js"
  std::string_view content_type;
  std::string_view etag;  // with its quotes: a hash of the body
  std::string_view body;
  bool immutable = false;  // the path has a hash of the content: it never means anything else
};

// Null where there is no such file. "/index.html" is "/".
const Asset* find_asset(std::string_view path);
std::span<const Asset> assets();

}  // namespace copybench
