#include <utility>

#include "api/api.h"
#include "api/csv.h"
#include "api/encode_run.h"
#include "api/encode_summary.h"
#include "api/encode_words.h"
#include "api/missing.h"
#include "api/query.h"
#include "core/model/summary.h"

namespace copybench {
namespace {

constexpr int64_t kCsvPage = 1000;

// Rows are read a page at a time, with a reader of their own each time: a slow client keeps none from others.
bool write_csv(ReaderPool& readers, ExperimentId experiment, ByteSink& sink) {
  std::string out = csv_header();
  std::optional<RunId> after;
  do {
    auto page = readers.lease()->runs(experiment, after, kCsvPage);
    if (!page) return false;
    for (const RunRow& run : page->items) {
      if (is_final(run.state) && run.planned.kind == RunKind::measured) append_csv_row(out, run);
    }
    if (!sink.write(out)) return false;
    out.clear();
    after = page->next;
  } while (after);
  return true;
}

}  // namespace

Reply Api::list_runs(const Call& call) {
  const PageQuery page = decode_page_query(call.request.query);
  auto runs = context_.readers.lease()->runs(call.id, page.after, page.limit);
  if (!runs) return refuse(problem_of(runs.error()));
  Json items = Json::array();
  for (const RunRow& run : runs->items) items.push_back(run_json(run));
  return json_response(200, page_json(std::move(items), runs->next));
}

Reply Api::get_results_csv(const Call& call) {
  if (auto record = context_.readers.lease()->experiment(call.id); !record) return refuse(problem_of(record.error()));
  HttpResponse response;
  response.content_type = "text/csv; charset=utf-8; header=present";
  response.headers = {
      {"Content-Disposition", "attachment; filename=\"copybench-experiment-" + std::to_string(call.id) + ".csv\""},
      {"Cache-Control", "no-store"}};
  response.stream = [&readers = context_.readers, id = call.id](ByteSink& sink) {
    return write_csv(readers, id, sink);
  };
  return response;
}

Reply Api::get_summary(const Call& call) {
  const ReaderPool::Lease reader = context_.readers.lease();
  auto record = reader->experiment(call.id);
  if (!record) return refuse(problem_of(record.error()));
  auto input = reader->summary_input(call.id);
  if (!input) return refuse(problem_of(input.error()));
  return json_response(200, summary_json(*record, summarize(record->spec, *input)));
}

Reply Api::follow_experiment(const Call& call) {
  int64_t after = 0;
  if (const std::string* last = call.request.header("last-event-id"); last && *last != "0" && !last->empty()) {
    const auto id = decode_id(*last);
    if (!id) {
      Problem problem;
      problem.status = 400;
      problem.kind = "invalid-header";
      problem.detail = "the Last-Event-ID is none of this stream's";
      problem.errors = {{"Last-Event-ID:", "allowed: the id of an earlier event"}};
      return refuse(std::move(problem));
    }
    after = *id;
  }
  if (auto record = context_.readers.lease()->experiment(call.id); !record) return refuse(problem_of(record.error()));
  return event_stream(call, [&streams = streams_, id = call.id, after](ByteSink& sink) {
    return streams.follow(id, after, sink);
  });
}

Reply Api::follow_experiments(const Call& call) {
  return event_stream(call, [&streams = streams_](ByteSink& sink) { return streams.follow_all(sink); });
}

Reply Api::event_stream(const Call& call, BodyStream follow) {
  HttpResponse response;
  response.content_type = "text/event-stream";
  response.headers = {{"Cache-Control", "no-store"}};
  if (call.request.method == "HEAD") return response;
  auto place = streams_.take_place();
  if (!place) {
    Problem problem;
    problem.status = 429;
    problem.detail =
        "as many event streams are open as this server allows; close one, or ask for the experiments themselves";
    problem.headers = {{"Retry-After", "5"}};
    return refuse(std::move(problem));
  }
  response.live = true;
  response.stream = [place = std::move(place), follow = std::move(follow)](ByteSink& sink) { return follow(sink); };
  return response;
}

Reply Api::get_run(const Call& call) {
  auto run = context_.readers.lease()->run(call.id);
  if (!run) return refuse(problem_of(run.error()));
  return json_response(200, run_json(*run));
}

Reply Api::get_run_perf(const Call& call) {
  auto raw = context_.readers.lease()->perf_raw(call.id);
  if (!raw) return refuse(problem_of(raw.error()));
  if (raw->empty()) {
    auto run = context_.readers.lease()->run(call.id);
    if (!run) return refuse(problem_of(run.error()));
    Problem none;
    none.status = 404;
    none.kind = "no-perf";
    none.detail = "there is nothing that perf printed for this run: " + no_perf_reason(*run);
    return refuse(std::move(none));
  }
  HttpResponse response;
  response.content_type = "text/plain; charset=utf-8";
  response.headers = {{"Cache-Control", "no-store"}};
  response.body = std::move(*raw);
  return response;
}

}  // namespace copybench
