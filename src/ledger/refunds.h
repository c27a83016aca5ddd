// Table::kRefunds:
//
//   "i" + refund id                    StoredRefund
//   "r" + run key + 0 + refund id      its amount
#ifndef DRAWDOWN_SRC_LEDGER_REFUNDS_H_
#define DRAWDOWN_SRC_LEDGER_REFUNDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/ratio.h"
#include "drawdown/run.h"
#include "ledger/entry.h"
#include "ledger/store.h"

namespace drawdown {

struct StoredRefund {
  RunKey run;
  GpuTime amount;
  Ratio share;
  uint64_t sequence = 0;
  std::string reason;
};

// kBadRow when its texts cannot stand in the books.
absl::Status CheckRefund(const RunRefunded& refund);

absl::Status PutRefund(WriteTransaction* transaction, const RunRefunded& refund,
                       uint64_t sequence);
absl::StatusOr<std::optional<StoredRefund>> ReadRefund(
    ReadTransaction* books, std::string_view refund_id);

struct NamedRefund {
  std::string refund_id;
  GpuTime amount;
};
// Those of one run, by id.
absl::StatusOr<std::vector<NamedRefund>> ReadRefundsOf(ReadTransaction* books,
                                                       const RunKey& run);
GpuTime SumOf(const std::vector<NamedRefund>& refunds);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_REFUNDS_H_
