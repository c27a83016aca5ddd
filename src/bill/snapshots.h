// Deliveries of a bill of which a later one replaces an earlier: of a billing
// period only one counts.
#ifndef DRAWDOWN_SRC_BILL_SNAPSHOTS_H_
#define DRAWDOWN_SRC_BILL_SNAPSHOTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash_map.h"
#include "bill/bill_row.h"
#include "bill/bill_tables.h"
#include "bill/columns.h"
#include "bill/day_snapshots.h"

namespace drawdown {

// Rows of later deliveries come before those of earlier ones.
class Snapshots {
 public:
  // Whether a later delivery has charges of the row's provider, billing account
  // and billing period; one without a billing period is as DaySnapshots says.
  RowStanding Of(const BillRow& row, uint32_t delivery);

  // The same of the newest row of a table, by what tells its rows apart:
  // invoices likewise by issuer, account and period, billing periods by issuer,
  // commitments by their ids.
  bool SupersedesLast(Dataset dataset, const BillContents& bill,
                      uint32_t delivery);

 private:
  struct Scope {
    Dataset dataset = Dataset::kCostAndUsage;
    std::string who;
    std::string what;
    int64_t start_us = 0;
    int64_t end_us = 0;

    friend bool operator==(const Scope&, const Scope&) = default;
    template <typename Hash>
    friend Hash AbslHashValue(Hash state, const Scope& scope) {
      return Hash::combine(std::move(state), scope.dataset, scope.who,
                           scope.what, scope.start_us, scope.end_us);
    }
  };

  bool IsOfLater(Scope scope, uint32_t delivery);

  HashMap<Scope, uint32_t> delivery_of_;
  DaySnapshots days_;
  std::optional<Scope> last_;  // of a charge, and the answer
  uint32_t last_delivery_ = 0;
  bool last_superseded_ = false;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_SNAPSHOTS_H_
