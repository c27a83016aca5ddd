// Checking a bill against the rules of FOCUS, by the specification's ids.
#ifndef DRAWDOWN_BILL_CHECK_H_
#define DRAWDOWN_BILL_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/bill.h"
#include "drawdown/export.h"
#include "drawdown/import.h"

namespace drawdown {

struct BillRule {
  enum class Level : uint8_t { kMust, kShould, kMay };
  enum class Outcome : uint8_t {
    kPassed,
    kFailed,
    kNotExecutable,  // the bill does not show it
    kNotApplicable   // it is of a column that the bill's version does not have
  };
  std::string id;    // "ListCost-C-009-C"
  std::string text;  // as the specification says it
  Level level = Level::kMust;
  bool official = false;  // the official validator executes it
  Outcome outcome = Outcome::kNotExecutable;
  uint64_t rows = 0;                  // to which it applied
  uint64_t failed = 0;                // rows that break it
  std::vector<std::string> examples;  // of these, the first: "file:row: values"
  std::string reason;  // why it is not executable, or not applicable
};

struct BillCheckResult {
  BillSummary summary;
  std::vector<BillRule> rules;  // in the specification's order

  // No rule with MUST has failed.
  bool clean() const;
};

// Checks files of FOCUS charges against the rules of FOCUS 1.2, of which those
// of columns that the bill's version does not have are not applicable; files of
// several versions are checked each by its own, and a rule that one of them has
// is not "not applicable". A rule
// about a column that the file does not have is not executable; never passed.
// Errors are those of SummarizeBill; kUnknownFormat for a bill that is not
// FOCUS.
DRAWDOWN_EXPORT absl::StatusOr<BillCheckResult> CheckBill(
    const std::vector<std::string>& paths, const BillOptions& options = {},
    const ProgressCallback& progress = {});

}  // namespace drawdown

#endif  // DRAWDOWN_BILL_CHECK_H_
