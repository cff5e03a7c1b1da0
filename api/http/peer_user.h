// Finds the user of this machine at the other end of a connection.
#pragma once

#include <string>

namespace copybench {

// The user id, e.g. "1000". Empty if the peer is on another machine or the kernel does not report it. Any thread.
std::string user_of_peer(int socket);

}  // namespace copybench
