// Server-sent events of an experiment, and of all: tails of the store. Each stream is a thread of the HTTP server that sleeps
// until the store has changed, so the number of streams is capped below the number of threads.
//
// The usual advice is to wake every 250 ms and look whether the client is still there. Here that would disturb what is
// being measured: with 16 streams 64 times a second. A stream wakes when ChangeSignal is raised, which happens between
// windows, and every 15 s for its heartbeat: all 16 together make one wake a second. A client that went away is noticed
// then, or when its place is wanted by another one.
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

#include "api/experiment_watch.h"
#include "api/message.h"
#include "core/base/change_signal.h"
#include "core/model/records.h"
#include "core/store/reader.h"

namespace copybench {

class EventStreams {
 public:
  // What a browser that was told the end sends as Last-Event-ID when it connects again.
  static constexpr std::string_view kEndId = "end";
  // paused_reason: the scheduler's, called from the streams' threads.
  using PausedReason = std::function<std::optional<std::string>()>;
  EventStreams(ReaderPool& readers, ChangeSignal& changed, PausedReason paused_reason, size_t capacity,
               std::chrono::milliseconds heartbeat);

  // A place among the streams, given back when the last copy goes; null if all are taken by clients that are still
  // there. One caller at a time waits a moment to find that out; the others are told at once. Where a client holds at least two
  // more than `client`, it gives its oldest one back.
  struct Place {
    explicit Place(std::string whose) : client(std::move(whose)) {}
    const std::string client;
    std::atomic<bool> wanted_back = false;
  };
  using PlaceHeld = std::shared_ptr<const Place>;
  PlaceHeld take_place(const std::string& client);

  size_t open() const;  // places that are taken

  // Sends `progress`, every run that ended after `after` (a finish_sequence) as a `run` with that as its id, `progress`
  // again, and so on until the experiment is final: `end` with the experiment and kEndId as its id. `deleted` or `shutdown`
  // end it early.
  // True if it came to an end, false if the client is gone, its place is wanted back, or the store cannot be read.
  bool follow(const Place& place, ExperimentId experiment, int64_t after, ByteSink& sink);

  // Sends what an ExperimentWatch finds, for as long as the client stays; `shutdown` ends it. Results as follow().
  bool follow_all(const Place& place, ByteSink& sink);

 private:
  struct Round {
    std::string progress, runs, end;  // events as text
    int64_t after = 0;
    bool more = false;  // runs are left that ended already
  };
  StoreResult<Round> next_round(ExperimentId experiment, int64_t after);
  // Of a time when the counter of changes was at least so high; null where the store cannot be read. The streams that wake
  // by one change wait for the first of them to read, and share what it found.
  std::shared_ptr<const Survey> survey_since(uint64_t generation);
  // Waits until the store differs from what was `seen`, or the daemon stops. False if the client left, or has to.
  bool sleep(const Place& place, uint64_t seen, ByteSink& sink);
  bool want_back_for(const std::string& client);

  ReaderPool& readers_;
  ChangeSignal& changed_;
  const PausedReason paused_reason_;
  const size_t capacity_;
  const std::chrono::milliseconds heartbeat_;
  std::mutex survey_mutex_;
  std::shared_ptr<const Survey> survey_;
  uint64_t survey_of_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable place_free_;
  std::vector<Place*> places_;  // that are taken, in the order in which they were
  bool asking_ = false;  // one caller waits for streams whose clients have left
};

}  // namespace copybench
