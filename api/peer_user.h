// Which user of this machine is at the other end of a connection.
#pragma once

#include <string>

namespace copybench {

// The number of the user, "1000". Empty where the peer is on another machine, or the kernel does not say. Any thread.
std::string user_of_peer(int socket);

}  // namespace copybench
