#include "meter/owner.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/files.h"

namespace drawdown {
namespace {

constexpr int kStartTimeField = 22;  // proc(5), from 1

// Field 22 of /proc/<pid>/stat; errno where it cannot be read.
std::optional<uint64_t> StartTime(uint32_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/stat";
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return std::nullopt;
  char buffer[1024];
  const ssize_t size = read(fd.get(), buffer, sizeof buffer);
  if (size <= 0) return std::nullopt;
  std::string_view text(buffer, static_cast<size_t>(size));
  // The command, field 2, may hold anything but ends at the last ')'.
  const size_t command_end = text.rfind(')');
  if (command_end == std::string_view::npos) return std::nullopt;
  text.remove_prefix(command_end + 1);
  for (int field = 2; field < kStartTimeField; ++field) {
    const size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    text.remove_prefix(blank + 1);
  }
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

absl::StatusOr<OwnerIdentity> ThisProcess() {
  OwnerIdentity self;
  ASSIGN_OR_RETURN(self.boot_id, BootId());
  ASSIGN_OR_RETURN(self.pid_namespace, PidNamespace());
  self.pid = static_cast<uint32_t>(getpid());
  const std::optional<uint64_t> start_time = StartTime(self.pid);
  if (!start_time) return ErrnoError(errno, "/proc/self/stat");
  self.start_time = *start_time;
  return self;
}

bool MayBeAlive(const LanesIdentity& owner, const OwnerIdentity& self) {
  if (owner.boot_id != self.boot_id) return false;
  if (owner.pid_namespace != self.pid_namespace) return false;
  const std::optional<uint64_t> start_time = StartTime(owner.pid);
  if (start_time) return *start_time == owner.start_time;
  return kill(static_cast<pid_t>(owner.pid), 0) == 0 || errno != ESRCH;
}

namespace {

struct flock LifeLock(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_len = 1;
  return lock;
}

}  // namespace

absl::Status LockForLife(int fd, const std::string& path) {
  // Of the open file description: another descriptor of this process, as a
  // drain opens, neither holds it nor drops it.
  struct flock lock = LifeLock(F_WRLCK);
  if (fcntl(fd, F_OFD_SETLK, &lock) == 0) return absl::OkStatus();
  return ErrnoError(errno, "lock " + path);
}

bool IsLockedForLife(int fd) {
  struct flock lock = LifeLock(F_RDLCK);
  return fcntl(fd, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

}  // namespace drawdown
