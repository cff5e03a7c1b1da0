#include "core/base/owners_rights.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <system_error>

#include "core/base/lines.h"

namespace copybench {
namespace {

namespace fs = std::filesystem;

void need(bool done, const char* call) {
  if (done) return;
  const std::string why = system_error(call, errno).message;
  static_cast<void>(
      write_line(STDERR_FILENO, "copybenchd: the rights of a folder's owner could not be taken or given back: " + why));
  ::_exit(1);
}

bool may_be_root() {
  uid_t real = 0, effective = 0, saved = 0;
  need(::getresuid(&real, &effective, &saved) == 0, "getresuid");
  return effective == 0 || saved == 0;
}

}  // namespace

Result<Folder> Folder::open(const fs::path& name) {
  Folder folder;
  folder.name_ = name.empty() ? "." : name;
  folder.path_ = folder.name_;
  folder.fd_.reset(::open(folder.name_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct stat status {};
  if (!folder.fd_ || ::fstat(folder.fd_.get(), &status) != 0) {
    return tl::unexpected(system_error("open the folder " + folder.name_.string(), errno));
  }
  folder.owner_ = status.st_uid;
  folder.group_ = status.st_gid;
  folder.own_ = !may_be_root() || status.st_uid == 0;
  if (!folder.own_) folder.path_ = fmt::format("/proc/self/fd/{}", folder.fd_.get());
  return folder;
}

Result<Folder> Folder::open_or_create(const fs::path& name) {
  std::error_code failed;
  fs::path there = fs::absolute(name, failed).lexically_normal();
  if (!there.has_filename()) there = there.parent_path();
  fs::path missing;
  while (!fs::exists(there, failed) && !failed && there.has_relative_path()) {
    missing = missing.empty() ? there.filename() : there.filename() / missing;
    there = there.parent_path();
  }
  if (!missing.empty()) {
    const auto above = open(there);
    if (!above) return tl::unexpected(above.error());
    const OwnersRights rights(*above);
    fs::create_directories(above->path() / missing, failed);
    if (failed) return tl::unexpected(system_error("create the folder " + name.string(), failed.value()));
  }
  return open(name);
}

std::string Folder::with_name(std::string message) const {
  if (own_) return message;
  for (size_t at = 0; (at = message.find(path_.native(), at)) != std::string::npos; at += name_.native().size()) {
    message.replace(at, path_.native().size(), name_.native());
  }
  return message;
}

OwnersRights::Rights OwnersRights::current() {
  Rights rights{::geteuid(), ::getegid(), {}};
  const int count = ::getgroups(0, nullptr);
  need(count >= 0, "getgroups");
  rights.groups.resize(static_cast<size_t>(count));
  need(::getgroups(count, rights.groups.data()) == count, "getgroups");
  return rights;
}

void OwnersRights::take(const Rights& rights) {
  need(::seteuid(0) == 0, "seteuid");  // without it neither groups nor user can be set
  need(::setgroups(rights.groups.size(), rights.groups.data()) == 0, "setgroups");
  need(::setegid(rights.group) == 0, "setegid");
  need(::seteuid(rights.user) == 0, "seteuid");
}

OwnersRights::OwnersRights(const Folder& folder) {
  if (folder.own_ && (::geteuid() == 0 || !may_be_root())) return;
  before_ = current();
  taken_ = true;
  take(folder.own_ ? Rights{0, ::getgid(), before_.groups} : Rights{folder.owner_, folder.group_, {}});
}

OwnersRights::~OwnersRights() {
  if (taken_) take(before_);
}

}  // namespace copybench
