#include "store/writer_lock.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>

#include "base/error.h"
#include "base/robust_mutex.h"

namespace drawdown {
namespace {

constexpr char kLockMagic[8] = {'d', 'd', 'w', 'l', 'o', 'c', 'k', '1'};
constexpr mode_t kLockMode = 0664;

int64_t SteadyMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

// The file's content. `bytes` tells a process built with another
// pthread_mutex_t that it cannot use this one.
struct WriterLock::Shared {
  char magic[8];
  uint64_t bytes;
  char boot_id[40];
  pthread_mutex_t mutex;
  // For the message of kBusy only, so relaxed: a reader may see the pid of one
  // owner and the time of the next.
  std::atomic<int32_t> owner;
  std::atomic<int64_t> since_ms;  // CLOCK_MONOTONIC, one for all of a boot

  bool IsOf(const std::string& boot) const {
    return std::memcmp(magic, kLockMagic, sizeof magic) == 0 &&
           std::memcmp(boot_id, boot.c_str(), boot.size() + 1) == 0;
  }
  void Initialize(const std::string& boot) {
    InitializeRobust(&mutex);
    new (&owner) std::atomic<int32_t>(0);
    new (&since_ms) std::atomic<int64_t>(0);
    bytes = sizeof(Shared);
    std::memcpy(boot_id, boot.c_str(), boot.size() + 1);
    std::memcpy(magic, kLockMagic, sizeof magic);
  }

  static absl::StatusOr<Shared*> Map(int fd, const std::string& path) {
    void* const at = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                          MAP_SHARED, fd, 0);
    if (at != MAP_FAILED) return static_cast<Shared*>(at);
    return ErrnoError(errno, absl::StrCat("map ", path));
  }
  static void Unmap(Shared* shared) { munmap(shared, sizeof(Shared)); }

  // The file as it is when it is of this boot, else null.
  static absl::StatusOr<Shared*> MapExisting(const std::string& path,
                                             const std::string& boot) {
    const Fd fd(open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (fd.get() < 0 && errno == ENOENT) return nullptr;
    if (fd.get() < 0) return ErrnoError(errno, absl::StrCat("open ", path));
    struct stat info;
    if (fstat(fd.get(), &info) != 0) return ErrnoError(errno, path);
    if (info.st_size < static_cast<off_t>(sizeof(Shared))) return nullptr;
    ASSIGN_OR_RETURN(Shared* const shared, Map(fd.get(), path));
    if (!shared->IsOf(boot)) {
      Unmap(shared);
      return nullptr;
    }
    if (shared->bytes == sizeof(Shared)) return shared;
    Unmap(shared);
    return MakeError(ErrorCode::kIo,
                     absl::StrCat(path,
                                  ": in use by processes of another ABI "
                                  "(other C library or word size)"));
  }

  // Made aside and renamed: no process ever maps half a mutex.
  static absl::StatusOr<Shared*> Create(const std::string& path,
                                        const std::string& boot) {
    const std::string fresh = path + ".new";
    unlink(fresh.c_str());
    const Fd fd(
        open(fresh.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kLockMode));
    if (fd.get() < 0) return ErrnoError(errno, absl::StrCat("create ", fresh));
    RETURN_IF_ERROR(Preallocate(fd.get(), sizeof(Shared), fresh));
    ASSIGN_OR_RETURN(Shared* const shared, Map(fd.get(), fresh));
    shared->Initialize(boot);
    if (rename(fresh.c_str(), path.c_str()) == 0) return shared;
    const int error = errno;
    Unmap(shared);
    return ErrnoError(error, absl::StrCat("rename ", fresh));
  }
};

absl::StatusOr<std::unique_ptr<WriterLock>> WriterLock::Open(
    const std::string& directory, const std::string& boot_id) {
  std::string path = directory + "/writer.lock";
  ASSIGN_OR_RETURN(Shared * shared, Shared::MapExisting(path, boot_id));
  if (shared == nullptr) {
    ASSIGN_OR_RETURN(shared, Shared::Create(path, boot_id));
  }
  return std::unique_ptr<WriterLock>(new WriterLock(std::move(path), shared));
}

WriterLock::WriterLock(std::string path, Shared* shared)
    : path_(std::move(path)), shared_(shared) {}

WriterLock::~WriterLock() { Shared::Unmap(shared_); }

absl::Status WriterLock::Acquire(Deadline deadline) {
  RETURN_IF_ERROR(AcquireInProcess(deadline));
  const auto leave = [](WriterLock* lock) { lock->LeaveInProcess(); };
  std::unique_ptr<WriterLock, decltype(leave)> entered(this, leave);
  RETURN_IF_ERROR(AcquireShared(deadline));
  entered.release();
  return absl::OkStatus();
}

void WriterLock::Release() {
  shared_->owner.store(0, std::memory_order_relaxed);
  pthread_mutex_unlock(&shared_->mutex);
  LeaveInProcess();
}

void WriterLock::LeaveInProcess() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    held_ = false;
  }
  released_.notify_one();
}

absl::Status WriterLock::AcquireInProcess(Deadline deadline) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!released_.wait_until(lock, deadline, [this] { return !held_; })) {
    return BusyError();
  }
  held_ = true;
  return absl::OkStatus();
}

absl::Status WriterLock::AcquireShared(Deadline deadline) {
  const int rc = LockRobust(&shared_->mutex, deadline);
  if (rc == ETIMEDOUT) return BusyError();
  // After EOWNERDEAD the owner was killed. The mutex guards nothing but LMDB's
  // transactions, and LMDB recovers those itself.
  if (rc != 0 && rc != EOWNERDEAD) {
    return ErrnoError(rc, absl::StrCat("lock ", path_));
  }
  shared_->owner.store(getpid(), std::memory_order_relaxed);
  shared_->since_ms.store(SteadyMs(), std::memory_order_relaxed);
  return absl::OkStatus();
}

absl::Status WriterLock::BusyError() const {
  const int32_t owner = shared_->owner.load(std::memory_order_relaxed);
  const int64_t held =
      SteadyMs() - shared_->since_ms.load(std::memory_order_relaxed);
  if (owner == 0) {
    return MakeError(ErrorCode::kBusy,
                     absl::StrCat(path_,
                                  ": other writers kept the lock past "
                                  "the deadline"));
  }
  return MakeError(ErrorCode::kBusy,
                   absl::StrCat(path_, ": process ", owner,
                                " has held the writer lock for ", held, " ms"));
}

}  // namespace drawdown
