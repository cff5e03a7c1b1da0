// Lets root work safely in a folder of another user.
//
// That user controls the folder's contents: a link where root opens a file, another folder in place of the one just checked, a
// hard link where root sets an owner. So root reaches such a folder through a descriptor and acts with the owner's rights. Root
// can then do no more than the owner could do alone, and new files belong to the owner.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/unique_fd.h"

namespace copybench {

// An existing folder. If root opened it and another user owns it, path() goes through the descriptor, so that a change of the
// name has no effect. Otherwise path() is the name.
class Folder {
 public:
  static Result<Folder> open(const std::filesystem::path& name);
  // Creates the folder and missing parents, with the rights of the owner of the nearest existing parent.
  static Result<Folder> open_or_create(const std::filesystem::path& name);

  // False only if root opened another user's folder.
  bool is_own() const { return own_; }
  const std::filesystem::path& path() const { return path_; }
  // Replaces path() in a message by the folder's name.
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

// Gives this process the effective rights of the folder's owner for its lifetime; for an own folder, the process's own rights.
// Objects nest. If the rights cannot be taken or restored, the process prints why and exits, so that nothing runs with the
// wrong rights. Threads: the rights apply to the whole process, so no other thread may exist.
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
