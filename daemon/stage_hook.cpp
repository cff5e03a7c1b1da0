#include "daemon/stage_hook.h"

#include <errno.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/base/lines.h"

namespace copybench {

std::function<void(const RunStage&)> stage_hook(int socket) {
  if (socket < 0) return {};
  return [socket](const RunStage& stage) {
    if (!write_line(socket, fmt::format("{} {} {}", stage.name, stage.server, stage.load))) return;
    char go = 0;
    while (::read(socket, &go, 1) < 0 && errno == EINTR) {
    }
  };
}

}  // namespace copybench
