#include "api/endpoints/versions.h"

#include <string>

#include "api/http/session.h"
#include "core/base/version.h"
#include "core/database/connection.h"

namespace copybench {

std::string_view copybench_version() { return program_version(); }

Json versions() {
  Json json;
  json["copybench"] = copybench_version();
  json["compiler"] = std::string("GCC ") + __VERSION__;
  json["sqlite"] = sqlite_version();
  json["httplib"] = httplib_version();
  return json;
}

}  // namespace copybench
