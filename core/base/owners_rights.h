// What root does in a folder of another user.
//
// That user decides what lies there: a link where root opens a file, another folder where one was a moment ago, a hard link
// where root sets an owner. So root reaches such a folder by a descriptor of it, and acts there with its owner's rights: what
// it does is no more than the owner could have done alone, and what it makes belongs to the owner.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/unique_fd.h"

namespace copybench {

// A folder that is there. Where root has it open and another user owns it, path() leads through its descriptor, whatever
// becomes of the name; else it is the name.
class Folder {
 public:
  static Result<Folder> open(const std::filesystem::path& name);
  // Makes it, and the folders above it, with the rights of the owner of what is there already.
  static Result<Folder> open_or_create(const std::filesystem::path& name);

  // For root alone false.
  bool is_own() const { return own_; }
  const std::filesystem::path& path() const { return path_; }
  // A message that speaks of path(), with the folder's name in its place.
  std::string with_name(std::string message) const;

 private:
  friend class OwnersRights;
  std::filesystem::path name_;
  std::filesystem::path path_;
  UniqueFd fd_;
  uid_t owner_ = 0;
  gid_t group_ = 0;
  bool own_ = true;
};

// While it lives, this process has the effective rights of the folder's owner; of a folder of its own they are its own.
// They nest. Threads: all of the process get them, so there must be no other one. If they cannot be taken or given back the
// process says so and ends: nothing may go on with the wrong ones.
class OwnersRights {
 public:
  explicit OwnersRights(const Folder& folder);
  ~OwnersRights();
  OwnersRights(const OwnersRights&) = delete;
  OwnersRights& operator=(const OwnersRights&) = delete;

 private:
  struct Rights {
    uid_t user = 0;
    gid_t group = 0;
    std::vector<gid_t> groups;
  };
  static Rights current();
  static void take(const Rights& rights);

  bool taken_ = false;
  Rights before_;
};

}  // namespace copybench
