#include "store/peers.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"

namespace drawdown {
namespace {

constexpr mode_t kPeersMode = 0664;
// Locks may lie past the end of a file. Byte kPidBase + pid is the process's.
constexpr off_t kPidBase = off_t{1} << 32;

struct Record {
  uint64_t pid_namespace;
};

absl::Status CheckSameNamespace(int fd, uint64_t mine,
                                const std::string& path) {
  Record record{};
  if (pread(fd, &record, sizeof record, 0) != sizeof record) {
    return ErrnoError(EIO, absl::StrCat("read ", path));
  }
  if (record.pid_namespace == mine) return absl::OkStatus();
  return MakeError(
      ErrorCode::kForeignNamespace,
      absl::StrCat(path, ": the ledger is open in pid namespace ",
                   record.pid_namespace, "; this process is in ", mine,
                   ". Run both in one (container option --pid)"));
}

// Alone: names the namespace. With others: checks that they are of ours.
absl::Status EnterNamespace(int fd, const std::string& path) {
  ASSIGN_OR_RETURN(const uint64_t mine, PidNamespace());
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
    const Record record{mine};
    if (pwrite(fd, &record, sizeof record, 0) != sizeof record) {
      return ErrnoError(errno, absl::StrCat("write ", path));
    }
  } else {
    RETURN_IF_ERROR(CheckSameNamespace(fd, mine, path));
  }
  if (flock(fd, LOCK_SH | LOCK_NB) == 0) return absl::OkStatus();
  return ErrnoError(errno, absl::StrCat("lock ", path));
}

// An open file description's lock conflicts even within one process, unlike
// the process's own fcntl locks.
absl::Status ClaimProcess(int fd, const std::string& path) {
  struct flock claim {};
  claim.l_type = F_WRLCK;
  claim.l_whence = SEEK_SET;
  claim.l_start = kPidBase + getpid();
  claim.l_len = 1;
  if (fcntl(fd, F_OFD_SETLK, &claim) == 0) return absl::OkStatus();
  if (errno != EAGAIN && errno != EACCES) {
    return ErrnoError(errno, absl::StrCat("lock ", path));
  }
  return MakeError(ErrorCode::kAlreadyOpen,
                   absl::StrCat(path, ": process ", getpid(),
                                " has the ledger open through another copy of "
                                "the drawdown library"));
}

}  // namespace

// Whoever joins holds the directory's lock, so nobody slips in while ours is
// taken anew: to convert it, flock() drops it first.
absl::StatusOr<bool> IsAlone(const LockFd& peers) {
  const bool alone = flock(peers.get(), LOCK_EX | LOCK_NB) == 0;
  if (flock(peers.get(), LOCK_SH | LOCK_NB) == 0) return alone;
  return ErrnoError(errno, "lock peers.lock");
}

absl::StatusOr<LockFd> JoinPeers(const std::string& directory) {
  const std::string path = directory + "/peers.lock";
  LockFd fd(Fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                    kPeersMode)));
  if (fd.get() < 0) return ErrnoError(errno, absl::StrCat("open ", path));
  RETURN_IF_ERROR(EnterNamespace(fd.get(), path));
  RETURN_IF_ERROR(ClaimProcess(fd.get(), path));
  return fd;
}

}  // namespace drawdown
