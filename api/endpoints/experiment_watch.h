// Tracks what one client that watches all experiments was sent, and finds the events that are new to it. Covers the newest
// experiments and the running one. Lifetime: that of its stream. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/response/queue_view.h"
#include "core/base/json.h"
#include "core/store/reader.h"

namespace copybench {

struct NamedEvent {
  std::string_view name;
  Json data;
};

// The state of the watched experiments at one time. All watches share one survey.
struct Survey {
  struct Experiment {
    ExperimentId id = 0;
    bool final = false;
    size_t facts = 0;     // hash of all but the progress
    size_t progress = 0;  // hash of the progress, without the estimate of its end, which changes with the clock
    Json json;
  };
  QueueView queue;
  std::vector<Experiment> experiments;  // the newest ones, oldest first; before them the running one, if it is older
};

class ExperimentWatch {
 public:
  // The number of newest experiments that are watched. An older queued one is reported when it runs.
  static constexpr int64_t kNewest = 100;

  static StoreResult<Survey> survey(Reader& reader, std::optional<std::string> paused_reason);

  // Events since the last call, oldest experiment first: `experiment` if it is new or anything but its progress has changed,
  // `progress` if only that has changed, `deleted`. The first call reports the experiments that have not ended.
  StoreResult<std::vector<NamedEvent>> news(Reader& reader, const Survey& survey);

 private:
  struct Told {
    size_t facts = 0;  // as in the survey
    size_t progress = 0;
  };
  using ToldOf = std::map<ExperimentId, Told>;

  void tell(const Survey::Experiment& experiment, const ToldOf& before, std::vector<NamedEvent>& events);

  ToldOf told_;
  bool begun_ = false;
};

}  // namespace copybench
