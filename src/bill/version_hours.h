// Whether files of several versions of FOCUS may have one charge twice: its
// columns differ by version, so that it would not be seen to be a copy.
#ifndef DRAWDOWN_SRC_BILL_VERSION_HOURS_H_
#define DRAWDOWN_SRC_BILL_VERSION_HOURS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/fast_hash.h"
#include "base/hash_map.h"
#include "bill/bill_row.h"
#include "bill/columns.h"

namespace drawdown {

// The hours that charges begin in, of each billing account: what a provider is
// called may be spelled anew by a version. Which rows are in which file, and
// the order of both, change nothing.
class VersionHours {
 public:
  VersionHours() : seed_(RandomSeed()) {}

  void Add(const BillRow& row, FocusVersion version);

  // Whether charges of two versions begin in one hour, of one account where
  // there are not too many to tell apart.
  bool Mixed() const;

 private:
  static constexpr size_t kMost = size_t{1} << 16;
  static constexpr size_t kRecent = 64;

  // Versions by what they have charges of, as bits.
  struct Marks {
    HashMap<uint64_t, uint8_t> versions;
    bool full = false;

    void Add(uint64_t of, uint8_t version);
    bool Mixed() const;
  };
  struct Recent {
    uint64_t of = 0;
    uint8_t version = 0;  // none
  };

  uint64_t seed_;
  std::string account_;  // of the last row
  uint64_t who_ = 0;     // its hash
  std::array<Recent, kRecent> recent_;
  Marks of_accounts_;
  Marks of_hours_;  // of whatever account
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_VERSION_HOURS_H_
