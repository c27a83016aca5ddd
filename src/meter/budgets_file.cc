#include "meter/budgets_file.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>

#include "base/check.h"
#include "base/error.h"
#include "base/files.h"
#include "base/fork.h"
#include "base/robust_mutex.h"

namespace drawdown {
namespace {

constexpr char kBudgetsMagic[8] = {'d', 'd', 'b', 'u', 'd', 'g', 't', '3'};
constexpr char kBudgetsPrefix[] = "budgets.";
constexpr mode_t kBudgetsMode = 0666;
constexpr size_t kHeaderBytes = 4'096;
constexpr uint32_t kFirstCapacity = 768;
// How often to look whether the lock is free before going to sleep, and how
// long to leave it alone in between: that whoever has it can decide a few calls
// in a row costs less than to have every line that they change, and the lock's,
// go to and fro for each.
constexpr int kLooks = 4;
constexpr int kPauses = 128;
// How long to wait for whoever else looks at a damaged file.
constexpr std::chrono::milliseconds kAlonePatience{200};

// What callers know of a quota without the lock. Written under it; release and
// acquire, so that who sees any of it sees the count of changes that its writer
// had seen, and does not take it for older than it is.
struct KnownFull {
  std::atomic<uint64_t> at;  // BudgetsFile::changes() then; 0: nothing is known
  std::atomic<int64_t> most_us;   // that fitted
  std::atomic<int64_t> until_us;  // when a window turns
  std::atomic<uint32_t> above;    // PublishedBudget::above
};

// Whoever maps the file keeps a shared lock on all of it, until its process
// ends or lets go: who has it alone may make the file anew. Of the open file,
// so that threads and other parts of one process do not share it. Whether it
// could be had.
absl::StatusOr<bool> LockWhole(int fd, short type, const std::string& path) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  if (fcntl(fd, F_OFD_SETLK, &lock) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  return ErrnoError(errno, "lock " + path);
}

inline void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

struct alignas(64) BudgetsFile::Slot {
  Budget budget;
  KnownFull full;
};

struct BudgetsFile::Shared {
  char magic[8];
  uint64_t bytes;  // of a Shared and of a Budget: tells another ABI
  pthread_mutex_t mutex;
  // For the message of BusyError only, so relaxed.
  std::atomic<int32_t> owner;
  // Set by anybody, cleared under the mutex by who makes everything anew, read
  // under the mutex. Relaxed: what it speaks of is ordered by the mutex, and
  // who sets it without has nothing else to show.
  // Apart from the lock, whose line those who wait for it pull at.
  alignas(64) std::atomic<uint32_t> torn;
  // Budgets that have room in the file. Written under the mutex before there is
  // any such quota, read by anybody; relaxed: it only grows, and a number that
  // is past what a reader sees is not looked at.
  std::atomic<uint32_t> capacity;
  // Added to by whoever is about to change books or budgets, read by who
  // refuses without the mutex. Release, so that `torn` is seen set; whoever
  // heard of the commit sees that it was counted before. Acquire when read: see
  // KnownFull.
  std::atomic<uint64_t> changes;
  // Written under the mutex, after `changes`; release and acquire likewise.
  std::atomic<uint64_t> layout;
  // `changes` when a quota was last known full. Spares those who are admitted
  // to look at each: relaxed.
  std::atomic<uint64_t> full_at;
  alignas(64) BudgetsState state;

  static constexpr uint64_t kBytes =
      sizeof(BudgetsState) << 32 | sizeof(pthread_mutex_t) << 16 | sizeof(Slot);
  static constexpr size_t BytesFor(uint32_t capacity) {
    return kHeaderBytes + capacity * sizeof(Slot);
  }

  Slot* slots() {
    return reinterpret_cast<Slot*>(reinterpret_cast<char*>(this) +
                                   kHeaderBytes);
  }

  // Past the end of the file too, which grows under it.
  static absl::StatusOr<Shared*> Map(int fd, const std::string& path) {
    static_assert(sizeof(Shared) <= kHeaderBytes);
    struct stat info;
    if (fstat(fd, &info) != 0) return ErrnoError(errno, path);
    if (info.st_size < static_cast<off_t>(BytesFor(kFirstCapacity))) {
      return MakeError(
          ErrorCode::kCorrupt,
          absl::StrCat(path, " has ", info.st_size, " bytes, too few"));
    }
    void* const map = mmap(nullptr, BytesFor(kMaxBudgets),
                           PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) return ErrnoError(errno, "map " + path);
    return static_cast<Shared*>(map);
  }
  // kCorrupt when it is not what this build counts by.
  static absl::StatusOr<Shared*> MapSound(int fd, const std::string& path) {
    ASSIGN_OR_RETURN(Shared* const shared, Map(fd, path));
    if (std::memcmp(shared->magic, kBudgetsMagic, sizeof kBudgetsMagic) == 0 &&
        shared->bytes == kBytes) {
      return shared;
    }
    Unmap(shared);
    return MakeError(ErrorCode::kCorrupt,
                     path +
                         " is damaged or of another build's ABI, and processes "
                         "count by it: it is made anew when they have ended");
  }
  // By who has it alone. Never shorter: who let go of it has it mapped still.
  static absl::Status MakeAnew(int fd, const std::string& path) {
    RETURN_IF_ERROR(Preallocate(fd, BytesFor(kFirstCapacity), path));
    ASSIGN_OR_RETURN(Shared* const shared, Map(fd, path));
    struct stat info;
    const bool known = fstat(fd, &info) == 0;
    if (known) {  // What budgets grow into must be zero.
      std::memset(
          static_cast<void*>(shared->slots()), 0,
          std::min<size_t>(info.st_size, BytesFor(kMaxBudgets)) - kHeaderBytes);
    }
    Unmap(shared);
    return known ? Fill(fd, path) : ErrnoError(errno, path);
  }
  static void Unmap(Shared* shared) { munmap(shared, BytesFor(kMaxBudgets)); }

  // Whole before it has its name.
  static absl::Status Make(const std::string& path) {
    const std::string made = path + "." + std::to_string(getpid()) + ".new";
    const Fd fd(open(made.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
                     kBudgetsMode));
    if (fd.get() < 0) return ErrnoError(errno, "create " + made);
    absl::Status status = Preallocate(fd.get(), BytesFor(kFirstCapacity), made);
    if (status.ok()) status = Fill(fd.get(), made);
    // link, not rename: the first of several makers wins.
    if (status.ok() && link(made.c_str(), path.c_str()) != 0 &&
        errno != EEXIST) {
      status = ErrnoError(errno, "create " + path);
    }
    unlink(made.c_str());
    return status;
  }
  static absl::Status Fill(int fd, const std::string& path) {
    ASSIGN_OR_RETURN(Shared* const shared, Map(fd, path));
    new (shared) Shared{};
    InitializeRobust(&shared->mutex);
    shared->torn.store(1, std::memory_order_relaxed);
    shared->capacity.store(kFirstCapacity, std::memory_order_relaxed);
    shared->changes.store(1, std::memory_order_relaxed);
    shared->bytes = kBytes;
    std::memcpy(shared->magic, kBudgetsMagic, sizeof kBudgetsMagic);
    Unmap(shared);
    return absl::OkStatus();
  }
};

bool BudgetsFile::Exists(const std::string& live_directory,
                         const std::string& boot_id) {
  const std::string path = live_directory + "/" + kBudgetsPrefix + boot_id;
  return access(path.c_str(), F_OK) == 0;
}

absl::StatusOr<std::unique_ptr<BudgetsFile>> BudgetsFile::Open(
    const std::string& live_directory, const std::string& boot_id) {
  const std::string name = kBudgetsPrefix + boot_id;
  const std::string path = live_directory + "/" + name;
  const Deadline deadline = After(kAlonePatience);
  for (;;) {
    Fd fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (fd.get() < 0 && errno == ENOENT) {
      RETURN_IF_ERROR(Shared::Make(path));
      RemoveOthers(live_directory, kBudgetsPrefix, name);
      continue;
    }
    if (fd.get() < 0) return ErrnoError(errno, "open " + path);
    ASSIGN_OR_RETURN(const bool counts, LockWhole(fd.get(), F_RDLCK, path));
    absl::StatusOr<Shared*> shared = Shared::MapSound(fd.get(), path);
    if (counts && shared.ok()) {
      return std::unique_ptr<BudgetsFile>(
          new BudgetsFile(path, fd.Release(), *shared));
    }
    if (shared.ok()) {
      Shared::Unmap(*shared);
    } else if (GetErrorCode(shared.status()) != ErrorCode::kCorrupt) {
      return shared.status();
    }
    ASSIGN_OR_RETURN(const bool alone, LockWhole(fd.get(), F_WRLCK, path));
    if (alone && !shared.ok()) {
      RETURN_IF_ERROR(Shared::MakeAnew(fd.get(), path));
    } else if (std::chrono::steady_clock::now() >= deadline) {
      return shared.ok() ? MakeError(ErrorCode::kBusy,
                                     path + ": a process makes it anew")
                         : shared.status();
    } else {
      // Others that find it damaged wait for one another to let go.
      fd = Fd();
      usleep(static_cast<useconds_t>(500 + getpid() % 1'000));
    }
  }
}

BudgetsFile::BudgetsFile(std::string path, int fd, Shared* shared)
    : path_(std::move(path)), fd_(fd), shared_(shared) {}

BudgetsFile::~BudgetsFile() {
  Shared::Unmap(shared_);
  close(fd_);
}

void BudgetsFile::LetGo() { LockWhole(fd_, F_UNLCK, path_).IgnoreError(); }

bool BudgetsFile::Lock(std::chrono::milliseconds patience) {
  // What is done under the lock is short: to spin is cheaper than to sleep, and
  // than to read the clock for a deadline.
  int rc = pthread_mutex_trylock(&shared_->mutex);
  for (int i = 1; i < kLooks && rc == EBUSY; ++i) {
    for (int j = 0; j < kPauses; ++j) Pause();
    rc = pthread_mutex_trylock(&shared_->mutex);
  }
  if (rc == EBUSY) rc = LockRobust(&shared_->mutex, After(patience));
  if (rc == ETIMEDOUT) return false;
  if (rc == EOWNERDEAD) {
    pthread_mutex_consistent(&shared_->mutex);
    SetTorn();
  }
  if (rc != 0 && rc != EOWNERDEAD) return false;  // Damaged.
  // Asked once: it is a system call.
  if (pid_ == 0 || fork_generation_ != ForkGeneration()) {
    pid_ = getpid();
    fork_generation_ = ForkGeneration();
  }
  shared_->owner.store(pid_, std::memory_order_relaxed);
  return true;
}

void BudgetsFile::Unlock() {
  shared_->owner.store(0, std::memory_order_relaxed);
  pthread_mutex_unlock(&shared_->mutex);
}

int32_t BudgetsFile::holder() const {
  return shared_->owner.load(std::memory_order_relaxed);
}

absl::Status BudgetsFile::BusyError() const {
  return MakeError(ErrorCode::kBusy,
                   absl::StrCat(path_, ": process ", holder(),
                                " keeps the lock of the budgets"));
}

bool BudgetsFile::torn() const {
  return shared_->torn.load(std::memory_order_relaxed) != 0;
}
void BudgetsFile::SetTorn() {
  shared_->torn.store(1, std::memory_order_relaxed);
  NoteChange();
}
void BudgetsFile::ClearTorn() {
  shared_->torn.store(0, std::memory_order_relaxed);
}

uint64_t BudgetsFile::changes() const {
  return shared_->changes.load(std::memory_order_acquire);
}
void BudgetsFile::NoteChange() {
  shared_->changes.fetch_add(1, std::memory_order_release);
}
uint64_t BudgetsFile::layout() const {
  return shared_->layout.load(std::memory_order_acquire);
}
void BudgetsFile::NoteLayout() {
  shared_->layout.fetch_add(1, std::memory_order_release);
}

bool BudgetsFile::AnyFull() const {
  return shared_->full_at.load(std::memory_order_relaxed) == changes();
}

int64_t BudgetsFile::FullUntil(uint64_t layout, int64_t gpu_us,
                               uint32_t* refusing) const {
  const uint64_t changes = this->changes();
  if (this->layout() != layout) return 0;
  uint32_t quota = *refusing;
  const uint32_t capacity = shared_->capacity.load(std::memory_order_relaxed);
  // Never for ever, whatever is written meanwhile.
  for (uint32_t i = 0; i < capacity && quota != 0 && quota < capacity; ++i) {
    const KnownFull& full = shared_->slots()[quota].full;
    if (full.at.load(std::memory_order_acquire) == changes &&
        gpu_us > full.most_us.load(std::memory_order_acquire)) {
      const int64_t until_us = full.until_us.load(std::memory_order_acquire);
      *refusing = quota;
      return this->changes() == changes ? until_us : 0;
    }
    quota = full.above.load(std::memory_order_acquire);
  }
  return 0;
}

void BudgetsFile::Prefetch(uint32_t quota) const {
  __builtin_prefetch(&shared_->slots()[quota], /*rw=*/1);
}

void BudgetsFile::NoteFull(uint32_t quota, int64_t most_us, uint64_t changes) {
  CHECK(quota < shared_->capacity.load(std::memory_order_relaxed));
  KnownFull& full = shared_->slots()[quota].full;
  full.most_us.store(most_us, std::memory_order_release);
  full.until_us.store(state().valid_until_us, std::memory_order_release);
  full.at.store(changes, std::memory_order_release);
  shared_->full_at.store(changes, std::memory_order_relaxed);
}

void BudgetsFile::NoteAbove(uint32_t quota, uint32_t above) {
  CHECK(quota < shared_->capacity.load(std::memory_order_relaxed));
  shared_->slots()[quota].full.above.store(above, std::memory_order_release);
}

BudgetsState& BudgetsFile::state() { return shared_->state; }

Budget& BudgetsFile::at(uint32_t quota) {
  CHECK(quota < shared_->capacity.load(std::memory_order_relaxed));
  return shared_->slots()[quota].budget;
}

absl::Status BudgetsFile::Reserve(uint32_t end) {
  BudgetsState& state = shared_->state;
  if (end > kMaxBudgets) {
    return MakeError(ErrorCode::kInvalidArgument,
                     absl::StrCat("quota ", end - 1, " is past the ",
                                  kMaxBudgets, " quotas there can be"));
  }
  if (end > shared_->capacity.load(std::memory_order_relaxed)) {
    const uint32_t capacity = std::min(kMaxBudgets, end + end / 2);
    RETURN_IF_ERROR(Preallocate(fd_, Shared::BytesFor(capacity), path_));
    shared_->capacity.store(capacity, std::memory_order_relaxed);
  }
  state.end = std::max(state.end, end);
  return absl::OkStatus();
}

}  // namespace drawdown
