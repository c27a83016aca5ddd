#include "meter/lanes_reader.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace drawdown {
namespace {

// Extents of the kind for as many meters as one of counters has.
uint32_t PerBlock(ExtentKind kind) {
  if (kind == ExtentKind::kSliceBooks) return kBooksPerBlock;
  return kind == ExtentKind::kAllowances ? kAllowancesPerBlock : 1;
}

}  // namespace

LanesReader::LanesReader(std::string path, Fd fd)
    : path_(std::move(path)), fd_(std::move(fd)) {}

LanesReader::~LanesReader() {
  if (map_ != nullptr) munmap(const_cast<char*>(map_), mapped_);
  for (const auto& [extent, map] : writable_) munmap(map, kExtentBytes);
}

absl::StatusOr<std::unique_ptr<LanesReader>> LanesReader::Open(
    const std::string& path, const Uuid& ledger) {
  Fd fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
  // Who may only read needs no more, until it has to recall.
  if (fd.get() < 0 && (errno == EACCES || errno == EROFS)) {
    fd = Fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  }
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
  const auto has_magic = [&head](const char* magic) {
    return std::memcmp(head.magic, magic, sizeof head.magic) == 0;
  };
  const bool whole = (has_magic(kLanesMagic) || has_magic(kLanesMagicBefore)) &&
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
    if (word == 0 || use.block / PerBlock(use.kind) >= kMaxBlocks) {
      continue;  // Torn.
    }
    Note(use, extents_);
  }
}

void LanesReader::Note(const ExtentUse& use, uint32_t extent) {
  const uint32_t block = use.block / PerBlock(use.kind);
  if (block >= extents_of_.size()) {
    extents_of_.resize(block + 1);
    admitted_of_.resize(block + 1);
    slices_of_.resize(block + 1);
    allowances_of_.resize(block + 1);
    table_of_.resize(block + 1);
  }
  switch (use.kind) {
    case ExtentKind::kCounters:
      if (use.lane == kMeterTable) {
        table_of_[block] = extent;
        return;
      }
      extents_of_[block].push_back(extent);
      lanes_ = std::max(lanes_, use.lane);
      return;
    case ExtentKind::kSlices:
      words_of_[{use.lane, block}] = extent;
      return;
    case ExtentKind::kSliceBooks:
      // Without words only where a power loss has torn the directory.
      if (const auto words = words_of_.find({use.lane, block});
          words != words_of_.end()) {
        slices_of_[block].push_back(
            {use.block * kBooksMeters, words->second, extent});
      }
      return;
    case ExtentKind::kAdmitted:
      admitted_of_[block].push_back(extent);
      return;
    case ExtentKind::kAllowances:
      allowances_of_[block].push_back({use.block * kAllowanceMeters, extent});
      return;
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

void LanesReader::AddCounters(uint32_t extent, uint32_t bank,
                              std::vector<uint64_t>* sums) const {
  const auto* const counters = reinterpret_cast<const std::atomic<uint64_t>*>(
      Extent(extent) + bank * kBankBytes);
  uint64_t* const sum = sums->data();
  const size_t count = sums->size();
  for (size_t i = 0; i < count; ++i) {
    sum[i] += counters[i].load(std::memory_order_acquire);
  }
}

void LanesReader::AddSlices(const SlicePart& part, uint32_t bank,
                            std::vector<uint64_t>* sums) const {
  const std::atomic<uint64_t>* const words = WordsOf(part, bank);
  const auto* const books = reinterpret_cast<const SliceBooks*>(
      Extent(part.books) + BooksOffset(bank));
  uint64_t* const sum = sums->data() + part.first % kBlockMeters;
  for (uint32_t i = 0; i < MetersOf(part); ++i) {
    sum[i] += AdmittedBySlice(words[i], books[i]);
  }
}

void LanesReader::SumAdmitted(uint32_t block, BlockSums* sums) const {
  for (uint32_t bank = 0; bank < kBanks; ++bank) {
    std::vector<uint64_t>* const admitted = &sums->admitted[bank];
    admitted->assign(MetersIn(block), 0);
    if (block >= extents_of_.size()) continue;
    for (const uint32_t extent : admitted_of_[block]) {
      AddCounters(extent, bank, admitted);
    }
    for (const SlicePart& part : slices_of_[block]) {
      AddSlices(part, bank, admitted);
    }
    for (const AllowancePart& part : allowances_of_[block]) {
      const AllowanceWords* const words = AllowancesOf(part, bank);
      uint64_t* const sum = admitted->data() + part.first % kBlockMeters;
      for (uint32_t i = 0; i < MetersOf(part); ++i) {
        sum[i] += words[i].admitted.load(std::memory_order_acquire);
      }
    }
  }
}

void LanesReader::Sum(uint32_t block, BlockSums* sums) const {
  SumAdmitted(block, sums);
  for (uint32_t bank = 0; bank < kBanks; ++bank) {
    sums->by_bank[bank] = sums->admitted[bank];
    if (block >= extents_of_.size()) continue;
    for (const uint32_t extent : extents_of_[block]) {
      AddCounters(extent, bank, &sums->by_bank[bank]);
    }
  }
}

template <typename Visit>
void LanesReader::ForEachAllowance(uint32_t bank, const Visit& visit) const {
  for (const std::vector<AllowancePart>& parts : allowances_of_) {
    for (const AllowancePart& part : parts) {
      const AllowanceWords* const words = AllowancesOf(part, bank);
      for (uint32_t i = 0; i < MetersOf(part); ++i) {
        const auto word = AllowanceWord::Decode(
            words[i].word.load(std::memory_order_relaxed));
        if (word.left != 0 && !visit(part, i, word)) return;
      }
    }
  }
}

bool LanesReader::HasUnspent(uint32_t bank) const {
  for (const std::vector<SlicePart>& parts : slices_of_) {
    for (const SlicePart& part : parts) {
      const std::atomic<uint64_t>* const words = WordsOf(part, bank);
      for (uint32_t i = 0; i < MetersOf(part); ++i) {
        const uint64_t word = words[i].load(std::memory_order_relaxed);
        if (SliceWord::Decode(word).remaining != 0) return true;
      }
    }
  }
  bool any = false;
  ForEachAllowance(
      bank, [&any](const AllowancePart&, uint32_t, const AllowanceWord&) {
        any = true;
        return false;
      });
  return any;
}

absl::StatusOr<char*> LanesReader::Writable(uint32_t extent) {
  char*& map = writable_[extent];
  if (map == nullptr) {
    void* const made =
        mmap(nullptr, kExtentBytes, PROT_READ | PROT_WRITE, MAP_SHARED,
             fd_.get(), static_cast<off_t>((extent + 1) * kExtentBytes));
    if (made == MAP_FAILED) {
      writable_.erase(extent);
      return ErrnoError(errno, "map " + path_ + " to recall from it");
    }
    map = static_cast<char*>(made);
  }
  return map;
}

absl::Status LanesReader::Recall(
    uint32_t bank, const std::function<bool(uint32_t meter)>& wanted,
    const std::function<void(uint32_t meter, uint64_t amount)>& recalled) {
  for (const std::vector<SlicePart>& parts : slices_of_) {
    for (const SlicePart& part : parts) {
      const std::atomic<uint64_t>* const seen = WordsOf(part, bank);
      for (uint32_t i = 0; i < MetersOf(part); ++i) {
        const uint64_t word = seen[i].load(std::memory_order_relaxed);
        if (SliceWord::Decode(word).remaining == 0) continue;
        if (!wanted(part.first + i)) continue;
        ASSIGN_OR_RETURN(char* const words, Writable(part.words));
        ASSIGN_OR_RETURN(char* const books, Writable(part.books));
        const Slice slice(
            reinterpret_cast<std::atomic<uint64_t>*>(words +
                                                     WordsOffset(part, bank)) +
                i,
            reinterpret_cast<SliceBooks*>(books + BooksOffset(bank)) + i);
        recalled(part.first + i, slice.Recall());
      }
    }
  }
  return absl::OkStatus();
}

absl::Status LanesReader::RecallAllowances(
    uint32_t bank,
    const std::function<bool(uint32_t meter, const AllowanceWord&)>& wanted,
    const std::function<void(uint32_t meter, const AllowanceWord&)>& recalled) {
  absl::Status status;
  const auto recall = [&](const AllowancePart& part, uint32_t i,
                          const AllowanceWord& word) {
    const uint32_t meter = part.first + i;
    if (!wanted(meter, word)) return true;
    const auto extent = Writable(part.extent);
    status = extent.status();
    if (!status.ok()) return false;
    auto* const words =
        reinterpret_cast<AllowanceWords*>(*extent + AllowancesOffset(bank));
    recalled(meter, Allowance(words + i).Recall());
    return true;
  };
  ForEachAllowance(bank, recall);
  return status;
}

}  // namespace drawdown
