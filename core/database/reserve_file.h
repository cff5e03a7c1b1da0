// Reserves disk space for requests that free space. It is a file in the data directory, which is deleted when such a
// request finds the disk full and created again when there is room. Threads: one at a time.
#pragma once

#include <atomic>
#include <filesystem>

namespace copybench {

class ReserveFile {
 public:
  static constexpr uintmax_t kBytes = 512 * 1024;

  explicit ReserveFile(const std::filesystem::path& directory) : file_(directory / "copybench.reserve") {}

  // Creates the file if it is missing and the disk has several times its size free. After give_up(), its exact size
  // suffices, because space that was freed meanwhile is not for others. A failure is no error.
  void hold();
  // False if there is none to give up.
  bool give_up();
  // The file was given up and is not held again: its room is not for new data. Any thread.
  bool is_owed() const { return owed_; }

 private:
  std::filesystem::path file_;
  bool held_ = false;
  std::atomic<bool> owed_ = false;
};

}  // namespace copybench
