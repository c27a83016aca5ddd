// Deliveries of charges that have no billing period: what of an earlier one a
// later one replaces.
#ifndef DRAWDOWN_SRC_BILL_DAY_SNAPSHOTS_H_
#define DRAWDOWN_SRC_BILL_DAY_SNAPSHOTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/fast_hash.h"
#include "base/hash_map.h"
#include "bill/bill_row.h"

namespace drawdown {

enum class RowStanding : uint8_t {
  kCounts,
  // Counts, though a later delivery has charges of the same day: all of these
  // are of another time of it.
  kCountsBeside,
  kSuperseded,
};

// Rows of later deliveries come before those of earlier ones. A delivery is of
// the time from its first charge of a provider and billing account to its last
// one's end, but for days (UTC) of which it has none: what another delivery has
// that begins then is replaced. Charges of more than a day, as a month's fee,
// would make it of a time whose hours it never had: they are of a time of their
// own, likewise, in which only their like is replaced. Corrections are of no
// such time, because they may come long after it: those of a time that is
// replaced are, and those that a later delivery has too, by the id of the line
// or else by all they say.
class DaySnapshots {
 public:
  DaySnapshots() : seed_(RandomSeed()) {}

  RowStanding Of(const BillRow& row, uint32_t delivery);

 private:
  struct Span {
    uint32_t delivery = 0;
    int64_t first_us = 0;
    int64_t last_us = 0;
  };
  // Of all deliveries that were read, be it that others have replaced them.
  struct Times {
    std::vector<Span> spans;  // the latest delivery's first
    HashMap<int64_t, std::vector<uint32_t>> days;  // indices of spans, rising
  };
  struct Account {
    Times times;
    Times long_times;                        // of charges of more than a day
    HashMap<Hash128, uint32_t> corrections;  // the latest delivery
  };

  Account& AccountOf(const BillRow& row);
  static RowStanding OfTime(const BillRow& row, uint32_t delivery,
                            const Times& times);
  static RowStanding OfTime(const BillRow& row, uint32_t delivery,
                            const Account& account);
  static void Take(const BillRow& row, uint32_t delivery, Times* times);
  bool Repeats(const BillRow& row, uint32_t delivery, Account* account) const;

  const uint64_t seed_;
  std::map<std::pair<std::string, std::string>, Account> accounts_;
  decltype(accounts_)::value_type* last_ = nullptr;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_DAY_SNAPSHOTS_H_
