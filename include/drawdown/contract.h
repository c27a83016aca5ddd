// Contracts as the books list them, and checking a file without a ledger.
#ifndef DRAWDOWN_CONTRACT_H_
#define DRAWDOWN_CONTRACT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/export.h"
#include "drawdown/statement.h"
#include "drawdown/units.h"

namespace drawdown {

struct ContractInfo {
  std::string id;
  uint32_t version = 0;  // the newest
  std::string provider;
  Currency currency;
  int64_t term_start_us = 0;
  int64_t term_end_us = 0;
  int64_t effective_us = 0;
  int64_t applied_us = 0;                // record time
  std::vector<std::string> commitments;  // ids, in file order
  // Of all versions, by id; only from Ledger::GetContract.
  std::vector<CommitmentLife> lives;
  std::string text;  // as applied
  std::string file_name;
};

// Parses and validates contract text (textproto or JSON of
// drawdown.v1.Contract). kBadContract: one line "file:line:column: field:
// message" per problem. Pure; thread-safe.
DRAWDOWN_EXPORT absl::StatusOr<ContractInfo> ValidateContract(
    std::string_view file_name, std::string_view text);

}  // namespace drawdown

#endif  // DRAWDOWN_CONTRACT_H_
