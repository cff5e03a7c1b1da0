#include "core/analysis/copy_share.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <regex>

#include "core/model/stored_shapes.h"

namespace copybench {

namespace {

constexpr std::array kRules{
    CopyRule{CopyKind::deferred, "", R"((__pi_)?(__)?memcpy(_orig|_erms|_generic)?_\[k\]|(copy_page|rep_movs_alternative)_\[k\])",
             R"(skb_copy_ubufs_\[k\])", "zero-copy's pages copied after all, because the packet stays on this host"},
    CopyRule{CopyKind::send, "engine",
             R"((_copy_from_iter|copy_user_\w+|rep_movs_alternative|copy_from_user\w*|raw_copy_from_user|__arch_copy_from_user|copy_page_from_iter\w*)_\[k\])",
             R"((tcp_sendmsg_locked|tcp_sendmsg|inet_sendmsg|_copy_from_iter)_\[k\])",
             "the kernel's copy from the engine's memory into socket buffers"},
    CopyRule{CopyKind::receive, "load",
             R"((_copy_to_iter|copy_user_\w+|rep_movs_alternative|copy_to_user\w*|raw_copy_to_user|__arch_copy_to_user|simple_copy_to_iter|copyout)_\[k\])",
             R"((tcp_recvmsg_locked|tcp_recvmsg|skb_copy_datagram_iter|__skb_datagram_iter|_copy_to_iter)_\[k\])",
             "the kernel's copy from socket buffers into the client's memory"},
    // A libc without symbols shows only the name of its file. The engine calls nothing else in it that takes time.
    CopyRule{CopyKind::gather, "engine", R"((__)?mem(cpy|move|pcpy)\w*|\[libc[.\-0-9a-z]*\])", "",
             "the engine's own copy of the fields into one buffer, in user space"},
};

struct CompiledRule {
  CopyKind kind;
  std::string_view root;
  std::regex leaf;
  std::optional<std::regex> caller;
};

const std::vector<CompiledRule>& compiled_rules() {
  static const std::vector<CompiledRule> rules = [] {
    std::vector<CompiledRule> compiled;
    for (const CopyRule& rule : kRules) {
      compiled.push_back({rule.kind, rule.root, std::regex(rule.leaf.begin(), rule.leaf.end()), std::nullopt});
      if (!rule.caller.empty()) compiled.back().caller.emplace(rule.caller.begin(), rule.caller.end());
    }
    return compiled;
  }();
  return rules;
}

// std::regex recurses over the text that it matches. No symbol that a rule describes is nearly so long.
constexpr size_t kMaxMatchedBytes = 200;

bool matches(std::string_view frame, const std::regex& pattern) {
  return frame.size() <= kMaxMatchedBytes && std::regex_match(frame.begin(), frame.end(), pattern);
}

bool fits(const CompiledRule& rule, const std::vector<std::string_view>& frames) {
  if (!rule.root.empty() && frames.front() != rule.root) return false;
  if (!matches(frames.back(), rule.leaf)) return false;
  return !rule.caller || std::any_of(frames.begin(), frames.end() - 1,
                                     [&](std::string_view frame) { return matches(frame, *rule.caller); });
}

}  // namespace

std::span<const CopyRule> copy_rules() { return kRules; }

double CopyShare::share(CopyKind kind) const {
  if (busy_samples == 0) return 0;
  return static_cast<double>(parts[static_cast<size_t>(kind)].samples) / static_cast<double>(busy_samples);
}

CopyShare copy_share_of(const FoldedStacks& stacks) {
  CopyShare share;
  std::vector<std::map<std::string, int64_t>> symbols(names<CopyKind>().size());
  for (size_t kind = 0; kind < symbols.size(); ++kind) share.parts.push_back({static_cast<CopyKind>(kind), 0, {}});
  for (const auto& [stack, samples] : stacks) {
    share.busy_samples += samples;
    const auto frames = frames_of(stack);
    const auto& rules = compiled_rules();
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const auto& one) { return fits(one, frames); });
    if (rule == rules.end()) continue;
    const auto kind = static_cast<size_t>(rule->kind);
    share.parts[kind].samples += samples;
    symbols[kind][std::string(frames.back())] += samples;
  }
  for (size_t kind = 0; kind < symbols.size(); ++kind) {
    auto& listed = share.parts[kind].symbols;
    for (const auto& [symbol, samples] : symbols[kind]) listed.push_back({symbol, samples});
    std::stable_sort(listed.begin(), listed.end(),
                     [](const CopySymbol& a, const CopySymbol& b) { return a.samples > b.samples; });
  }
  return share;
}

Json to_json(const CopyShare& share) {
  Json json;
  json["busy_samples"] = share.busy_samples;
  double total = 0;
  for (const CopyPart& part : share.parts) total += share.share(part.kind);
  json["total"] = total;
  for (const CopyPart& part : share.parts) {
    Json symbols = Json::array();
    for (const CopySymbol& symbol : part.symbols) {
      symbols.push_back({{"symbol", symbol.symbol}, {"samples", symbol.samples}});
    }
    json[std::string(name_of(part.kind))] = {
        {"share", share.share(part.kind)}, {"samples", part.samples}, {"symbols", std::move(symbols)}};
  }
  return json;
}

std::optional<CopyShare> copy_share_from_json(const Json& json) {
  if (!copy_share_shape().problem(json, "").empty()) return std::nullopt;
  CopyShare share;
  share.busy_samples = json.at("busy_samples").get<int64_t>();
  for (size_t i = 0; i < names<CopyKind>().size(); ++i) {
    const Json& part = json.at(std::string(names<CopyKind>()[i]));
    share.parts.push_back({static_cast<CopyKind>(i), part.at("samples").get<int64_t>(), {}});
    for (const Json& symbol : part.at("symbols")) {
      share.parts.back().symbols.push_back({symbol.at("symbol").get<std::string>(), symbol.at("samples").get<int64_t>()});
    }
  }
  return share;
}

Json copy_rules_json() {
  Json rules = Json::array();
  for (const CopyRule& rule : kRules) {
    rules.push_back({{"copy", name_of(rule.kind)},
                     {"root", rule.root},
                     {"leaf", rule.leaf},
                     {"caller", rule.caller},
                     {"meaning", rule.meaning}});
  }
  return rules;
}

}  // namespace copybench
