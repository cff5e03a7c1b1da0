#include "core/base/removed_on_signal.h"

#include <unistd.h>

#include <atomic>
#include <utility>

namespace copybench {
namespace {

// Global, since a signal handler takes no argument of ours. Lock-free, as a handler requires.
std::atomic<const std::vector<std::string>*> paths_to_remove{nullptr};

}  // namespace

RemovedOnSignal::RemovedOnSignal(std::vector<std::string> paths) : paths_(std::move(paths)) {
  paths_to_remove = &paths_;
  struct sigaction action {};
  action.sa_handler = remove_all;
  for (size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &action, nullptr);
  }
}

RemovedOnSignal::~RemovedOnSignal() {
  for (size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
  paths_to_remove = nullptr;
}

// Uses only calls that signal-safety(7) allows.
void RemovedOnSignal::remove_all(int signal) {
  if (const auto* paths = paths_to_remove.load()) {
    for (const std::string& path : *paths) {
      if (::unlink(path.c_str()) != 0) ::rmdir(path.c_str());
    }
  }
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  ::sigaction(signal, &action, nullptr);
  ::raise(signal);
}

}  // namespace copybench
