#include "core/base/owners_rights.h"

#include <doctest/doctest.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace copybench;
namespace fs = std::filesystem;

namespace {

constexpr uid_t kStranger = 4321;

// A folder that only this user can enter, with one inside that belongs to another user.
struct Folders {
  Folders() {
    std::string name = (fs::temp_directory_path() / "copybench-rights-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    closed = name;
    theirs = closed / "theirs";
    fs::create_directory(theirs);
    if (::geteuid() == 0) REQUIRE(::chown(theirs.c_str(), kStranger, kStranger) == 0);
  }
  ~Folders() { fs::remove_all(closed); }
  fs::path closed;
  fs::path theirs;
};

uid_t owner_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_uid;
}

bool is_root() {
  if (::geteuid() == 0) return true;
  MESSAGE("no root here: it has nobody's rights to take");
  return false;
}

}  // namespace

TEST_CASE("a folder of this user's is used by name, with the user's own rights") {
  const Folders folders;
  const auto folder = Folder::open(folders.closed);
  REQUIRE(folder);
  CHECK(folder->is_own());
  CHECK(folder->path() == folders.closed);
  CHECK(Folder::open("")->path() == ".");
  const OwnersRights rights(*folder);
  std::ofstream(folder->path() / "file") << "text";
  CHECK(owner_of(folders.closed / "file") == ::getuid());
}

TEST_CASE("files that root creates in another's folder are the other's, and the other's rights apply") {
  if (!is_root()) return;
  const Folders folders;
  const auto folder = Folder::open(folders.theirs);
  REQUIRE(folder);
  CHECK_FALSE(folder->is_own());
  std::ofstream(folders.closed / "secret") << "text";
  fs::create_symlink(folders.closed / "secret", folders.theirs / "link");
  {
    const OwnersRights rights(*folder);
    std::ofstream(folder->path() / "file") << "text";
    const int linked = ::open((folder->path() / "link").c_str(), O_WRONLY | O_CLOEXEC);
    CHECK(errno == EACCES);
    CHECK(linked < 0);
    CHECK(::chown((folder->path() / "file").c_str(), 0, 0) != 0);
  }
  CHECK(owner_of(folders.theirs / "file") == kStranger);
  CHECK(::geteuid() == 0);
  CHECK(fs::file_size(folders.closed / "secret") == 4);
}

TEST_CASE("a folder that is renamed away stays the opened one") {
  if (!is_root()) return;
  const Folders folders;
  const auto folder = Folder::open(folders.theirs);
  REQUIRE(folder);
  fs::rename(folders.theirs, folders.closed / "aside");
  fs::create_directory_symlink("/etc", folders.theirs);
  const OwnersRights rights(*folder);
  std::ofstream(folder->path() / "copybench-test-file") << "text";
  CHECK_FALSE(fs::exists("/etc/copybench-test-file"));
  CHECK(fs::exists(folder->path() / "copybench-test-file"));
}

TEST_CASE("rights nest, and messages name the folder") {
  if (!is_root()) return;
  const Folders folders;
  const auto theirs = Folder::open(folders.theirs), own = Folder::open(folders.closed);
  REQUIRE((theirs && own));
  const OwnersRights outer(*theirs);
  {
    const OwnersRights inner(*own);
    CHECK(::geteuid() == 0);
    std::ofstream(own->path() / "file") << "text";
  }
  CHECK(::geteuid() == kStranger);
  CHECK(theirs->with_name("no room in " + theirs->path().string() + "/x") == "no room in " + folders.theirs.string() + "/x");
}

TEST_CASE("folders are created by the owner of their parent") {
  const Folders folders;
  const auto made = Folder::open_or_create(folders.theirs / "a/b/");
  REQUIRE(made);
  CHECK(owner_of(folders.theirs / "a") == owner_of(folders.theirs));
  CHECK(owner_of(folders.theirs / "a/b") == owner_of(folders.theirs));
  CHECK(Folder::open_or_create(folders.theirs / "a"));
  std::ofstream(folders.closed / "file") << "text";
  CHECK_FALSE(Folder::open_or_create(folders.closed / "file" / "folder"));
  CHECK_FALSE(Folder::open(folders.closed / "none"));
}
