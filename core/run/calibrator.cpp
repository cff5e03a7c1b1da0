#include "core/run/calibrator.h"

#include <fmt/format.h>

#include "core/host/cpu_set.h"
#include "core/run/cpu_assignment.h"
#include "core/run/worker_group.h"
#include "core/wire/orders.h"

namespace copybench {
namespace {

constexpr std::chrono::seconds kLimit{5};

std::string words_of(const RunOutcome& outcome) {
  if (const auto* failed = std::get_if<Failed>(&outcome)) return failed->reason;
  if (const auto* late = std::get_if<TimedOut>(&outcome)) return late->reason;
  return "it was interrupted";
}

OrOutcome<Json> run_child(const SubprocessOptions& options, Interruption& interruption) {
  auto worker = Worker::spawn("calibration", options);
  if (!worker) return tl::unexpected(RunOutcome{Failed{worker.error().message}});
  WorkerGroup workers(interruption);
  workers.join(*worker);
  auto report = workers.await(*worker, report::kResult, kLimit);
  if (!report) return report;
  if (auto ended = workers.await_end(*worker, kLimit); !ended) return tl::unexpected(ended.error());
  return report;
}

}  // namespace

std::optional<CalibrationRecord> Calibrator::take(const ExperimentSpec& spec, bool before) {
  SubprocessOptions child;
  child.argv = {program_, "calibrate"};
  const auto server = assign_cpus(spec.server_cpus, spec.client_cpus, allowed_cpus()).server;
  if (!server.empty()) child.argv.insert(child.argv.end(), {"--cpus", std::to_string(server.front())});
  const auto report = run_child(child, interruption_);
  if (!report) {
    problem_ = words_of(report.error());
    return std::nullopt;
  }
  const auto values = calibration_from_json(*report);
  if (!values) {
    problem_ = values.error().message;
    return std::nullopt;
  }
  const auto earlier = store_.recent_calibrations(machine_, CalibrationLimits::kMostEarlier);
  if (!earlier) problem_ = earlier.error().message;
  judged_ = earlier && earlier->size() >= CalibrationLimits::kEarlier;
  CalibrationRecord record;
  record.before = before;
  record.at = utc_now();
  record.machine = machine_;
  record.values = *values;
  if (earlier) record.unusual = unusual(*values, *earlier);
  return record;
}

void Calibrator::before(const ClaimedRun& run, const std::string& machine) {
  problem_.clear();
  if (experiment_ == run.experiment_id && last_ && machine_ == machine) return;
  experiment_ = run.experiment_id;
  machine_ = machine;
  last_ = take(run.spec, /*before=*/true);
  last_is_stored_ = false;
}

void Calibrator::after(const ClaimedRun& run, RunResult& result) {
  std::optional<std::string> strange;
  const auto note = [&](const CalibrationRecord& record) {
    if (record.unusual && !strange) {
      strange = fmt::format("The machine beside the run was not what it used to be: {}.", *record.unusual);
    }
  };
  if (last_) {
    note(*last_);
    if (!last_is_stored_) result.calibrations.push_back(*last_);
  }
  const bool completed = std::holds_alternative<Completed>(result.outcome);
  last_ = completed ? take(run.spec, /*before=*/false) : std::nullopt;
  last_is_stored_ = true;
  if (last_) {
    note(*last_);
    result.calibrations.push_back(*last_);
  }
  if (!completed) return;
  if (strange && run.planned.kind == RunKind::measured) result.flags.push_back({FlagKind::calibration, *strange});
  result.evidence["calibration"] = {
      {"judged", judged_},
      {"reason", !problem_.empty() ? Json(problem_)
                 : judged_         ? Json()
                                   : Json(fmt::format("this machine was calibrated fewer than {} times before",
                                                      CalibrationLimits::kEarlier))}};
}

}  // namespace copybench
