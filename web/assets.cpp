#include "web/assets.h"

#include <algorithm>

namespace copybench {

const Asset* find_asset(std::string_view path) {
  if (path == "/index.html") path = "/";
  const auto all = assets();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Asset& asset) { return asset.path == path; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace copybench
