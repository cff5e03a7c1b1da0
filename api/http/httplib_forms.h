// The parts of cpp-httplib's interface that differ between its versions. Each feature is detected, not derived from the version
// number. Tried with 0.11 (Debian 12) to 0.53. Templates over the library's classes, so that a test can supply each form.
#pragma once

#include <sys/types.h>

#include <string>

namespace copybench {

// A connection's byte stream with the interface of every version. Derived classes read and write.
template <typename LibraryStream>
class AnyStream : public LibraryStream {
 public:
  // These are virtual in some versions only, so they are not marked as overrides.
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winconsistent-missing-override"
#endif
  bool is_writable() const { return peer_there(); }    // until 0.19
  bool wait_readable() const { return true; }          // from 0.20
  bool wait_writable() const { return peer_there(); }  // from 0.20
  time_t duration() const { return 0; }                // from 0.19: only for a client's request
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

  bool is_readable() const override { return true; }
  int socket() const override { return 0; }  // the library only compares it with FD_SETSIZE

 protected:
  virtual bool peer_there() const = 0;
};

// The library's server, used for one request.
template <typename LibraryServer>
class AnyServer : public LibraryServer {
 protected:
  // The library's own TLS server uses process_request() too.
  template <typename LibraryStream>
  void process_one(LibraryStream& stream) {
    bool closed = false;
    const std::string none;
    if constexpr (requires { this->process_request(stream, none, 0, none, 0, true, closed, nullptr); }) {  // from 0.18
      std::string remote, local;
      int remote_port = 0, local_port = 0;
      stream.get_remote_ip_and_port(remote, remote_port);
      stream.get_local_ip_and_port(local, local_port);
      this->process_request(stream, remote, remote_port, local, local_port, true, closed, nullptr);
    } else {
      this->process_request(stream, true, closed, nullptr);  // asks the stream for the addresses
    }
  }
};

}  // namespace copybench
