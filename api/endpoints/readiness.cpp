#include "api/endpoints/readiness.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>

#include "api/http/problem.h"
#include "core/perf/machine_checks.h"

namespace copybench {
namespace {

// Room for the evidence of a large sweep. Less is only a warning: if the disk is full, the store's writes report it.
constexpr uint64_t kComfortableBytes = 64 << 20;

std::string remedy_of(StoreError::Kind kind) {
  using Kind = StoreError::Kind;
  switch (kind) {
    case Kind::full: return "make room there, or delete experiments";
    case Kind::locked: return "end the other program that writes to the database";
    case Kind::lost: return "export what is still readable (GET /experiments/ID/export.ndjson), bring the file back, or restart copybenchd";
    case Kind::corrupt: return "stop copybenchd, keep the files, and restore a backup (copybenchd restore)";
    default: return "check the disk that holds the data directory";
  }
}

ReadinessCheck check_store(const Store& store, const ReaderPool& readers) {
  ReadinessCheck check{"store", true};
  if (const auto error = store.last_write_error()) {
    check.reason = fmt::format("the last write failed ({}): {}", name_of_kind(error->kind), error->message);
    check.remedy = remedy_of(error->kind);
  } else if (const auto damage = readers.damage()) {
    check.reason = fmt::format("a read failed ({}): {}", name_of_kind(damage->kind), damage->message);
    check.remedy = remedy_of(damage->kind);
  }
  return check;
}

ReadinessCheck check_disk(const Store& store) {
  ReadinessCheck check{"disk", false};
  struct statvfs disk {};
  if (::statvfs(store.database_path().parent_path().c_str(), &disk) != 0) {
    check.reason = "the disk of the data directory cannot be asked for its free space";
    check.remedy = "look whether the data directory is there, and readable";
    return check;
  }
  const uint64_t free = static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize;
  if (const auto refused = store.refuses_new()) {
    check.needed = true;
    check.reason = "posts are refused for want of room: " + *refused;
    check.remedy = "make room there, or delete experiments";
  } else if (free < kComfortableBytes) {
    check.reason =
        fmt::format("only {} MiB are free on the disk of the data directory: a large sweep may not fit", free >> 20);
    check.remedy = "make room there, or delete experiments";
  }
  return check;
}

ReadinessCheck check_queue(const Scheduler& scheduler) {
  ReadinessCheck check{"queue", true};
  if (const auto paused = scheduler.paused_reason()) check.reason = "the queue is paused: " + *paused;
  return check;
}

ReadinessCheck of_machine(const MachineCheck& found) {
  ReadinessCheck check{found.what, found.needed};
  check.code = found.code;
  if (found.state == CheckState::ok || found.note) {
    check.note = found.detail;
  } else {
    check.reason = found.detail;
    check.remedy = found.remedy;
  }
  return check;
}

}  // namespace

std::vector<ReadinessCheck> read_readiness(const ApiContext& context) {
  std::vector<ReadinessCheck> checks{check_store(context.store, context.readers), check_disk(context.store),
                                     check_queue(context.scheduler)};
  for (const MachineCheck& check : context.perf.checks()) checks.push_back(of_machine(check));
  return checks;
}

Readiness readiness_of(const std::vector<ReadinessCheck>& checks) {
  const auto bad = [](const ReadinessCheck& check) { return !check.ok(); };
  if (std::none_of(checks.begin(), checks.end(), bad)) return Readiness::ready;
  const bool needed =
      std::any_of(checks.begin(), checks.end(), [&](const auto& check) { return check.needed && bad(check); });
  return needed ? Readiness::not_ready : Readiness::degraded;
}

Json readiness_json(const std::vector<ReadinessCheck>& checks) {
  constexpr const char* kNames[] = {"ready", "degraded", "not_ready"};
  Json json;
  json["status"] = kNames[static_cast<size_t>(readiness_of(checks))];
  json["checks"] = Json::array();
  for (const ReadinessCheck& check : checks) {
    json["checks"].push_back({{"code", check.code.empty() ? check.name : check.code},
                              {"name", check.name},
                              {"ok", check.ok()},
                              {"needed", check.needed},
                              {"reason", text_or_null(check.reason)},
                              {"remedy", text_or_null(check.remedy)},
                              {"note", text_or_null(check.note)}});
  }
  return json;
}

}  // namespace copybench
