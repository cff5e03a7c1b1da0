#include "api/versions.h"

#include <httplib.h>
#include <sqlite3.h>

#include <string>

#include "core/base/version.h"

namespace copybench {

std::string_view copybench_version() { return program_version(); }

Json versions() {
  Json json;
  json["copybench"] = copybench_version();
  json["compiler"] = std::string("GCC ") + __VERSION__;
  json["sqlite"] = sqlite3_libversion();
  json["httplib"] = CPPHTTPLIB_VERSION;
  return json;
}

}  // namespace copybench
