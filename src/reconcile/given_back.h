// What a bill gives back of charges that are not compared: no meter says what
// is left of them. A row of less than nothing, whatever its category, may be of
// any charge of its thing: within a period a reversal is usage of less than
// nothing, of one charge or of many. Some services have such rows month by
// month too, so it is said what is not asked for.
#ifndef DRAWDOWN_SRC_RECONCILE_GIVEN_BACK_H_
#define DRAWDOWN_SRC_RECONCILE_GIVEN_BACK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/fast_hash.h"
#include "base/hash_map.h"
#include "base/interval.h"
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
  // Adds what a row gives back, if it is one of the provider's that is not
  // compared and says a service or a resource: a credit, an adjustment or a
  // correction whatever its billing period, another only if it is of `period`.
  void Add(const BillRow& row, const RoutedRow& routed, const Interval& period);
  // What Add adds a row to, among what is kept; 0: to nothing.
  uint64_t GivenThing(const BillRow& row, const RoutedRow& routed,
                      const Interval& period);
  // What copies of a row that was added, of `cost`, only seemed to give back.
  void Forgo(uint64_t thing, MoneyAmount cost);
  // Of some copies of a charge.
  struct Left {
    uint64_t copies = 0;     // of which nothing is given back
    uint64_t doubted = 0;    // of which a part may be, or all
    MoneyAmount given = {};  // that part
  };
  // Of `copies` charges of `each`; what is given back is taken once.
  Left Take(const Things& things, MoneyAmount each, uint64_t copies);
  // There were more things than are kept: what is given back is not known.
  bool too_many() const { return too_many_; }

 private:
  static constexpr size_t kMost = size_t{1} << 16;

  uint64_t Hash(const BillRow& row, std::string_view service,
                std::string_view resource);
  MoneyAmount TakeUpTo(MoneyAmount cost, const Things& things);

  uint64_t seed_;
  HashMap<uint64_t, MoneyAmount> sums_;  // by thing
  bool too_many_ = false;
  std::string scratch_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_GIVEN_BACK_H_
