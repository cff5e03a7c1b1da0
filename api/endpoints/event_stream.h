// Server-sent events of one experiment, and of all: tails of the store. Each stream occupies a live-stream thread of the HTTP
// server, which sleeps until the store has changed, so the number of streams is capped at the number of those threads.
//
// The usual design wakes every 250 ms to detect that the client has left. Here that would disturb the measurement: 16 streams
// would wake 64 times a second. A stream wakes when ChangeNotifier is raised, which the scheduler does between windows, and
// every 15 s for its heartbeat: all 16 together wake about once a second. A client that has left is detected then, or when
// another client needs its place.
//
// Threads: any. Lifetime: must outlive the streams it opened, i.e. the HTTP server.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/endpoints/experiment_watch.h"
#include "api/http/message.h"
#include "core/base/change_notifier.h"
#include "core/model/records.h"
#include "core/store/reader_pool.h"

namespace copybench {

class EventStreams {
 public:
  // The id of the last event. A browser that received it sends it as Last-Event-ID when it connects again.
  static constexpr std::string_view kEndId = "end";
  // The scheduler's paused_reason(). Called from the streams' threads.
  using PausedReason = std::function<std::optional<std::string>()>;
  EventStreams(ReaderPool& readers, ChangeNotifier& changed, PausedReason paused_reason, size_t capacity,
               std::chrono::milliseconds heartbeat);

  // A place among the streams, released with the last copy; null if clients that are still connected hold all places. One
  // caller at a time waits a moment to detect clients that have left; the others get null at once. If the client with most
  // places holds at least two more than `client`, its oldest stream has to give its place back.
  struct Place {
    explicit Place(std::string whose) : client(std::move(whose)) {}
    const std::string client;
    std::atomic<bool> wanted_back = false;
  };
  using PlaceHeld = std::shared_ptr<const Place>;
  PlaceHeld take_place(const std::string& client);

  size_t open() const;  // places in use

  // Ends every stream. Clients that connect again are subject to the access rules of then.
  void end_all();

  // Sends `progress`, then every run that ended after `after` (a finish_sequence) as a `run` with its finish_sequence as id,
  // `progress` again, and so on. Ends with `end` (the experiment, with kEndId as id) when the experiment is final, or early
  // with `deleted` or `shutdown`.
  // True if one of these events was sent; false if the client left, its place is wanted back, or the store cannot be read.
  bool follow(const Place& place, ExperimentId experiment, int64_t after, ByteSink& sink);

  // Sends the events of an ExperimentWatch until the client leaves or `shutdown` ends the stream. Returns as follow() does.
  bool follow_all(const Place& place, ByteSink& sink);

 private:
  struct Round {
    std::string progress, runs, end;  // events as text
    int64_t after = 0;
    bool more = false;  // more ended runs are left to send
  };
  StoreResult<Round> next_round(ExperimentId experiment, int64_t after);
  // A survey made when the change counter was at least `generation`; null if the store cannot be read. Streams that one change
  // woke wait for the first of them to read the store, and share its survey.
  std::shared_ptr<const Survey> survey_since(uint64_t generation);
  // Waits until the change counter differs from `seen` or the daemon stops. False if the client left or its place is wanted
  // back.
  bool sleep(const Place& place, uint64_t seen, ByteSink& sink);
  bool want_back_for(const std::string& client);

  ReaderPool& readers_;
  ChangeNotifier& changed_;
  const PausedReason paused_reason_;
  const size_t capacity_;
  const std::chrono::milliseconds heartbeat_;
  std::mutex survey_mutex_;
  std::shared_ptr<const Survey> survey_;
  uint64_t survey_of_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable place_free_;
  std::vector<Place*> places_;  // in use, oldest first
  bool asking_ = false;  // a caller waits for the places of clients that have left
};

}  // namespace copybench
