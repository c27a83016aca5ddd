#include "meter/lanes_reader.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace drawdown {

LanesReader::LanesReader(std::string path, Fd fd)
    : path_(std::move(path)), fd_(std::move(fd)) {}

LanesReader::~LanesReader() {
  if (map_ != nullptr) munmap(const_cast<char*>(map_), mapped_);
}

absl::StatusOr<std::unique_ptr<LanesReader>> LanesReader::Open(
    const std::string& path, const Uuid& ledger) {
  Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0 && errno == ENOENT) {
    return MakeError(ErrorCode::kNotFound, path + " is not there");
  }
  if (fd.get() < 0) return ErrnoError(errno, "open " + path);
  std::unique_ptr<LanesReader> reader(new LanesReader(path, std::move(fd)));
  RETURN_IF_ERROR(reader->MapAll());
  RETURN_IF_ERROR(reader->Check(ledger));
  return reader;
}

absl::Status LanesReader::MapAll() {
  struct stat info;
  if (fstat(fd_.get(), &info) != 0) return ErrnoError(errno, path_);
  const auto size =
      static_cast<size_t>(info.st_size) / kExtentBytes * kExtentBytes;
  if (size < kExtentBytes || size < mapped_) {
    return MakeError(ErrorCode::kCorrupt, path_ + " has " +
                                              std::to_string(info.st_size) +
                                              " bytes: it is cut short");
  }
  inode_ = info.st_ino;
  if (size == mapped_) return absl::OkStatus();
  void* const map = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd_.get(), 0);
  if (map == MAP_FAILED) return ErrnoError(errno, "map " + path_);
  if (map_ != nullptr) munmap(const_cast<char*>(map_), mapped_);
  map_ = static_cast<const char*>(map);
  mapped_ = size;
  return absl::OkStatus();
}

absl::Status LanesReader::Check(const Uuid& ledger) {
  const LanesHeader& head = *header();
  const bool whole =
      std::memcmp(head.magic, kLanesMagic, sizeof head.magic) == 0 &&
      head.header_crc == HeaderCrc(head) &&
      head.identity.block_meters == kBlockMeters;
  if (!whole) {
    return MakeError(ErrorCode::kCorrupt, path_ + " has a damaged header");
  }
  if (head.identity.ledger != ledger) {
    return MakeError(ErrorCode::kCorrupt, path_ + " is of another ledger, " +
                                              FormatUuid(head.identity.ledger));
  }
  return absl::OkStatus();
}

absl::Status LanesReader::Refresh() {
  const uint32_t meters = header()->meters.load(std::memory_order_acquire);
  const uint32_t extents = header()->extents.load(std::memory_order_acquire);
  RETURN_IF_ERROR(MapAll());
  if (extents > kMaxExtents || meters > kMaxMeters || extents < extents_ ||
      meters < meters_ || (extents + size_t{1}) * kExtentBytes > mapped_) {
    return MakeError(ErrorCode::kCorrupt,
                     path_ + " counts " + std::to_string(extents) +
                         " extents and " + std::to_string(meters) +
                         " meters, and has " + std::to_string(mapped_) +
                         " bytes");
  }
  ReadDirectory(extents);
  meters_ = meters;
  return absl::OkStatus();
}

void LanesReader::ReadDirectory(uint32_t extents) {
  const auto* const directory =
      reinterpret_cast<const std::atomic<uint64_t>*>(map_ + kDirectoryOffset);
  for (; extents_ < extents; ++extents_) {
    // Ordered by the load of the count.
    const uint64_t word = directory[extents_].load(std::memory_order_relaxed);
    const ExtentUse use = ExtentUse::Decode(word);
    if (word == 0 || use.block >= kMaxBlocks) continue;  // Torn.
    if (use.block >= extents_of_.size()) {
      extents_of_.resize(use.block + 1);
      table_of_.resize(use.block + 1);
    }
    if (use.lane == kMeterTable) {
      table_of_[use.block] = extents_;
    } else {
      extents_of_[use.block].push_back(extents_);
      lanes_ = std::max(lanes_, use.lane);
    }
  }
}

std::optional<MeterIds> LanesReader::MeterAt(uint32_t meter) const {
  const uint32_t block = meter / kBlockMeters;
  if (block >= table_of_.size() || !table_of_[block]) return std::nullopt;
  const MeterEntry entry = reinterpret_cast<const MeterEntry*>(
      Extent(*table_of_[block]))[meter % kBlockMeters];
  if (entry.check !=
      MeterCheck(identity().uuid, meter, entry.tenant, entry.pool)) {
    return std::nullopt;
  }
  return MeterIds{entry.tenant, entry.pool};
}

void LanesReader::Sum(uint32_t block, BlockSums* sums) const {
  const uint32_t count = std::min(meters_ - block * kBlockMeters, kBlockMeters);
  for (std::vector<uint64_t>& bank : sums->by_bank) bank.assign(count, 0);
  if (block >= extents_of_.size()) return;
  for (const uint32_t extent : extents_of_[block]) {
    for (uint32_t bank = 0; bank < kBanks; ++bank) {
      const auto* const counters =
          reinterpret_cast<const std::atomic<uint64_t>*>(Extent(extent) +
                                                         bank * kBankBytes);
      uint64_t* const sum = sums->by_bank[bank].data();
      for (uint32_t i = 0; i < count; ++i) {
        sum[i] += counters[i].load(std::memory_order_acquire);
      }
    }
  }
}

}  // namespace drawdown
