// Requests that have arrived and wait for a worker, in lanes: one lane for each client and route, and one for the further pieces
// of those answers. The lanes take turns, so a flood of one kind of request delays no other; of each kind of work but the light
// one only some run at once, so that light requests always find a worker, and of each lane half as many, so that others of its
// kind do. Where there are too many, the newest of the longest lane goes.
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

#include "api/http_connection.h"
#include "api/message.h"

namespace copybench {

// light: answered in about a millisecond. change: waits for the disk. heavy: its cost grows with what is stored. piece: of an
// answer that was begun.
enum class Work { light, change, heavy, piece };

struct Lane {
  Work work = Work::light;
  std::string name;
};

struct PendingRequest {
  HttpConnection connection;
  std::optional<HttpRequest> request;  // none: an answer that was begun is to be made further
  Lane lane;
};

class RequestQueue {
 public:
  // workers: how many requests are answered at once, of whatever kind.
  RequestQueue(size_t workers, size_t max_requests, size_t max_bytes);

  // Returns the one that has to go, which may be the same.
  std::optional<PendingRequest> push(PendingRequest request);
  // The next one that may be begun; none where there is none, or it would be too many of its kind.
  std::optional<PendingRequest> pop();
  // One of that lane, which pop() gave, is answered.
  void done(const Lane& lane);
  // Nothing waits any more. Returns the connections whose answers were begun.
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
  std::list<Waiting> lanes_;  // none is empty; the first one's turn is next
  size_t requests_ = 0;
  size_t bytes_ = 0;
  std::array<size_t, 4> begun_{};  // by kind
  std::unordered_map<std::string, size_t> begun_in_;  // by the lane's name; none is 0
};

}  // namespace copybench
