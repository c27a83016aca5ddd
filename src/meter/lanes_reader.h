// Reading a lanes file, one's own or another process's, whoever is writing.
#ifndef DRAWDOWN_SRC_METER_LANES_READER_H_
#define DRAWDOWN_SRC_METER_LANES_READER_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/files.h"
#include "meter/lanes_format.h"
#include "meter/owner.h"
#include "meter/process_lanes.h"

namespace drawdown {

// Sums over all lanes of one block of meters, by bank. Each is a value that the
// sum passed between the call and its return, and never less than one read
// before: counters only grow and lanes only come.
struct BlockSums {
  std::array<std::vector<uint64_t>, kBanks> by_bank;
  // What of it TryRecord admitted.
  std::array<std::vector<uint64_t>, kBanks> admitted;
};

// For one thread at a time.
class LanesReader {
 public:
  // kNotFound: no such file. kCorrupt: damaged, or not a lanes file of this
  // ledger.
  static absl::StatusOr<std::unique_ptr<LanesReader>> Open(
      const std::string& path, const Uuid& ledger);
  ~LanesReader();
  LanesReader(const LanesReader&) = delete;  // Owns a mapping.
  LanesReader& operator=(const LanesReader&) = delete;

  const LanesIdentity& identity() const { return header()->identity; }
  // The file's inode: a path that names another is another file.
  uint64_t inode() const { return inode_; }

  // Whether the owner may still add to its lanes. Errs toward true, which only
  // delays the removal of the file.
  bool OwnerMayBeAlive(const OwnerIdentity& self) const {
    return MayBeAlive(identity(), self) || IsLockedForLife(fd_.get());
  }

  // Sees what the owner has added to the file since. kCorrupt when the file is
  // shorter than it says: touching what is missing would be a SIGBUS.
  absl::Status Refresh();

  // As of the last Refresh.
  uint32_t meters() const { return meters_; }
  uint32_t blocks() const {
    return (meters_ + kBlockMeters - 1) / kBlockMeters;
  }
  uint32_t lanes() const { return lanes_; }
  // None where the entry was torn by a power loss.
  std::optional<MeterIds> MeterAt(uint32_t meter) const;
  void Sum(uint32_t block, BlockSums* sums) const;
  // `admitted` alone.
  void SumAdmitted(uint32_t block, BlockSums* sums) const;

  // Whether a slice or an allowance of the bank has anything left.
  bool HasUnspent(uint32_t bank) const;
  // Takes back what is left of the slices of that bank, where `wanted` says so
  // of the meter, and tells how much. Under the lock of the budgets. kIo where
  // the file cannot be written to.
  absl::Status Recall(
      uint32_t bank, const std::function<bool(uint32_t meter)>& wanted,
      const std::function<void(uint32_t meter, uint64_t amount)>& recalled);
  // The same of allowances.
  absl::Status RecallAllowances(
      uint32_t bank,
      const std::function<bool(uint32_t meter, const AllowanceWord&)>& wanted,
      const std::function<void(uint32_t meter, const AllowanceWord&)>&
          recalled);
  uint64_t rejected() const {
    return header()->rejected.load(std::memory_order_relaxed);
  }

 private:
  struct SlicePart;

  LanesReader(std::string path, Fd fd);

  absl::Status Check(const Uuid& ledger);
  absl::Status MapAll();
  void ReadDirectory(uint32_t extents);
  void Note(const ExtentUse& use, uint32_t extent);
  uint32_t MetersIn(uint32_t block) const {
    return std::min(meters_ - block * kBlockMeters, kBlockMeters);
  }
  void AddCounters(uint32_t extent, uint32_t bank,
                   std::vector<uint64_t>* sums) const;
  void AddSlices(const SlicePart& part, uint32_t bank,
                 std::vector<uint64_t>* sums) const;
  absl::StatusOr<char*> Writable(uint32_t extent);
  // Of one lane, as many meters as an extent of kSliceBooks has.
  struct SlicePart {
    uint32_t first = 0;  // meter
    uint32_t words = 0;  // extents
    uint32_t books = 0;
  };
  struct AllowancePart {
    uint32_t first = 0;  // meter
    uint32_t extent = 0;
  };
  static size_t AllowancesOffset(uint32_t bank) {
    return bank * kAllowanceMeters * sizeof(AllowanceWords);
  }
  const AllowanceWords* AllowancesOf(const AllowancePart& part,
                                     uint32_t bank) const {
    return reinterpret_cast<const AllowanceWords*>(Extent(part.extent) +
                                                   AllowancesOffset(bank));
  }
  uint32_t MetersOf(const AllowancePart& part) const {
    return std::min(meters_ - std::min(part.first, meters_), kAllowanceMeters);
  }
  // Calls visit(part, place in it, word) for each that has anything left, until
  // it returns false.
  template <typename Visit>
  void ForEachAllowance(uint32_t bank, const Visit& visit) const;
  // Where in its extent, of words and of books, the bank's part begins.
  static size_t WordsOffset(const SlicePart& part, uint32_t bank) {
    return bank * kBankBytes +
           part.first % kBlockMeters * sizeof(std::atomic<uint64_t>);
  }
  static size_t BooksOffset(uint32_t bank) {
    return bank * kBooksMeters * sizeof(SliceBooks);
  }
  uint32_t MetersOf(const SlicePart& part) const {
    return std::min(meters_ - std::min(part.first, meters_), kBooksMeters);
  }
  const std::atomic<uint64_t>* WordsOf(const SlicePart& part,
                                       uint32_t bank) const {
    return reinterpret_cast<const std::atomic<uint64_t>*>(
        Extent(part.words) + WordsOffset(part, bank));
  }

  const LanesHeader* header() const {
    return reinterpret_cast<const LanesHeader*>(map_);
  }
  const char* Extent(uint32_t extent) const {
    return map_ + (extent + 1) * kExtentBytes;
  }

  const std::string path_;
  const Fd fd_;
  uint64_t inode_ = 0;
  const char* map_ = nullptr;
  size_t mapped_ = 0;
  uint32_t extents_ = 0;  // of the directory, read so far
  uint32_t meters_ = 0;
  uint32_t lanes_ = 0;
  // By block: counters, of Record or of admissions past slices.
  std::vector<std::vector<uint32_t>> extents_of_;
  std::vector<std::vector<uint32_t>> admitted_of_;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> words_of_;  // lane, block
  std::vector<std::vector<SlicePart>> slices_of_;               // by block
  std::vector<std::vector<AllowancePart>> allowances_of_;       // by block
  std::map<uint32_t, char*> writable_;             // extents mapped for Recall
  std::vector<std::optional<uint32_t>> table_of_;  // by block: meter entries
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_METER_LANES_READER_H_
