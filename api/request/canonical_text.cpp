#include "api/request/canonical_text.h"

#include <optional>

#include "api/http/problem.h"
#include "core/base/json.h"
#include "core/model/names.h"

namespace copybench {

std::string canonical_text(const ExperimentRequest& request) {
  Json json = Json::object();
  const auto put = [&](const char* key, const auto& value) {
    if (value) json[key] = *value;
  };
  const auto put_name = [&](const char* key, const auto& value) {
    if (value) json[key] = name_of(*value);
  };
  const auto put_cpus = [&](const char* key, const std::optional<CpuChoice>& choice) {
    if (!choice) return;
    if (choice->kind == CpuChoice::Kind::listed) {
      json[key] = choice->cpus;
    } else {
      json[key] = choice->kind == CpuChoice::Kind::automatic ? "auto" : "none";
    }
  };
  put("name", request.name);
  put("preset", request.preset);
  if (request.engines) {
    json["engines"] = Json::array();
    for (const EngineMode engine : *request.engines) json["engines"].push_back(name_of(engine));
  }
  put_name("find", request.find);
  if (request.of) {
    json["of"] = Json::array();
    for (const EngineMode engine : *request.of) json["of"].push_back(name_of(engine));
  }
  put("metric", request.metric);
  put("field_sizes", request.field_sizes);
  if (request.field_size_range) {
    Json& range = json["field_sizes"] = Json::object();
    if (request.field_size_range->from) range["from"] = *request.field_size_range->from;
    if (request.field_size_range->to) range["to"] = *request.field_size_range->to;
  }
  put("threads", request.threads);
  put("duration_s", request.duration_s);
  put("warmup_s", request.warmup_s);
  put("repetitions", request.repetitions);
  if (request.until_ci) {
    Json& until = json["repetitions"] = Json::object();
    if (request.until_ci->until_ci_pct) until["until_ci_pct"] = *request.until_ci->until_ci_pct;
    if (request.until_ci->min) until["min"] = *request.until_ci->min;
    if (request.until_ci->max) until["max"] = *request.until_ci->max;
  }
  put_name("order", request.order);
  put("seed", request.seed);
  put_name("pattern", request.pattern);
  put_name("receive", request.receive);
  put("messages_per_s", request.messages_per_s);
  put("tcp_nodelay", request.tcp_nodelay);
  put("socket_buffer_bytes", request.socket_buffer_bytes);
  put_cpus("server_cpus", request.server_cpus);
  put_cpus("client_cpus", request.client_cpus);
  put("events", request.events);
  put("profile", request.profile);
  put("notes", request.notes);
  put("tags", request.tags);
  put("pinned", request.pinned);
  return dump(json);
}

}  // namespace copybench
