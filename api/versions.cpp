#include "api/versions.h"

#include <httplib.h>
#include <sqlite3.h>

#include <string>

namespace copybench {

std::string_view copybench_version() { return COPYBENCH_VERSION; }

Json versions() {
  Json json;
  json["copybench"] = copybench_version();
  json["compiler"] = std::string("GCC ") + __VERSION__;
  json["sqlite"] = sqlite3_libversion();
  json["httplib"] = CPPHTTPLIB_VERSION;
  return json;
}

}  // namespace copybench
