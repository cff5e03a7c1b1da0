#include <utility>

#include "api/endpoints/api.h"
#include "api/endpoints/openapi.h"
#include "api/endpoints/readiness.h"
#include "api/endpoints/versions.h"
#include "api/response/metrics.h"
#include "core/host/system_facts.h"
#include "core/model/send_paths.h"

namespace copybench {
Reply Api::get_system(const Call&) {
  Json json = system_facts();
  json["perf"] = context_.perf.report();
  json["checks"] = to_json(context_.perf.checks());
  json["versions"] = versions();
  json["versions"]["perf"] = text_or_null(context_.perf.version());
  json["send_paths"] = Json::array();
  for (const SendPathRow& path : send_paths()) {
    json["send_paths"].push_back({{"name", path.name}, {"title", path.title}, {"caption", path.caption}});
  }
  return json_response(200, json);
}

Reply Api::get_health(const Call&) {
  const auto write_error = context_.store.last_write_error();
  const auto paused = context_.scheduler.paused_reason();
  Json store;
  store["last_write_error"] = nullptr;
  if (write_error) {
    store["last_write_error"] = {{"kind", name_of_kind(write_error->kind)}, {"message", write_error->message}};
  }
  auto refused = context_.store.refuses_new();
  if (!refused && write_error) refused = write_error->message;
  store["posts_refused_reason"] = or_null(refused);
  Json json;
  json["status"] = write_error || paused || refused || context_.readers.damage() ? "degraded" : "ok";
  json["version"] = copybench_version();
  json["uptime_s"] = to_seconds(Monotonic::now() - started_.monotonic);
  json["store"] = std::move(store);
  json["scheduler"] = {{"paused_reason", or_null(paused)}};
  // Always 200: this is the liveness check. /readyz reports whether the daemon can measure.
  return json_response(200, json);
}

Reply Api::get_readiness(const Call&) {
  const auto checks = read_readiness(context_);
  return json_response(readiness_of(checks) == Readiness::not_ready ? 503 : 200, readiness_json(checks));
}

Reply Api::get_metrics(const Call&) {
  MetricsInput input;
  {
    const ReaderPool::Lease reader = context_.readers.lease();
    auto counts = reader->counts();
    if (!counts) return refuse(problem_of(counts.error()));
    input.counts = std::move(*counts);
    auto last = reader->last_completed_runs();
    if (!last) return refuse(problem_of(last.error()));
    input.last_completed = std::move(*last);
  }
  input.version = copybench_version();
  input.process = process_facts(started_);
  input.paused = context_.scheduler.paused_reason().has_value();
  if (const auto error = context_.store.last_write_error()) input.write_error = error->kind;
  for (size_t status = 0; status < answered_.size(); ++status) {
    const uint64_t count = answered_[status].load(std::memory_order_relaxed);
    if (count > 0) input.requests[static_cast<int>(status)] = count;
  }
  input.event_streams = streams_.open();
  HttpResponse response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.headers = {{"Cache-Control", "no-store"}};
  response.body = metrics_text(input);
  return response;
}

void Api::count_answer(int status) {
  const auto index = static_cast<size_t>(status);
  if (index < answered_.size()) answered_[index].fetch_add(1, std::memory_order_relaxed);
}

Reply Api::get_openapi(const Call&) {
  HttpResponse response;
  response.content_type = "application/json";
  response.headers = {{"Cache-Control", "no-cache"}};
  response.body = openapi_;
  return response;
}

}  // namespace copybench
