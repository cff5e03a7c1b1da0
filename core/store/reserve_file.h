// Room on the disk that is held for the requests which make room: a file in the data directory, given up when one of them
// finds the disk full, and made anew when there is room again. Threads: one at a time.
#pragma once

#include <atomic>
#include <filesystem>

namespace copybench {

class ReserveFile {
 public:
  static constexpr uintmax_t kBytes = 512 * 1024;

  explicit ReserveFile(const std::filesystem::path& directory) : file_(directory / "copybench.reserve") {}

  // Makes it where it is missing and the disk has several times the room, or, once it was given up, where it just fits:
  // what was freed meanwhile is not for others. What stands in the way is no error.
  void hold();
  // False where there is none to give up.
  bool give_up();
  // It was given up, and is not held again: its room is not for what is new. Any thread.
  bool is_owed() const { return owed_; }

 private:
  std::filesystem::path file_;
  bool held_ = false;
  std::atomic<bool> owed_ = false;
};

}  // namespace copybench
