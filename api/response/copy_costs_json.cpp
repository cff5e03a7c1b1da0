#include "api/response/copy_costs_json.h"

#include <fmt/format.h>

#include <utility>

namespace copybench {
namespace {

std::string share_text(double share) { return fmt::format("{:.1f} %", 100 * share); }

// "a", "a and b", "a, b and c"
std::string joined_by_and(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

std::string copy_called(CopyKind kind) {
  return kind == CopyKind::gather ? "the gather" : fmt::format("the {} copy", name_of(kind));
}

std::string spending_sentence(const CopyFinding& finding) {
  const auto engine = name_of(finding.engine);
  if (finding.copies.empty()) {
    return fmt::format("{} spends no measurable share of the busy CPU time ({} samples) in copying the payload.", engine,
                       finding.busy_samples);
  }
  std::vector<std::string> parts;
  for (const auto& part : finding.copies) {
    parts.push_back(fmt::format("{} in {}", share_text(part.share), copy_called(part.kind)));
  }
  return fmt::format("{} spends {} of the busy CPU time in copying the payload: {} ({} samples).", engine,
                     share_text(finding.share), joined_by_and(parts), finding.busy_samples);
}

Json finding_json(const CopyFinding& finding) {
  Json copies = Json::array();
  for (const auto& part : finding.copies) copies.push_back({{"copy", name_of(part.kind)}, {"share", part.share}});
  Json without = Json::array();
  for (const EngineMode engine : finding.without) without.push_back(name_of(engine));
  return {{"code", name_of(finding.code)}, {"engine", name_of(finding.engine)},
          {"share", finding.share},        {"busy_samples", finding.busy_samples},
          {"copies", std::move(copies)},   {"without", std::move(without)}};
}

}  // namespace

std::string sentence_of(const CopyFinding& finding) {
  switch (finding.code) {
    case CopyCode::spends: break;
    case CopyCode::not_its_own:
      return fmt::format("{} has {} of its samples in a deferred copy, which it cannot have: of other programs' packets that "
                         "were handled on its threads.",
                         name_of(finding.engine), share_text(finding.share));
    case CopyCode::only_some_do: {
      std::vector<std::string> without;
      for (const EngineMode engine : finding.without) without.emplace_back(name_of(engine));
      return fmt::format("{} spends {} in {} that {} {} not have.", name_of(finding.engine), share_text(finding.share),
                         copy_called(finding.copies.front().kind), joined_by_and(without),
                         without.size() == 1 ? "does" : "do");
    }
  }
  return spending_sentence(finding);
}

Json copy_costs_json(const std::vector<CopyCost>& costs) {
  Json json = Json::array();
  for (const CopyCost& cost : costs) {
    Json sentences = Json::array();
    Json findings = Json::array();
    for (const CopyFinding& finding : cost.findings) {
      sentences.push_back(sentence_of(finding));
      findings.push_back(finding_json(finding));
    }
    json.push_back({{"field_bytes", cost.field_bytes},
                    {"message_bytes", cost.field_bytes * kFieldsPerMessage},
                    {"threads", cost.threads},
                    {"sentences", std::move(sentences)},
                    {"findings", std::move(findings)}});
  }
  return json;
}

}  // namespace copybench
