// ContractApplied: which contract commitments a charge counts toward.
#ifndef DRAWDOWN_SRC_BILL_CONTRACT_APPLIED_H_
#define DRAWDOWN_SRC_BILL_CONTRACT_APPLIED_H_

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bill/bill_row.h"
#include "bill/json_scan.h"

namespace drawdown {

// Reads the shapes that are written: keys left out as FOCUS 1.3 says, all keys
// with nulls as its rule model does, and one of cost and quantity as in 1.4.
class ContractAppliedReader {
 public:
  // Nothing when `text` is not an object with a non-empty array "Elements", an
  // element names no commitment, or an amount is not a number in the range of
  // money and decimals. The views are valid as long as `text` and until the
  // next call.
  std::optional<std::span<const AppliedCommitment>> Parse(
      std::string_view text);

  // The last text spelled the ids as 1.3 did before its erratum.
  bool erratum_case() const { return erratum_case_; }

 private:
  bool ReadElement(std::string_view text);
  bool ReadMember(const JsonCell::Member& member, AppliedCommitment* applied);
  bool ReadText(const JsonCell::Member& member, std::string_view* text);

  JsonCell object_;
  JsonCell array_;
  JsonCell element_;
  std::vector<AppliedCommitment> applied_;
  std::deque<std::string> decoded_;  // Of texts that were written with escapes.
  bool erratum_case_ = false;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_CONTRACT_APPLIED_H_
