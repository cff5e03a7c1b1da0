// A temporary folder with files of chosen modes; removed with the object.
#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace copybench {

struct TemporaryFolder {
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "copybench-daemon-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    const std::string full = path / name;
    std::ofstream(full) << text;
    ::chmod(full.c_str(), mode);
    return full;
  }

  std::filesystem::path path;
};

}  // namespace copybench
