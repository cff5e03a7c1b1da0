#include "api/http/request_queue.h"

#include <algorithm>
#include <utility>

namespace copybench {

// A quarter of the workers for each of change, heavy and piece: two of eight workers always remain for light requests.
RequestQueue::RequestQueue(size_t workers, size_t max_requests, size_t max_bytes)
    : workers_(workers),
      most_of_a_kind_(std::max<size_t>(workers / 4, 1)),
      max_requests_(std::max<size_t>(max_requests, 1)),
      max_bytes_(max_bytes) {}

std::optional<PendingRequest> RequestQueue::push(PendingRequest request) {
  auto own = std::find_if(lanes_.begin(), lanes_.end(), [&](const Waiting& one) { return one.lane.name == request.lane.name; });
  if (own == lanes_.end()) own = lanes_.insert(lanes_.end(), Waiting{request.lane, {}});
  ++requests_;
  bytes_ += request.connection.bytes_held();
  own->requests.push_back(std::move(request));
  if (requests_ <= max_requests_ && (bytes_ <= max_bytes_ || requests_ == 1)) return std::nullopt;

  // The last of the longest lanes: among equals, the new request is removed.
  auto longest = lanes_.begin();
  for (auto lane = lanes_.begin(); lane != lanes_.end(); ++lane) {
    if (lane->requests.size() >= longest->requests.size()) longest = lane;
  }
  PendingRequest removed = std::move(longest->requests.back());
  longest->requests.pop_back();
  if (longest->requests.empty()) lanes_.erase(longest);
  --requests_;
  bytes_ -= removed.connection.bytes_held();
  return removed;
}

bool RequestQueue::may_begin(const Lane& lane) const {
  const size_t most = lane.work == Work::light ? workers_ : most_of_a_kind_;
  if (begun_[static_cast<size_t>(lane.work)] >= most) return false;
  const auto own = begun_in_.find(lane.name);
  return own == begun_in_.end() || own->second < std::max<size_t>(most / 2, 1);
}

std::optional<PendingRequest> RequestQueue::pop() {
  const auto next = std::find_if(lanes_.begin(), lanes_.end(), [&](const Waiting& one) { return may_begin(one.lane); });
  if (next == lanes_.end()) return std::nullopt;
  PendingRequest request = std::move(next->requests.front());
  next->requests.pop_front();
  if (next->requests.empty()) {
    lanes_.erase(next);
  } else {
    lanes_.splice(lanes_.end(), lanes_, next);
  }
  --requests_;
  bytes_ -= request.connection.bytes_held();
  ++begun_[static_cast<size_t>(request.lane.work)];
  ++begun_in_[request.lane.name];
  return request;
}

void RequestQueue::done(const Lane& lane) {
  --begun_[static_cast<size_t>(lane.work)];
  const auto own = begun_in_.find(lane.name);
  if (--own->second == 0) begun_in_.erase(own);
}

std::deque<HttpConnection> RequestQueue::clear() {
  std::deque<HttpConnection> begun;
  for (Waiting& lane : lanes_) {
    for (PendingRequest& one : lane.requests) {
      if (!one.request) begun.push_back(std::move(one.connection));
    }
  }
  lanes_.clear();
  requests_ = 0;
  bytes_ = 0;
  return begun;
}

}  // namespace copybench
