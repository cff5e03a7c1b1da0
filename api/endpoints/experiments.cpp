#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "api/endpoints/api.h"
#include "api/endpoints/openapi.h"
#include "api/request/canonical_text.h"
#include "api/request/decode.h"
#include "api/request/query.h"
#include "api/request/validate_decoded.h"
#include "api/response/circumstances_json.h"
#include "api/response/experiment_json.h"
#include "api/response/json_parts.h"
#include "core/analysis/adaptive.h"
#include "core/host/cpu_set.h"

namespace copybench {
namespace {

// The key as sent; none without the header.
tl::expected<std::optional<std::string>, Problem> idempotency_key(const HttpRequest& request) {
  constexpr size_t kMax = 255;
  const auto given = [](const auto& header) { return header.first == "idempotency-key"; };
  const auto count = std::count_if(request.headers.begin(), request.headers.end(), given);
  if (count == 0) return std::nullopt;
  const std::string& key = *request.header("idempotency-key");
  const bool printable = std::all_of(key.begin(), key.end(), [](char c) { return c >= ' ' && c < 0x7f; });
  if (count == 1 && printable && !key.empty() && key.size() <= kMax) return key;
  const std::string detail = fmt::format("allowed: one key of 1 to {} printable ASCII characters", kMax);
  return refuse(bad_request("invalid-header", "the Idempotency-Key cannot be accepted: " + detail,
                            {{"Idempotency-Key:", detail}}));
}

// 422 if the key was used for another request before (draft-ietf-httpapi-idempotency-key-header, 2.7).
Problem key_problem(const StoreError& error) {
  Problem problem = problem_of(error);
  if (error.kind != StoreError::Kind::conflict) return problem;
  problem.status = 422;
  problem.kind = "idempotency-key";
  problem.errors = {{"Idempotency-Key:", "allowed: a new key for each new request"}};
  return problem;
}

uint64_t fresh_seed() {
  std::random_device random;
  return (uint64_t{random()} << 32) | random();
}

std::string queue_full_detail(int64_t limit) {
  return fmt::format("the queue is full: {} experiments are queued or running, which is the limit (max-queued). Wait until one "
                     "has ended, or cancel one",
                     limit);
}

// Retry-After is the time until the first experiment of the queue ends.
Problem queue_full(int64_t limit, const QueueView& queue) {
  constexpr int64_t kSoonest = 1;
  constexpr int64_t kLatest = 3600;
  Problem problem = problem_of(StoreError{StoreError::Kind::queue_full, queue_full_detail(limit)});
  const Nanoseconds first = queue.places.empty() ? Nanoseconds{} : queue.places.begin()->second.until_end;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(first).count();
  problem.headers = {{"Retry-After", std::to_string(std::clamp<int64_t>(seconds, kSoonest, kLatest))}};
  return problem;
}

HttpResponse accepted(ExperimentId id, std::string body) {
  HttpResponse response;
  response.status = 202;
  response.content_type = "application/json";
  response.headers = {{"Location", experiment_path(id)}, {"Cache-Control", "no-store"}};
  response.body = std::move(body);
  return response;
}

}  // namespace

Api::Api(const ApiContext& context, EventStreams& streams)
    : context_(context), streams_(streams), openapi_(dump(openapi_document()) + "\n") {}

Reply Api::create_experiment(const Call& call) {
  const bool dry_run = decode_flag(call.request.query, "dry_run");
  auto key = idempotency_key(call.request);
  if (!key) return refuse(std::move(key.error()));
  auto decoded = decode_experiment_request(call.request.body);
  if (!decoded) return refuse(std::move(decoded.error()));

  // A repeat is detected by the request, not by the plan: the machine may have changed since the first one.
  std::optional<IdempotencyKey> idempotency;
  if (*key && !dry_run && decoded->errors.empty()) {
    idempotency = IdempotencyKey{**key, canonical_text(decoded->request)};
    auto answer = context_.store.find_answer(*idempotency);
    if (!answer) return refuse(key_problem(answer.error()));
    if (*answer) return accepted((*answer)->experiment_id, std::move((*answer)->body));
  }

  auto plan = plan_decoded(*decoded, PlanContext{allowed_cpus(), fresh_seed()});
  if (!plan) {
    return refuse(
        bad_request("invalid-fields", "fields of the request cannot be accepted: see errors", std::move(plan.error())));
  }
  if (dry_run) {
    auto json = plan_with_doubts(*plan, decoded->request);
    if (!json) return refuse(std::move(json.error()));
    return json_response(200, *json);
  }
  return queue_experiment(*plan, idempotency);
}

Reply Api::validate_experiment(const Call& call) {
  auto decoded = decode_experiment_request(call.request.body);
  if (!decoded) return refuse(std::move(decoded.error()));
  const auto plan = plan_decoded(*decoded, PlanContext{allowed_cpus(), fresh_seed()});
  Json json;
  json["valid"] = plan.has_value();
  json["errors"] = plan ? Json::array() : errors_json(plan.error());
  json["plan"] = nullptr;
  if (plan) {
    auto expanded = plan_with_doubts(*plan, decoded->request);
    if (!expanded) return refuse(std::move(expanded.error()));
    json["plan"] = std::move(*expanded);
  }
  return json_response(200, json);
}

// Warnings cover the requested events, the event that a search needs, and a full queue. Default events have none: GET /system
// reports them.
tl::expected<Json, Problem> Api::plan_with_doubts(const Plan& plan, const ExperimentRequest& request) const {
  std::vector<FieldError> doubts = context_.perf.doubts(request.events.value_or(std::vector<std::string>{}));
  if (plan.spec.crossover && plan.spec.crossover->metric == "cycles_per_byte") {
    for (FieldError& doubt : context_.perf.doubts({"cpu-cycles"})) doubts.push_back({"/metric", std::move(doubt.detail)});
  }
  auto queue = context_.readers.lease()->queue();
  if (!queue) return refuse(problem_of(queue.error()));
  if (std::cmp_greater_equal(queue->size(), context_.max_queued)) {
    doubts.push_back({"", queue_full_detail(context_.max_queued)});
  }
  return plan_json(plan, doubts);
}

std::optional<Problem> Api::storage_problem() const {
  // Only the writer's errors count here, not damage that a reader found.
  const auto broken = context_.store.last_write_error();
  if (broken && (broken->kind == StoreError::Kind::lost || broken->kind == StoreError::Kind::corrupt)) return problem_of(*broken);
  const auto error = context_.scheduler.paused_by();
  if (!error || (error->kind != StoreError::Kind::full && error->kind != StoreError::Kind::io)) return std::nullopt;
  return problem_of(*error);
}

Reply Api::queue_experiment(const Plan& plan, const std::optional<IdempotencyKey>& key) {
  if (auto problem = storage_problem()) return refuse(std::move(*problem));
  auto queue = read_queue(*context_.readers.lease(), utc_now(), context_.scheduler.paused_reason());
  if (!queue) return refuse(problem_of(queue.error()));
  if (std::cmp_greater_equal(queue->places.size(), context_.max_queued)) {
    return refuse(queue_full(context_.max_queued, *queue));
  }
  const auto runs = static_cast<int64_t>(plan.runs.size());
  const int64_t at_most = is_adaptive(plan.spec) ? advise(plan.spec, {}).runs_at_most : runs;
  const QueueView::Place place =
      queue->behind_all(estimated_duration(plan.spec, runs), estimated_duration(plan.spec, at_most));
  const auto render = [&](const ExperimentRecord& record) {
    queue->places[record.id] = place;
    return dump(experiment_json(record, *queue)) + "\n";
  };
  auto record = context_.store.enqueue(plan, key, render, context_.max_queued);
  if (!record) {
    // Other requests filled the queue after it was read.
    if (record.error().kind == StoreError::Kind::queue_full) return refuse(queue_full(context_.max_queued, *queue));
    if (key && record.error().kind == StoreError::Kind::conflict) {
      // The same request was sent twice at once, and the other one was stored first.
      auto answer = context_.store.find_answer(*key);
      if (!answer) return refuse(key_problem(answer.error()));
      if (*answer) return accepted((*answer)->experiment_id, std::move((*answer)->body));
    }
    return refuse(problem_of(record.error()));
  }
  context_.changed.note();
  context_.scheduler.nudge();
  return accepted(record->id, render(*record));
}

Reply Api::list_experiments(const Call& call) {
  const PageQuery page = decode_page_query(call.request.query);
  const ReaderPool::Lease reader = context_.readers.lease();
  auto records = reader->experiments(page.after, page.limit, page.tag);
  if (!records) return refuse(problem_of(records.error()));
  auto queue = read_queue(*reader, utc_now(), context_.scheduler.paused_reason());
  if (!queue) return refuse(problem_of(queue.error()));
  Json items = Json::array();
  for (const ExperimentRecord& record : records->items) items.push_back(experiment_json(record, *queue));
  return json_response(200, page_json(std::move(items), records->next));
}

Reply Api::get_experiment(const Call& call) {
  const ReaderPool::Lease reader = context_.readers.lease();
  auto record = reader->experiment(call.id);
  if (!record) return refuse(problem_of(record.error()));
  auto queue = read_queue(*reader, utc_now(), context_.scheduler.paused_reason());
  if (!queue) return refuse(problem_of(queue.error()));
  auto circumstances = reader->circumstances(call.id);
  const bool damaged = !circumstances && circumstances.error().kind == StoreError::Kind::damaged;
  if (!circumstances && !damaged) return refuse(problem_of(circumstances.error()));
  Json json = experiment_json(*record, *queue);
  if (damaged && !record->damage) json["damaged"] = circumstances.error().message;
  json["circumstances"] = damaged ? Json() : circumstances_json(*circumstances);
  return json_response(200, json);
}

Reply Api::change_experiment(const Call& call) {
  auto change = decode_annotation_change(call.request.body);
  if (!change) return refuse(std::move(change.error()));
  auto record = context_.store.annotate(call.id, *change);
  if (!record) return refuse(problem_of(record.error()));
  context_.changed.note();
  auto queue = read_queue(*context_.readers.lease(), utc_now(), context_.scheduler.paused_reason());
  if (!queue) return refuse(problem_of(queue.error()));
  return json_response(200, experiment_json(*record, *queue));
}

Reply Api::delete_experiment(const Call& call) {
  if (auto erased = context_.store.erase(call.id); !erased) return refuse(problem_of(erased.error()));
  context_.changed.raise();
  HttpResponse response;
  response.status = 204;
  return response;
}

Reply Api::cancel_experiment(const Call& call) {
  auto record = context_.scheduler.cancel(call.id);
  if (!record) return refuse(problem_of(record.error()));
  context_.changed.raise();
  auto queue = read_queue(*context_.readers.lease(), utc_now(), context_.scheduler.paused_reason());
  if (!queue) return refuse(problem_of(queue.error()));
  // 202 while a run of it is still being ended.
  return json_response(is_final(record->state) ? 200 : 202, experiment_json(*record, *queue));
}

}  // namespace copybench
