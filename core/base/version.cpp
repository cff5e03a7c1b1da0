#include "core/base/version.h"

#include "version_text.h"  // generated

namespace copybench {

std::string_view program_version() { return COPYBENCH_VERSION; }

}  // namespace copybench
