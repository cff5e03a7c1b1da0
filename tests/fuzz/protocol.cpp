// The lines between the daemon and its children, as they come through a descriptor.
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "core/base/lines.h"
#include "core/base/unique_fd.h"
#include "core/wire/orders.h"

using namespace copybench;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const UniqueFd file(::memfd_create("lines", MFD_CLOEXEC));
  FUZZ_CHECK(::ftruncate(file.get(), 0) == 0);
  FUZZ_CHECK(::pwrite(file.get(), data, size, 0) == static_cast<ssize_t>(size));
  FUZZ_CHECK(::lseek(file.get(), 0, SEEK_SET) == 0);
  LineBuffer lines;
  for (bool more = true; more;) {
    const auto read = lines.read_from(file.get());
    more = read && *read;
  }
  while (const auto line = lines.next()) {
    FUZZ_CHECK(line->find('\n') == std::string::npos);
    order_of(*line);
    if (const auto report = report_of(*line)) error_message(*report);
  }
  return 0;
}
