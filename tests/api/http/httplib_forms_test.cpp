#include "api/http/httplib_forms.h"

#include <doctest/doctest.h>

#include <functional>
#include <type_traits>

using namespace copybench;

namespace {

// The library's Stream as each of its versions declares it.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual bool is_readable() const = 0;
  virtual ssize_t read(char* bytes, size_t size) = 0;
  virtual ssize_t write(const char* bytes, size_t size) = 0;
  virtual void get_remote_ip_and_port(std::string& ip, int& port) const = 0;
  virtual void get_local_ip_and_port(std::string& ip, int& port) const = 0;
  virtual int socket() const = 0;
};

class Stream11 : public Stream {  // and 0.14, 0.18
 public:
  virtual bool is_writable() const = 0;
};

class Stream19 : public Stream11 {
 public:
  virtual time_t duration() const = 0;
};

class Stream20 : public Stream {
 public:
  virtual bool wait_readable() const = 0;
  virtual bool wait_writable() const = 0;
  virtual time_t duration() const = 0;
};

class Stream41 : public Stream20 {
 public:
  virtual bool is_peer_alive() const { return wait_writable(); }
  virtual void set_read_timeout(time_t, time_t = 0) {}
};

template <typename LibraryStream>
class TestStream : public AnyStream<LibraryStream> {
 public:
  ssize_t read(char*, size_t) override { return 0; }
  ssize_t write(const char*, size_t size) override { return static_cast<ssize_t>(size); }
  void get_remote_ip_and_port(std::string& ip, int& port) const override { ip = "192.0.2.7", port = 7; }
  void get_local_ip_and_port(std::string& ip, int& port) const override { ip = "192.0.2.1", port = 80; }

  bool there = true;

 private:
  bool peer_there() const override { return there; }
};

struct Request {};

// process_request() of the library's Server, before and since version 0.18.
class Server11 {
 public:
  std::string called;

 protected:
  bool process_request(Stream&, bool close, bool& closed, const std::function<void(Request&)>&) {
    called = "close " + std::to_string(close);
    closed = true;
    return true;
  }
};

class Server18 {
 public:
  std::string called;

 protected:
  bool process_request(Stream&, const std::string& remote, int remote_port, const std::string& local, int local_port,
                       bool close, bool& closed, const std::function<void(Request&)>&, bool* upgraded = nullptr) {
    called = remote + " " + std::to_string(remote_port) + " " + local + " " + std::to_string(local_port) + " close " +
             std::to_string(close);
    closed = upgraded == nullptr;
    return true;
  }
};

template <typename LibraryServer>
class TestServer : public AnyServer<LibraryServer> {
 public:
  using AnyServer<LibraryServer>::process_one;
};

}  // namespace

TEST_CASE_TEMPLATE("a stream has what each version of the library requires", LibraryStream, Stream11, Stream19, Stream20, Stream41) {
  static_assert(!std::is_abstract_v<TestStream<LibraryStream>>);
  TestStream<LibraryStream> stream;
  const LibraryStream& seen = stream;
  CHECK(seen.is_readable());
  CHECK(seen.socket() == 0);
  for (const bool there : {true, false}) {
    stream.there = there;
    if constexpr (requires { seen.is_writable(); }) CHECK(seen.is_writable() == there);
    if constexpr (requires { seen.wait_writable(); }) CHECK(seen.wait_writable() == there);
    if constexpr (requires { seen.is_peer_alive(); }) CHECK(seen.is_peer_alive() == there);
    if constexpr (requires { seen.wait_readable(); }) CHECK(seen.wait_readable());
  }
}

TEST_CASE("one request is processed by either form of the library's function, with the stream's addresses") {
  TestStream<Stream11> stream;
  TestServer<Server11> before;
  before.process_one(stream);
  CHECK(before.called == "close 1");

  TestServer<Server18> since;
  since.process_one(stream);
  CHECK(since.called == "192.0.2.7 7 192.0.2.1 80 close 1");
}
