// The bytes of a lanes file (live/<uuid>.lanes), shared by the process that
// owns it and everybody who drains or reads it. docs/design/hot_path.md says
// why it is built so.
//
//   extent 0        header, then the directory: one word per further extent
//   extent 1..n     each belongs to one lane and holds, of one block of meters,
//                   bank 0 then bank 1 of its counters, of its slices, or (of
//                   smaller blocks) of its slices' books or its allowances;
//                   lane 0 is the table of meters
//
// The file only grows, in whole extents whose disk blocks are allocated before
// anybody can touch them, and nothing in it ever moves or is taken back: it is
// removed as a whole when its owner is dead and all of it is in the books.
#ifndef DRAWDOWN_SRC_METER_LANES_FORMAT_H_
#define DRAWDOWN_SRC_METER_LANES_FORMAT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/uuid.h"
#include "drawdown/meter.h"
#include "meter/allowance.h"
#include "meter/slice.h"

namespace drawdown {

inline constexpr char kLanesMagic[8] = {'d', 'd', 'l', 'a', 'n', 'e', 's', '3'};
// Without kAllowances, else the same: read, no more written.
inline constexpr char kLanesMagicBefore[8] = {'d', 'd', 'l', 'a',
                                              'n', 'e', 's', '2'};
inline constexpr char kLanesSuffix[] = ".lanes";

inline constexpr uint32_t kBanks = 2;
inline constexpr uint32_t kBlockMeters = 8'192;
// One bank of a block is 64 KiB: a whole number of pages on every kernel.
inline constexpr size_t kBankBytes = kBlockMeters * sizeof(uint64_t);
inline constexpr size_t kExtentBytes = kBanks * kBankBytes;
inline constexpr uint32_t kMaxMeters = 1u << meter_internal::kBankShift;
inline constexpr uint32_t kMaxBlocks = kMaxMeters / kBlockMeters;

// Fixed when the file is made, and covered by header_crc.
struct LanesIdentity {
  Uuid uuid{};
  Uuid ledger{};
  char boot_id[40] = {};
  uint64_t pid_namespace = 0;
  uint64_t start_time = 0;  // of the owner: field 22 of /proc/<pid>/stat
  int64_t created_us = 0;
  uint32_t pid = 0;
  uint32_t block_meters = kBlockMeters;
};

struct LanesHeader {
  char magic[8];
  LanesIdentity identity;
  uint32_t header_crc;  // of magic and identity

  // Both only grow. Written by the owner under its lock, after what they
  // publish; release and acquire, so that a reader who sees the number sees the
  // directory word or the meter entry it counts.
  alignas(64) std::atomic<uint32_t> extents;
  std::atomic<uint32_t> meters;
  // Negative amounts given to Record. Added to by any thread of the owner, read
  // by anybody; tied to nothing else: relaxed.
  alignas(64) std::atomic<uint64_t> rejected;
};

inline constexpr size_t kDirectoryOffset = 4'096;
inline constexpr uint32_t kMaxExtents =
    (kExtentBytes - kDirectoryOffset) / sizeof(uint64_t);
static_assert(sizeof(LanesHeader) <= kDirectoryOffset);

// A directory word: what extent i + 1 holds, and whose. 0 is no extent.
enum class ExtentKind : uint32_t {
  kCounters = 0,    // what Record counts
  kSlices = 1,      // what TryRecord spends from (slice.h)
  kSliceBooks = 2,  // what has been spent of them
  kAdmitted = 3,    // what TryRecord admitted past any slice: counters
  kAllowances = 4,  // what TryRecord has under lower quotas (allowance.h)
};
inline constexpr uint32_t kMeterTable = 0;    // entries instead of counters
inline constexpr uint32_t kOverflowLane = 1;  // for threads without a lane
struct ExtentUse {
  uint32_t lane = 0;
  uint32_t block = 0;
  ExtentKind kind = ExtentKind::kCounters;

  uint64_t Encode() const {
    return uint64_t{1} << 63 | static_cast<uint64_t>(kind) << 60 |
           uint64_t{lane} << 32 | block;
  }
  static ExtentUse Decode(uint64_t word) {
    return {static_cast<uint32_t>(word >> 32) & 0x0fffffff,
            static_cast<uint32_t>(word),
            static_cast<ExtentKind>(word >> 60 & 7)};
  }
};

// What a meter counts for, in ids of the ledger's names. Never changes once
// LanesHeader::meters counts it.
struct MeterEntry {
  uint32_t tenant = 0;
  uint32_t pool = 0;
  uint64_t check = 0;  // MeterCheck: tells a torn entry after a power loss

  friend bool operator==(const MeterEntry&, const MeterEntry&) = default;
};
static_assert(kBlockMeters * sizeof(MeterEntry) == kExtentBytes);

// An extent of kSliceBooks covers fewer meters.
inline constexpr uint32_t kBooksMeters = 2'048;
inline constexpr uint32_t kBooksPerBlock = kBlockMeters / kBooksMeters;
static_assert(kBanks * kBooksMeters * sizeof(SliceBooks) == kExtentBytes);
// So does one of kAllowances.
inline constexpr uint32_t kAllowanceMeters = 4'096;
inline constexpr uint32_t kAllowancesPerBlock = kBlockMeters / kAllowanceMeters;
static_assert(kBanks * kAllowanceMeters * sizeof(AllowanceWords) ==
              kExtentBytes);

uint32_t HeaderCrc(const LanesHeader& header);
uint64_t MeterCheck(const Uuid& file, uint32_t meter, uint32_t tenant,
                    uint32_t pool);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_METER_LANES_FORMAT_H_
