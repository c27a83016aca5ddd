#include "meter/epoch_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "base/error.h"
#include "base/files.h"
#include "drawdown/meter.h"

namespace drawdown {
namespace {

constexpr char kEpochMagic[8] = {'d', 'd', 'e', 'p', 'o', 'c', 'h', '2'};
constexpr char kEpochPrefix[] = "epoch.";
constexpr size_t kFileBytes = 65'536;  // a page on every kernel
constexpr mode_t kEpochMode = 0666;

// The bucket above, where the bank's counters begin below (meter.h).
uint64_t Encode(const Epoch& epoch) {
  const uint64_t biased = static_cast<uint32_t>(epoch.bucket) ^ 0x80000000u;
  return biased << 32 | uint64_t{epoch.bank} << meter_internal::kBankShift;
}

Epoch Decode(uint64_t word) {
  const auto biased = static_cast<uint32_t>(word >> 32);
  return {static_cast<int32_t>(biased ^ 0x80000000u),
          static_cast<uint32_t>(meter_internal::ActiveCounters(word) >>
                                meter_internal::kBankShift)};
}

}  // namespace

struct EpochFile::Shared {
  char magic[8];
  // Written by whoever flips the banks, by compare and swap; read by Record
  // (relaxed: see meter.h) and by queries (acquire: see live_usage.h).
  alignas(64) std::atomic<uint64_t> word;
  alignas(64) std::atomic<int64_t> last_drain_us;
  std::atomic<int64_t> last_lateness_us;
  std::atomic<int64_t> longest_lateness_us;
  std::atomic<uint64_t> flips;
};

namespace {

absl::StatusOr<void*> Map(int fd, const std::string& path) {
  struct stat info;
  if (fstat(fd, &info) != 0) return ErrnoError(errno, path);
  if (info.st_size != static_cast<off_t>(kFileBytes)) {
    return MakeError(ErrorCode::kCorrupt,
                     path + " has " + std::to_string(info.st_size) +
                         " bytes, not " + std::to_string(kFileBytes));
  }
  void* const map =
      mmap(nullptr, kFileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) return ErrnoError(errno, "map " + path);
  if (std::memcmp(map, kEpochMagic, sizeof kEpochMagic) != 0) {
    munmap(map, kFileBytes);
    return MakeError(ErrorCode::kCorrupt, path + " is not an epoch file");
  }
  return map;
}

// Whole before it has its name, so that nobody sees it half made.
absl::Status Make(const std::string& path, uint64_t word) {
  const std::string made = path + "." + std::to_string(getpid()) + ".new";
  const Fd fd(
      open(made.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, kEpochMode));
  if (fd.get() < 0) return ErrnoError(errno, "create " + made);
  absl::Status status = Preallocate(fd.get(), kFileBytes, made);
  constexpr off_t kWordOffset = 64;
  if (status.ok() &&
      (pwrite(fd.get(), kEpochMagic, sizeof kEpochMagic, 0) !=
           sizeof kEpochMagic ||
       pwrite(fd.get(), &word, sizeof word, kWordOffset) != sizeof word)) {
    status = ErrnoError(errno, "write " + made);
  }
  // link, not rename: the first of several makers wins.
  if (status.ok() && link(made.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    status = ErrnoError(errno, "create " + path);
  }
  unlink(made.c_str());
  return status;
}

}  // namespace

absl::StatusOr<std::shared_ptr<EpochFile>> EpochFile::Open(
    const std::string& live_directory, const std::string& boot_id,
    std::optional<Epoch> initial) {
  static_assert(offsetof(Shared, word) == 64 && sizeof(Shared) <= kFileBytes);
  const std::string name = kEpochPrefix + boot_id;
  const std::string path = live_directory + "/" + name;
  Fd fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (fd.get() < 0 && errno == ENOENT) {
    if (!initial) return nullptr;
    RETURN_IF_ERROR(Make(path, Encode(*initial)));
    RemoveOthers(live_directory, kEpochPrefix, name);
    fd = Fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
  }
  if (fd.get() < 0) return ErrnoError(errno, "open " + path);
  ASSIGN_OR_RETURN(void* const map, Map(fd.get(), path));
  return std::shared_ptr<EpochFile>(new EpochFile(static_cast<Shared*>(map)));
}

EpochFile::~EpochFile() { munmap(shared_, kFileBytes); }

Epoch EpochFile::Get() const {
  return Decode(shared_->word.load(std::memory_order_acquire));
}

bool EpochFile::Publish(const Epoch& from, const Epoch& to) {
  uint64_t expected = Encode(from);
  return shared_->word.compare_exchange_strong(expected, Encode(to),
                                               std::memory_order_acq_rel);
}

const std::atomic<uint64_t>* EpochFile::word() const { return &shared_->word; }

void EpochFile::NoteDrain(int64_t now_us) {
  shared_->last_drain_us.store(now_us, std::memory_order_relaxed);
}

void EpochFile::NoteFlip(int64_t lateness_us) {
  shared_->last_lateness_us.store(lateness_us, std::memory_order_relaxed);
  if (lateness_us > longest_lateness_us()) {
    shared_->longest_lateness_us.store(lateness_us, std::memory_order_relaxed);
  }
  shared_->flips.fetch_add(1, std::memory_order_relaxed);
}

int64_t EpochFile::last_drain_us() const {
  return shared_->last_drain_us.load(std::memory_order_relaxed);
}
int64_t EpochFile::last_lateness_us() const {
  return shared_->last_lateness_us.load(std::memory_order_relaxed);
}
int64_t EpochFile::longest_lateness_us() const {
  return shared_->longest_lateness_us.load(std::memory_order_relaxed);
}
uint64_t EpochFile::flips() const {
  return shared_->flips.load(std::memory_order_relaxed);
}

}  // namespace drawdown
