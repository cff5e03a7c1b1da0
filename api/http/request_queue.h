// Requests that have arrived and wait for a worker, in lanes: one lane for each client and route, and one for the further pieces
// of those answers. The lanes take turns, so a flood of one kind of request delays no other. Each kind of work except light has a
// limit of requests at once, so that light requests find a worker. Each lane may use half of its kind's limit (light: of all
// workers), so that other lanes of its kind do. Over the limit of requests or bytes, the newest request of the longest lane is
// removed.
//
// Threads: none of its own; the owner locks.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "api/http/connection.h"
#include "api/http/message.h"

namespace copybench {

// light: answered in about a millisecond. change: waits for the disk. heavy: cost grows with the stored data. piece: the next
// pieces of an answer that has begun.
enum class Work { light, change, heavy, piece };

struct Lane {
  Work work = Work::light;
  std::string name;
};

struct PendingRequest {
  HttpConnection connection;
  std::optional<HttpRequest> request;  // none: more pieces of an answer that has begun
  Lane lane;
};

class RequestQueue {
 public:
  // workers: how many requests of all kinds are answered at once.
  RequestQueue(size_t workers, size_t max_requests, size_t max_bytes);

  // Over a limit, returns the request that is removed, which may be the new one.
  std::optional<PendingRequest> push(PendingRequest request);
  // Removes the next request that may begin; none if nothing waits or every lane is at its limit.
  std::optional<PendingRequest> pop();
  // Call when a request of that lane, returned by pop(), is answered.
  void done(const Lane& lane);
  // Drops all requests. Returns the connections whose answers have begun.
  std::deque<HttpConnection> clear();

 private:
  struct Waiting {
    Lane lane;
    std::deque<PendingRequest> requests;
  };
  bool may_begin(const Lane& lane) const;

  const size_t workers_;
  const size_t most_of_a_kind_;
  const size_t max_requests_;
  const size_t max_bytes_;
  std::list<Waiting> lanes_;  // none is empty; the first lane is next
  size_t requests_ = 0;
  size_t bytes_ = 0;
  std::array<size_t, 4> begun_{};  // by Work
  std::unordered_map<std::string, size_t> begun_in_;  // by lane name; none is 0
};

}  // namespace copybench
