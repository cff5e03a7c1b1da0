#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/endpoints/api.h"
#include "api/endpoints/sound.h"
#include "api/request/query.h"
#include "api/response/answer_in_pieces.h"
#include "api/response/csv.h"
#include "api/response/json_parts.h"
#include "api/response/missing_values.h"
#include "api/response/run_json.h"
#include "api/response/summary_json.h"
#include "core/analysis/summary.h"

namespace copybench {
namespace {

constexpr int64_t kCsvPage = 250;  // about 1 ms of work, before other requests have their turn
constexpr size_t kConfigurationsAsOne = 1000;  // of a summary: about 4 MB, which the answer cache keeps
constexpr int64_t kRunsPage = 20;  // of about 10 KiB each; the JSON tree takes many times that

// Leases a reader for each page of rows, so that a slow client does not hold one.
MakePiece csv_pieces(ReaderPool& readers, ExperimentId experiment) {
  return [&readers, experiment, after = std::optional<RunId>()](std::string& out) mutable -> StoreResult<bool> {
    if (!after) out += csv_header();
    auto page = readers.lease()->runs(experiment, after, kCsvPage);
    if (!page) return tl::unexpected(page.error());
    for (const RunRow& run : page->items) {
      if (is_final(run.state) && run.planned.kind == RunKind::measured) append_csv_row(out, run);
    }
    after = page->next;
    return after.has_value();
  };
}

std::string joined(const std::vector<RunRow>& runs) {
  std::string out;
  for (const RunRow& run : runs) out.append(out.empty() ? "" : ",").append(dump(run_json(run)));
  return out;
}

// Writes the text of page_json(), some runs at a time.
MakePiece run_page_pieces(ReaderPool& readers, ExperimentId experiment, const PageQuery& asked) {
  return [&readers, experiment, left = asked.limit, next = asked.after,
          first = true](std::string& out) mutable -> StoreResult<bool> {
    auto page = readers.lease()->runs(experiment, next, std::min(kRunsPage, left));
    if (!page) return tl::unexpected(page.error());
    left -= static_cast<int64_t>(page->items.size());
    next = page->next;
    out += (first ? "{\"items\":[" : page->items.empty() ? "" : ",") + joined(page->items);
    first = false;
    if (next && left > 0) return true;
    out += fmt::format("],\"next\":{}}}\n", next ? fmt::format("\"{}\"", *next) : "null");
    return false;
  };
}

}  // namespace

Reply Api::list_runs(const Call& call) {
  HttpResponse response = json_response(200, Json());
  response.body.clear();
  return answer_in_pieces(std::move(response), run_page_pieces(context_.readers, call.id, decode_page_query(call.request.query)),
                          *context_.logger);
}

Reply Api::get_results_csv(const Call& call) {
  if (auto record = sound_experiment(*context_.readers.lease(), call.id); !record) return refuse(problem_of(record.error()));
  HttpResponse response;
  response.content_type = "text/csv; charset=utf-8; header=present";
  response.headers = {
      {"Content-Disposition", "attachment; filename=\"copybench-experiment-" + std::to_string(call.id) + ".csv\""},
      {"Cache-Control", "no-store"}};
  return answer_in_pieces(std::move(response), csv_pieces(context_.readers, call.id), *context_.logger);
}

Reply Api::get_summary(const Call& call) {
  ReaderPool::Lease reader = context_.readers.lease();
  auto record = sound_experiment(*reader, call.id);
  if (!record) return refuse(problem_of(record.error()));
  const auto ended = reader->ended_runs(call.id);
  reader.reset();  // frees the reader for other requests
  if (!ended) return refuse(problem_of(ended.error()));
  const auto summary = std::make_shared<SummaryPieces>(context_.readers, std::move(*record), *ended);
  HttpResponse response;
  response.content_type = "application/json";
  response.headers = {{"Cache-Control", "no-store"}};
  const bool as_one = summary->configurations() <= kConfigurationsAsOne;
  return answer_in_pieces(std::move(response), [summary](std::string& out) { return summary->next(out); }, *context_.logger,
                          as_one ? std::numeric_limits<size_t>::max() : kMadeFirst);
}

Reply Api::follow_experiment(const Call& call) {
  int64_t after = 0;
  const std::string* last = call.request.header("last-event-id");
  if (call.request.header_contradicts("last-event-id")) {  // it names two places in the stream
    return refuse(bad_request("invalid-header", "there are two different Last-Event-ID headers",
                              {{"Last-Event-ID:", "allowed: one, with the id of an earlier event"}}));
  }
  const bool told_end = last && *last == EventStreams::kEndId;
  if (last && *last != "0" && !last->empty() && !told_end) {
    const auto id = decode_id(*last);
    if (!id) {
      return refuse(bad_request("invalid-header", "the Last-Event-ID is none of this stream's",
                                {{"Last-Event-ID:", "allowed: the id of an earlier event"}}));
    }
    after = *id;
  }
  const auto record = context_.readers.lease()->experiment(call.id);
  if (!record) return refuse(problem_of(record.error()));
  if (told_end && is_final(record->state)) {
    // A browser's EventSource reconnects until it gets 204.
    HttpResponse nothing_more;
    nothing_more.status = 204;
    return nothing_more;
  }
  return event_stream(call, [&streams = streams_, id = call.id, after](const EventStreams::Place& place, ByteSink& sink) {
    return streams.follow(place, id, after, sink);
  });
}

Reply Api::follow_experiments(const Call& call) {
  return event_stream(call, [&streams = streams_](const EventStreams::Place& place, ByteSink& sink) {
    return streams.follow_all(place, sink);
  });
}

Reply Api::event_stream(const Call& call, Follow follow) {
  HttpResponse response;
  response.content_type = "text/event-stream";
  // X-Accel-Buffering: nginx would hold events back until its buffer is full.
  response.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  if (call.request.method == "HEAD") return response;
  auto place = streams_.take_place(call.client);
  if (!place) {
    Problem problem;
    problem.status = 429;
    problem.detail =
        "as many event streams are open as this server allows; close one, or ask for the experiments themselves";
    problem.headers = {{"Retry-After", "5"}};
    return refuse(std::move(problem));
  }
  response.live = [place = std::move(place), follow = std::move(follow)](ByteSink& sink) { return follow(*place, sink); };
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
