// A store with an API over it, without a network, and every response about an experiment.
#pragma once

#include <spdlog/logger.h>
#include <spdlog/sinks/null_sink.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/endpoints/api.h"
#include "check.h"
#include "core/analysis/adaptive.h"
#include "core/store/reader_pool.h"
#include "core/transfer/export.h"

namespace copybench::fuzz {

class Answers {
 public:
  // In memory where such a file system exists, since each import is a transaction.
  Answers() {
    std::string name = std::filesystem::exists("/dev/shm") ? "/dev/shm/copybench-fuzz-XXXXXX" : "/tmp/copybench-fuzz-XXXXXX";
    FUZZ_CHECK(::mkdtemp(name.data()) != nullptr);
    directory_ = name;
    auto store = Store::open(directory_, advise);
    FUZZ_CHECK(store);
    store_ = std::move(*store);
    auto readers = ReaderPool::open(store_->database_path(), 2);
    FUZZ_CHECK(readers);
    readers_ = std::move(*readers);
    scheduler_.emplace(SchedulerOptions{}, *store_, perf_, changed_, activity_);
    context_.reset(new ApiContext{*store_, *readers_, *scheduler_, report_, changed_, activity_,
                                  std::make_shared<spdlog::logger>("fuzz", std::make_shared<spdlog::sinks::null_sink_mt>())});
    streams_.emplace(*readers_, changed_, [] { return std::nullopt; }, 1, std::chrono::milliseconds(1));
    api_.emplace(*context_, *streams_);
  }
  ~Answers() { std::filesystem::remove_all(directory_); }

  Store& store() { return *store_; }
  std::filesystem::path database() const { return store_->database_path(); }

  // Requests everything about the experiment and its runs. Unreadable data are reported as damaged, if that may be; nothing else
  // fails.
  void ask_all(ExperimentId id, bool may_be_damaged) {
    may_be_damaged_ = may_be_damaged;
    ask(&Api::list_experiments, 0, {{"limit", "5"}});
    ask(&Api::list_experiments, 0, {{"tag", "baseline"}});
    ask(&Api::get_experiment, id);
    ask(&Api::get_circumstances, id);
    ask(&Api::get_calibrations, id);
    ask(&Api::list_runs, id);
    ask(&Api::get_results_csv, id);
    ask(&Api::get_summary, id);
    ask(&Api::get_comparisons, id);
    ask(&Api::list_profiles, id);
    ask(&Api::export_experiment, id);
    ask(&Api::follow_experiment, id);
    ask(&Api::get_metrics, 0);
    const std::string base = std::to_string(base_ != 0 ? base_ : id), head = std::to_string(id);
    if (base != head) {
      ask(&Api::get_compare, 0, {{"base", base}, {"head", head}});
      ask(&Api::get_compare, 0, {{"base", head}, {"head", base}, {"metric", "cpu_ns_per_byte"}});
      ask(&Api::compare_circumstances, 0, {{"base", base}, {"head", head}});
    }
    const auto runs = readers_->lease()->runs(id, std::nullopt, 10);
    for (size_t i = 0; runs && i < runs->items.size(); ++i) {
      const RunRow& run = runs->items[i];
      for (const auto handler : {&Api::get_run, &Api::get_run_perf, &Api::get_run_profile, &Api::get_run_stacks,
                                 &Api::get_run_flamegraph}) {
        ask(handler, run.id);
      }
      if (base_profile_ != 0) ask(&Api::get_run_flamegraph, run.id, {{"base_run", std::to_string(base_profile_)}});
      if (i > 1) continue;
      const Configuration& cell = run.planned.configuration;
      const NamedValues query{{"engine", std::string(name_of(cell.engine))},
                              {"field_bytes", std::to_string(cell.field_bytes)},
                              {"threads", std::to_string(cell.threads)}};
      ask(&Api::get_history, 0, query);
      ask(&Api::get_history_csv, 0, query);
    }
  }

  // Later experiments are compared with it.
  void set_base(ExperimentId id, RunId profile) {
    base_ = id;
    base_profile_ = profile;
  }

 private:
  class Sink : public ByteSink {
   public:
    bool write(std::string_view bytes) override {
      size_ += bytes.size();
      return size_ < size_t{64} << 20;
    }
    bool peer_there() override { return false; }

   private:
    size_t size_ = 0;
  };

  void ask(Reply (Api::*handler)(const Call&), int64_t id, NamedValues query = {}) {
    HttpRequest request;
    request.method = "GET";
    request.query = std::move(query);
    const Reply reply = ((*api_).*handler)({request, id});
    const int status = reply ? reply->status : reply.error().status;
    const bool damaged = !reply && reply.error().status == 503 && reply.error().kind == "damaged";
    const bool expected = status < 500 || (may_be_damaged_ && damaged);
    if (!expected) std::fprintf(stderr, "%d: %s\n", status, reply ? reply->body.c_str() : reply.error().detail.c_str());
    FUZZ_CHECK(expected);
    if (!reply) to_response(reply.error(), "/");
    if (!reply) return;
    Sink sink;
    if (reply->live) reply->live(sink);
    if (!reply->pieces) return;
    for (std::string piece; reply->pieces(piece) == Piece::more && sink.write(piece);) piece.clear();
  }

  std::filesystem::path directory_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<ReaderPool> readers_;
  PerfProbe perf_{"perf"};
  PerfReport report_;
  ChangeNotifier changed_;
  ActivityCounter activity_{0};
  std::optional<Scheduler> scheduler_;
  std::optional<EventStreams> streams_;
  std::unique_ptr<ApiContext> context_;
  std::optional<Api> api_;
  bool may_be_damaged_ = false;
  ExperimentId base_ = 0;
  RunId base_profile_ = 0;
};

}  // namespace copybench::fuzz
