// The parts of cpp-httplib's interface that change between its versions. What a version has is detected, never told from its
// number: 0.11 (Debian 12) to 0.53 were tried. Templates over the library's classes, so that a test can give them each form.
#pragma once

#include <sys/types.h>

#include <string>

namespace copybench {

// A stream of a connection's bytes as any version asks for it. Derived classes read and write.
template <typename LibraryStream>
class AnyStream : public LibraryStream {
 public:
  // Virtual functions of some versions only, so none is marked as an override.
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winconsistent-missing-override"
#endif
  bool is_writable() const { return peer_there(); }    // until 0.19
  bool wait_readable() const { return true; }          // from 0.20
  bool wait_writable() const { return peer_there(); }  // from 0.20
  time_t duration() const { return 0; }                // from 0.19: of a client's request
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

  bool is_readable() const override { return true; }
  int socket() const override { return 0; }  // it compares it with FD_SETSIZE, and that is all

 protected:
  virtual bool peer_there() const = 0;
};

// The library's server for the length of one request.
template <typename LibraryServer>
class AnyServer : public LibraryServer {
 protected:
  // process_request() is what the library's own TLS server builds upon too.
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
