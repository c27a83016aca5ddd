#include "settle/live_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <functional>

#include "base/error.h"
#include "base/files.h"

namespace drawdown {
namespace {

constexpr std::string_view kUnfinished = ".new";
// Each is a descriptor and a mapping.
constexpr size_t kMaxIdleReaders = 64;

absl::Status VisitNames(const std::string& path,
                        const std::function<void(std::string_view)>& visit) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()),
                                                      closedir);
  if (directory == nullptr) return ErrnoError(errno, "read " + path);
  while (const dirent* const entry = readdir(directory.get())) {
    visit(entry->d_name);
  }
  return absl::OkStatus();
}

// "<pid>.new", or such with a prefix and a point, of a process that is no more.
bool IsAbandoned(std::string_view name) {
  if (!name.ends_with(kUnfinished)) return false;
  name.remove_suffix(kUnfinished.size());
  name.remove_prefix(name.rfind('.') + 1);  // npos + 1 is 0.
  pid_t pid = 0;
  const auto [end, error] =
      std::from_chars(name.data(), name.data() + name.size(), pid);
  return error == std::errc() && end == name.data() + name.size() && pid > 0 &&
         kill(pid, 0) != 0 && errno == ESRCH;
}

// A maker of another pid namespace cannot be looked up; its lock can.
bool IsBeingMade(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return fd.get() >= 0 && IsLockedForLife(fd.get());
}

}  // namespace

LiveDirectory::LiveDirectory(std::string path, const Uuid& ledger,
                             std::string boot_id)
    : path_(std::move(path)), ledger_(ledger), boot_id_(std::move(boot_id)) {}

std::string LiveDirectory::PathOf(const Uuid& file) const {
  return path_ + "/" + FormatUuid(file) + kLanesSuffix;
}

absl::StatusOr<std::shared_ptr<EpochFile>> LiveDirectory::OpenEpoch(
    std::optional<Epoch> initial) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (epoch_ == nullptr) {
    ASSIGN_OR_RETURN(epoch_, EpochFile::Open(path_, boot_id_, initial));
  }
  return epoch_;
}

absl::StatusOr<std::vector<Uuid>> LiveDirectory::List() {
  std::vector<Uuid> files;
  RETURN_IF_ERROR(VisitNames(path_, [&files](std::string_view name) {
    if (!name.ends_with(kLanesSuffix)) return;
    name.remove_suffix(std::string_view(kLanesSuffix).size());
    if (const auto uuid = ParseUuid(name)) files.push_back(*uuid);
  }));
  std::sort(files.begin(), files.end());
  // A reader of a file that others have removed would keep its disk space.
  std::lock_guard<std::mutex> lock(mutex_);
  std::erase_if(readers_, [&files](const auto& reader) {
    return !std::binary_search(files.begin(), files.end(), reader.first);
  });
  return files;
}

absl::StatusOr<std::unique_ptr<LanesReader>> LiveDirectory::TakeReader(
    const Uuid& file) {
  const std::string path = PathOf(file);
  std::unique_ptr<LanesReader> reader;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = readers_.find(file);
    if (found != readers_.end()) {
      reader = std::move(found->second);
      readers_.erase(found);
    }
  }
  struct stat info;
  if (reader != nullptr &&
      (stat(path.c_str(), &info) != 0 || info.st_ino != reader->inode())) {
    reader = nullptr;  // Removed, or another file by that name.
  }
  if (reader == nullptr) {
    ASSIGN_OR_RETURN(reader, LanesReader::Open(path, ledger_));
  }
  RETURN_IF_ERROR(reader->Refresh());
  return reader;
}

void LiveDirectory::GiveBack(std::unique_ptr<LanesReader> reader) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (readers_.size() >= kMaxIdleReaders) return;
  readers_[reader->identity().uuid] = std::move(reader);
}

void LiveDirectory::Forget(const Uuid& file) {
  std::lock_guard<std::mutex> lock(mutex_);
  readers_.erase(file);
}

absl::Status LiveDirectory::Remove(const Uuid& file) {
  Forget(file);
  const std::string path = PathOf(file);
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return ErrnoError(errno, "remove " + path);
}

absl::Status LiveDirectory::SetAside(const Uuid& file) {
  Forget(file);
  const std::string path = PathOf(file);
  const std::string aside = path_ + "/" + FormatUuid(file) + ".damaged";
  if (rename(path.c_str(), aside.c_str()) == 0 || errno == ENOENT) {
    return absl::OkStatus();
  }
  return ErrnoError(errno, "set aside " + path);
}

absl::Status LiveDirectory::Sync() const { return SyncDirectory(path_); }

void LiveDirectory::RemoveUnfinished() const {
  // What cannot be read cannot be cleaned; the drain itself says so.
  VisitNames(path_, [this](std::string_view name) {
    const std::string path = path_ + "/" + std::string(name);
    if (IsAbandoned(name) && !IsBeingMade(path)) unlink(path.c_str());
  }).IgnoreError();
}

}  // namespace drawdown
