// Checks whether MSG_ZEROCOPY works here: sends one message over loopback and reads its completion.
//
// Loopback always copies in the end (the receiver is local), so `copied` is true on a healthy machine. The probe shows that the
// mechanism works, not that a NIC would avoid the copy.
// Threads: any. Takes about a millisecond, or up to a second if no completion comes.
#pragma once

#include <optional>
#include <string>

#include "core/base/json.h"

namespace copybench {

struct ZerocopyProbe {
  bool loopback = false;       // a TCP connection to ourselves works; without it no run is possible
  bool works = false;          // SO_ZEROCOPY was accepted and the completion of one send came back
  std::optional<bool> copied;  // the completion's SO_EE_CODE_ZEROCOPY_COPIED; none without a completion
  std::string reason;          // why it does not work; empty if it does
  std::string remedy;          // the command that fixes it; empty if none is known
};

ZerocopyProbe probe_zerocopy();

Json to_json(
    const ZerocopyProbe& probe);  // keys loopback, works, copied, reason, remedy (the last two null if empty)

}  // namespace copybench
