// The operations of the API, one member function each: a request in, an answer or a problem out. They use HTTP's methods,
// headers and statuses but not its bytes, read the store through readers, and never wait for a run.
// Threads: any number at once. Lifetime: the constructor's arguments must outlive the Api.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "api/endpoints/context.h"
#include "api/endpoints/event_stream.h"
#include "api/http/message.h"
#include "api/http/problem.h"
#include "api/response/metrics.h"

namespace copybench {

// A request with the values from its path.
struct Call {
  const HttpRequest& request;
  int64_t id = 0;  // {id} of "/experiments/{id}..." and "/runs/{id}..."
  std::string client{};  // see Router::asker_of
};

class Api {
 public:
  Api(const ApiContext& context, EventStreams& streams);

  Reply create_experiment(const Call& call);
  Reply validate_experiment(const Call& call);
  Reply list_experiments(const Call& call);
  Reply get_experiment(const Call& call);
  Reply change_experiment(const Call& call);
  Reply delete_experiment(const Call& call);
  Reply cancel_experiment(const Call& call);

  Reply get_circumstances(const Call& call);
  Reply get_comparisons(const Call& call);
  Reply get_compare(const Call& call);
  Reply get_history(const Call& call);
  Reply get_history_csv(const Call& call);
  Reply compare_circumstances(const Call& call);
  Reply get_calibrations(const Call& call);

  Reply export_experiment(const Call& call);
  Reply import_experiment(const Call& call);

  Reply list_runs(const Call& call);
  Reply get_results_csv(const Call& call);
  Reply get_summary(const Call& call);
  Reply follow_experiment(const Call& call);
  Reply follow_experiments(const Call& call);
  Reply get_run(const Call& call);
  Reply get_run_perf(const Call& call);

  Reply list_profiles(const Call& call);
  Reply get_run_profile(const Call& call);
  Reply get_run_stacks(const Call& call);
  Reply get_run_flamegraph(const Call& call);

  Reply get_system(const Call& call);
  Reply get_health(const Call& call);
  Reply get_readiness(const Call& call);
  Reply get_metrics(const Call& call);
  Reply get_openapi(const Call& call);

  // Counts an answered request for /metrics.
  void count_answer(int status);

 private:
  using Follow = std::function<bool(const EventStreams::Place&, ByteSink&)>;
  Reply event_stream(const Call& call, Follow follow);
  tl::expected<Json, Problem> plan_with_doubts(const Plan& plan, const ExperimentRequest& request) const;
  // 507 while the queue is paused by a full or failing disk, 503 while the database is lost or corrupt: a new experiment could
  // not be measured.
  std::optional<Problem> storage_problem() const;
  Reply queue_experiment(const Plan& plan, const std::optional<IdempotencyKey>& key);

  const ApiContext& context_;
  EventStreams& streams_;
  const std::string openapi_;
  const ProcessStart started_{utc_now(), Monotonic::now()};
  std::array<std::atomic<uint64_t>, 600> answered_{};
};

}  // namespace copybench
