#include "meter/lanes_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/crc32c.h"
#include "base/error.h"

namespace drawdown {
namespace {

constexpr mode_t kLanesMode = 0666;
constexpr size_t kBankReserve = size_t{kMaxMeters} * sizeof(uint64_t);

absl::StatusOr<void*> MapShared(int fd, size_t size, off_t offset,
                                void* at = nullptr) {
  void* const map =
      mmap(at, size, PROT_READ | PROT_WRITE,
           MAP_SHARED | (at == nullptr ? 0 : MAP_FIXED), fd, offset);
  if (map == MAP_FAILED) return ErrnoError(errno, "map a lanes file");
  // A forked child has no use for it, and would keep its owner's lock alive.
  madvise(map, size, MADV_DONTFORK);
  return map;
}

std::atomic<uint64_t>* Directory(LanesHeader* header) {
  return reinterpret_cast<std::atomic<uint64_t>*>(
      reinterpret_cast<char*>(header) + kDirectoryOffset);
}

void FillIdentity(const Uuid& uuid, const Uuid& ledger,
                  const OwnerIdentity& owner, int64_t created_us,
                  LanesHeader* header) {
  std::memcpy(header->magic, kLanesMagic, sizeof header->magic);
  LanesIdentity& identity = header->identity;
  identity = LanesIdentity{};
  identity.uuid = uuid;
  identity.ledger = ledger;
  CHECK(owner.boot_id.size() < sizeof identity.boot_id);
  std::memcpy(identity.boot_id, owner.boot_id.data(), owner.boot_id.size());
  identity.pid_namespace = owner.pid_namespace;
  identity.start_time = owner.start_time;
  identity.created_us = created_us;
  identity.pid = owner.pid;
  header->header_crc = HeaderCrc(*header);
}

}  // namespace

uint32_t HeaderCrc(const LanesHeader& header) {
  return Crc32c(std::string_view(reinterpret_cast<const char*>(&header),
                                 offsetof(LanesHeader, header_crc)));
}

uint64_t MeterCheck(const Uuid& file, uint32_t meter, uint32_t tenant,
                    uint32_t pool) {
  const uint32_t words[] = {meter, tenant, pool};
  const uint32_t seed = Crc32c(std::string_view(
      reinterpret_cast<const char*>(file.data()), file.size()));
  const uint32_t crc = Crc32c(
      std::string_view(reinterpret_cast<const char*>(words), sizeof words),
      seed);
  return uint64_t{1} << 32 | crc;  // Never 0, as an unwritten entry is.
}

// --- MeterLane
// --------------------------------------------------------------------

MeterLane::~MeterLane() {
  if (counters_ != nullptr) munmap(counters_, kBanks * kBankReserve);
}

absl::Status MeterLane::Reserve() {
  if (counters_ != nullptr) return absl::OkStatus();
  void* const range = mmap(nullptr, kBanks * kBankReserve, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) return ErrnoError(errno, "reserve a lane");
  counters_ = static_cast<std::atomic<uint64_t>*>(range);
  return absl::OkStatus();
}

absl::Status MeterLane::MapBlock(int fd, off_t offset) {
  RETURN_IF_ERROR(Reserve());
  char* const at =
      reinterpret_cast<char*>(counters_) + size_t{blocks_} * kBankBytes;
  for (uint32_t bank = 0; bank < kBanks; ++bank) {
    RETURN_IF_ERROR(MapShared(fd, kBankBytes,
                              offset + static_cast<off_t>(bank * kBankBytes),
                              at + bank * kBankReserve)
                        .status());
  }
  ++blocks_;
  return absl::OkStatus();
}

// --- SliceLane ---------------------------------------------------------------

SliceLane::~SliceLane() {
  for (SliceBooks* const books : books_) {
    if (books != nullptr) munmap(books, kExtentBytes);
  }
  for (AllowanceWords* const allowances : allowances_) {
    if (allowances != nullptr) munmap(allowances, kExtentBytes);
  }
}

Slice SliceLane::At(uint32_t bank, uint32_t meter) const {
  std::atomic<uint64_t>* const words =
      words_.counters() + (size_t{bank} << meter_internal::kBankShift);
  SliceBooks* const books =
      books_[meter / kBooksMeters] + size_t{bank} * kBooksMeters;
  return {words + meter, books + meter % kBooksMeters};
}

void SliceLane::SetBooks(uint32_t block, SliceBooks* books) {
  if (books_.size() <= block) books_.resize(block + 1);
  books_[block] = books;
}

void SliceLane::SetAllowances(uint32_t block, AllowanceWords* allowances) {
  if (allowances_.size() <= block) allowances_.resize(block + 1);
  allowances_[block] = allowances;
}

// --- LanesFile ---------------------------------------------------------------

LanesFile::LanesFile(std::string path, std::string final_path, LockFd fd,
                     LanesHeader* header)
    : path_(std::move(path)),
      final_path_(std::move(final_path)),
      fd_(std::move(fd)),
      header_(header) {
  lanes_.push_back(std::make_unique<MeterLane>(kOverflowLane));
}

LanesFile::~LanesFile() {
  for (MeterEntry* const table : tables_) munmap(table, kExtentBytes);
  munmap(header_, kExtentBytes);
}

absl::StatusOr<std::unique_ptr<LanesFile>> LanesFile::Create(
    const std::string& live_directory, const Uuid& ledger,
    const OwnerIdentity& owner, int64_t created_us) {
  // A maker that is killed leaves a name that says who it was
  // (settle/live_directory.h removes it).
  const Uuid uuid = NewUuid();
  const std::string path = live_directory + "/" + FormatUuid(uuid);
  const std::string made = path + "." + std::to_string(owner.pid) + ".new";
  LockFd fd(Fd(
      open(made.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kLanesMode)));
  if (fd.get() < 0) return ErrnoError(errno, "create " + made);
  LanesHeader* header = nullptr;
  absl::Status status = LockForLife(fd.get(), made);
  if (status.ok()) status = Preallocate(fd.get(), kExtentBytes, made);
  if (status.ok()) {
    const auto map = MapShared(fd.get(), kExtentBytes, 0);
    status = map.status();
    if (status.ok()) header = static_cast<LanesHeader*>(*map);
  }
  if (!status.ok()) {
    unlink(made.c_str());
    return status;
  }
  FillIdentity(uuid, ledger, owner, created_us, header);
  return std::unique_ptr<LanesFile>(
      new LanesFile(made, path + kLanesSuffix, std::move(fd), header));
}

absl::Status LanesFile::Publish() {
  if (rename(path_.c_str(), final_path_.c_str()) != 0) {
    return ErrnoError(errno, "create " + final_path_);
  }
  path_ = final_path_;
  return absl::OkStatus();
}

void LanesFile::Remove() { unlink(path_.c_str()); }

absl::StatusOr<off_t> LanesFile::AllocateExtent() {
  const uint32_t extent = header_->extents.load(std::memory_order_relaxed);
  if (extent == kMaxExtents) {
    return MakeError(ErrorCode::kDiskFull, path_ + " has " +
                                               std::to_string(kMaxExtents) +
                                               " extents and takes no more");
  }
  const auto offset = static_cast<off_t>((extent + 1) * kExtentBytes);
  RETURN_IF_ERROR(Preallocate(fd_.get(), offset + kExtentBytes, path_));
  return offset;
}

void LanesFile::Publish(const ExtentUse& use) {
  const uint32_t extent = header_->extents.load(std::memory_order_relaxed);
  Directory(header_)[extent].store(use.Encode(), std::memory_order_relaxed);
  header_->extents.store(extent + 1, std::memory_order_release);
}

absl::Status LanesFile::GrowLane(MeterLane* lane, uint32_t blocks) {
  while (lane->blocks() < blocks) {
    ASSIGN_OR_RETURN(const off_t offset, AllocateExtent());
    const uint32_t block = lane->blocks();
    RETURN_IF_ERROR(lane->MapBlock(fd_.get(), offset));
    Publish({lane->number(), block, lane->kind()});
  }
  return absl::OkStatus();
}

absl::StatusOr<void*> LanesFile::AddExtent(const ExtentUse& use) {
  ASSIGN_OR_RETURN(const off_t offset, AllocateExtent());
  ASSIGN_OR_RETURN(void* const map, MapShared(fd_.get(), kExtentBytes, offset));
  Publish(use);
  return map;
}

absl::Status LanesFile::AddMeterBlock() {
  // Before the file has it: a second try would add it twice.
  tables_.reserve(tables_.size() + 1);
  ASSIGN_OR_RETURN(
      void* const map,
      AddExtent({kMeterTable, static_cast<uint32_t>(tables_.size())}));
  tables_.push_back(static_cast<MeterEntry*>(map));
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> LanesFile::AddMeter(uint32_t tenant, uint32_t pool) {
  const auto meter = static_cast<uint32_t>(meters_.size());
  if (meter == kMaxMeters) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a process has at most " + std::to_string(kMaxMeters) +
                         " meters of one ledger");
  }
  const uint32_t block = meter / kBlockMeters;
  RETURN_IF_ERROR(GrowLane(overflow(), block + 1));
  if (tables_.size() <= block) RETURN_IF_ERROR(AddMeterBlock());
  RETURN_IF_ERROR(GrowLane(admitted(), block + 1));
  const MeterEntry entry = {tenant, pool,
                            MeterCheck(uuid(), meter, tenant, pool)};
  tables_[block][meter % kBlockMeters] = entry;
  meters_.push_back(entry);
  header_->meters.store(meter + 1, std::memory_order_release);
  return meter;
}

bool LanesFile::Grow(MeterLane* lane) {
  return GrowLane(lane, BlocksNeeded()).ok();
}

absl::Status LanesFile::AddSlices(SliceLane* slices, uint32_t meter) {
  RETURN_IF_ERROR(GrowLane(&slices->words(), meter / kBlockMeters + 1));
  const uint32_t lane = slices->words().number();
  if (!slices->HasAllowance(meter)) {
    const uint32_t block = meter / kAllowanceMeters;
    // Room, before the file has it: a second try would add it twice.
    slices->SetAllowances(block, nullptr);
    ASSIGN_OR_RETURN(void* const map,
                     AddExtent({lane, block, ExtentKind::kAllowances}));
    slices->SetAllowances(block, static_cast<AllowanceWords*>(map));
  }
  // Last: by them a meter has slices.
  const uint32_t block = meter / kBooksMeters;
  slices->SetBooks(block, nullptr);
  ASSIGN_OR_RETURN(void* const map,
                   AddExtent({lane, block, ExtentKind::kSliceBooks}));
  slices->SetBooks(block, static_cast<SliceBooks*>(map));
  return absl::OkStatus();
}

SliceLane* LanesFile::SlicesFor(const MeterLane& lane, uint32_t meter) {
  if (slices_.size() <= lane.number()) slices_.resize(lane.number() + 1);
  std::unique_ptr<SliceLane>& slices = slices_[lane.number()];
  if (slices == nullptr) slices = std::make_unique<SliceLane>(lane.number());
  if (!slices->Has(meter) && !AddSlices(slices.get(), meter).ok()) {
    return nullptr;
  }
  return slices.get();
}

MeterLane* LanesFile::TakeLane() {
  if (free_.empty()) {
    const auto number = static_cast<uint32_t>(lanes_.size()) + kOverflowLane;
    // So that a thread that ends can give it back.
    free_.reserve(lanes_.size() + 1);
    lanes_.push_back(std::make_unique<MeterLane>(number));
    MeterLane* const lane = lanes_.back().get();
    // One that got some of its blocks is kept: they are in the file.
    if (Grow(lane) || lane->blocks() > 0) return lane;
    lanes_.pop_back();
    return nullptr;
  }
  MeterLane* const lane = free_.back();
  free_.pop_back();
  Grow(lane);  // Where it cannot, its older meters still count in it.
  return lane;
}

}  // namespace drawdown
