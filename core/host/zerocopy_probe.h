// Does MSG_ZEROCOPY work here? Answered by sending one message over loopback and reading its completion.
//
// Loopback always copies after all (the receiver is local), so `copied` is true on a sound machine: this shows that the
// mechanism works, not that a NIC would do without the copy.
// Threads: any. Takes about a millisecond; where the kernel stays silent, up to a second.
#pragma once

#include <optional>
#include <string>

#include "core/base/json.h"

namespace copybench {

struct ZerocopyProbe {
  bool loopback = false;       // a TCP connection to ourselves works at all: without it no run is possible
  bool works = false;          // SO_ZEROCOPY was accepted and the completion of one send came back
  std::optional<bool> copied;  // the completion's SO_EE_CODE_ZEROCOPY_COPIED; none without a completion
  std::string reason;          // why it does not work; empty where it does
  std::string remedy;          // the command that mends it; empty where none is known
};

ZerocopyProbe probe_zerocopy();

Json to_json(
    const ZerocopyProbe& probe);  // keys loopback, works, copied, reason, remedy (the last two null where empty)

}  // namespace copybench
