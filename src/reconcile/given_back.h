// What a bill gives back of charges that are not compared: no meter says what
// is left of them. Credits, adjustments and corrections may be of any charge of
// their thing; other rows of less than nothing, which some services have month
// by month, are of one that they take back whole.
#ifndef DRAWDOWN_SRC_RECONCILE_GIVEN_BACK_H_
#define DRAWDOWN_SRC_RECONCILE_GIVEN_BACK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/fast_hash.h"
#include "base/hash_map.h"
#include "bill/bill_row.h"
#include "reconcile/route.h"

namespace drawdown {

class GivenBack {
 public:
  // What a charge is of, in its currency: its service and resource, its
  // resource alone, its service alone; 0: it has none.
  using Things = std::array<uint64_t, 3>;

  GivenBack() : seed_(RandomSeed()) {}

  Things ThingsOf(const BillRow& row);
  // Adds what a row gives back, whatever its billing period, if it is one of
  // the provider's that is not compared and says a service or a resource.
  void Add(const BillRow& row, const RoutedRow& routed);
  // Of some copies of a charge.
  struct Left {
    uint64_t copies = 0;     // of which nothing is given back
    uint64_t doubted = 0;    // of which a part may be, or all
    MoneyAmount given = {};  // that part
  };
  // Of `copies` charges of `each`, less those that a row takes back whole.
  Left Take(const Things& things, MoneyAmount each, uint64_t copies);
  // There were more things than are kept: what is given back is not known.
  bool too_many() const { return too_many_; }

 private:
  static constexpr size_t kMost = size_t{1} << 16;

  uint64_t Hash(const BillRow& row, std::string_view service,
                std::string_view resource);
  uint64_t HashOfAmount(uint64_t thing, MoneyAmount amount);
  uint64_t TakeWhole(uint64_t thing, MoneyAmount each, uint64_t copies);
  MoneyAmount TakeAny(const Things& things, MoneyAmount cost);

  uint64_t seed_;
  // So many at once: a row that takes back more is of more than copies.
  static constexpr uint64_t kMostAtOnce = 100;

  HashMap<uint64_t, MoneyAmount> sums_;  // by thing
  // How many rows take back an amount, by it and the thing.
  HashMap<uint64_t, uint64_t> whole_;
  bool too_many_ = false;
  std::string scratch_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_GIVEN_BACK_H_
