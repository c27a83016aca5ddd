// Times as bills write them, and what is odd about how.
#ifndef DRAWDOWN_SRC_BILL_BILL_TIME_H_
#define DRAWDOWN_SRC_BILL_BILL_TIME_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "bill/text_memo.h"

namespace drawdown {

struct BillTime {
  int64_t instant_us = 0;
  bool date_only = false;
  bool blank_separator = false;
  bool no_seconds = false;
  bool fraction = false;
  bool no_zone = false;
  bool offset = false;

  bool odd() const {
    return date_only || blank_separator || no_seconds || fraction || no_zone ||
           offset;
  }
};

// YYYY-MM-DD[T| ]HH:MM[:SS[.digits]][Z|+HH:MM|-HH:MM]; without a zone it is
// UTC. A date alone is its first instant, UTC: FOCUS ends its periods where the
// next begins. kBadTime otherwise.
absl::StatusOr<BillTime> ParseBillTime(std::string_view text);

// ParseBillTime with a memory of recent texts.
class BillTimeCache {
 public:
  using Memo = TextMemo<BillTime, 2048, 32>;

  // What is known of `text`, or null.
  const BillTime* Find(std::string_view text, Memo::Hint* hint) const {
    return memo_.Find(text, hint);
  }

  absl::StatusOr<BillTime> Parse(std::string_view text, Memo::Hint* hint);

 private:
  Memo memo_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_BILL_TIME_H_
