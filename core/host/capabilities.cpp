#include "core/host/capabilities.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace copybench {

Result<void> keep_capabilities(std::initializer_list<int> kept) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) return tl::unexpected(system_error("read the capabilities", errno));
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> wanted{};
  for (const int capability : kept) wanted[CAP_TO_INDEX(capability)].permitted |= CAP_TO_MASK(capability);
  for (size_t i = 0; i < sets.size(); ++i) {
    sets[i].permitted &= wanted[i].permitted;
    sets[i].effective = sets[i].permitted;
    sets[i].inheritable = 0;
  }
  // Fails before Linux 4.3, which has no ambient capabilities. The kernel also clears those that are not inheritable.
  static_cast<void>(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
  if (::syscall(SYS_capset, &header, sets.data()) != 0) return tl::unexpected(system_error("give up capabilities", errno));
  // Prevents new capabilities from programs that have some of their own.
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return tl::unexpected(system_error("give up new privileges", errno));
  return {};
}

}  // namespace copybench
