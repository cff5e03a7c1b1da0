#include "core/engine/slowdown.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <utility>

#include "core/base/time.h"

namespace copybench {
namespace {

class SlowedPath : public SendPath {
 public:
  SlowedPath(std::unique_ptr<SendPath> path, const Slowdown& slowdown, uint64_t message_bytes)
      : path_(std::move(path)),
        slowdown_(slowdown),
        each_ns_(slowdown.message_ns + slowdown.byte_ns * static_cast<double>(message_bytes)),
        now_(slowdown.cpu > 0 ? thread_cpu_ns : monotonic_ns) {}

  Result<uint32_t> acquire() override { return path_->acquire(); }
  Result<void> drain(Nanoseconds at_most) override { return path_->drain(at_most); }

  Result<void> send(uint32_t slot) override {
    auto sent = path_->send(slot);
    const int64_t begin = now_();
    const double since = last_ == 0 ? 0 : static_cast<double>(begin - last_);
    const auto until = begin + static_cast<int64_t>(strength() * (each_ns_ + slowdown_.share * since));
    last_ = begin;
    while (last_ < until) last_ = now_();
    return sent;
  }

 private:
  double strength() const {
    const double age_s = static_cast<double>(monotonic_ns() - began_) / 1e9;
    if (slowdown_.until_s > 0 && age_s >= slowdown_.until_s) return 0;
    return slowdown_.grow_s > 0 ? age_s / slowdown_.grow_s : 1;
  }

  const std::unique_ptr<SendPath> path_;
  const Slowdown slowdown_;
  const double each_ns_;
  int64_t (*const now_)();
  const int64_t began_ = monotonic_ns();
  int64_t last_ = 0;
};

}  // namespace

Result<Slowdown> parse_slowdown(std::string_view text) {
  Slowdown slowdown;
  const std::pair<std::string_view, double*> terms[] = {
      {"message_ns", &slowdown.message_ns}, {"byte_ns", &slowdown.byte_ns}, {"share", &slowdown.share}, {"cpu", &slowdown.cpu},
      {"until_s", &slowdown.until_s},       {"grow_s", &slowdown.grow_s}};
  const auto bad = [&] {
    return fail(fmt::format(
        "'{}' is no slowdown; allowed: message_ns=, byte_ns=, share=, cpu=, until_s= and grow_s=, joined by +", text));
  };
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('+', begin), text.size());
    const std::string_view term = text.substr(begin, end - begin);
    const size_t equals = term.find('=');
    if (equals == std::string_view::npos) return bad();
    double* value = nullptr;
    for (const auto& [name, target] : terms) {
      if (name == term.substr(0, equals)) value = target;
    }
    const char* last = term.data() + term.size();
    if (value == nullptr) return bad();
    const auto [at, error] = std::from_chars(term.data() + equals + 1, last, *value);
    if (error != std::errc{} || at != last || !std::isfinite(*value) || *value < 0) return bad();
    begin = end + 1;
  }
  return slowdown;
}

std::unique_ptr<SendPath> slowed_down(std::unique_ptr<SendPath> path, const Slowdown& slowdown, uint64_t message_bytes) {
  return std::make_unique<SlowedPath>(std::move(path), slowdown, message_bytes);
}

}  // namespace copybench
