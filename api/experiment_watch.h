// What somebody who watches all experiments has been told, and what is new to them: of the newest ones and of the one that
// runs. Lifetime: a stream's. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/queue_view.h"
#include "core/base/json.h"
#include "core/store/reader.h"

namespace copybench {

struct NamedEvent {
  std::string_view name;
  Json data;
};

// What all who watch see at one time: made once for all of them.
struct Survey {
  struct Experiment {
    ExperimentId id = 0;
    bool final = false;
    size_t facts = 0;     // hash of all but the progress
    size_t progress = 0;  // of the progress, without the estimate of its end: that changes with the clock
    Json json;
  };
  QueueView queue;
  std::vector<Experiment> experiments;  // the newest ones, oldest first; before them the one that runs, if it is older
};

class ExperimentWatch {
 public:
  // How many of the newest are watched; an older one that waits is told of when it is its turn.
  static constexpr int64_t kNewest = 100;

  static StoreResult<Survey> survey(Reader& reader, std::optional<std::string> paused_reason);

  // What has changed since the last call, oldest experiment first: `experiment` where one is new or anything but its progress
  // has changed, `progress` where it went on, `deleted`. The first call tells of those that have not ended.
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
