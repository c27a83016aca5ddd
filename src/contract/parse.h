// Contract text (textproto or JSON of drawdown.v1.Contract) to a Contract.
#ifndef DRAWDOWN_SRC_CONTRACT_PARSE_H_
#define DRAWDOWN_SRC_CONTRACT_PARSE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "contract/contract.h"

namespace drawdown {

// One thing wrong with a contract file.
struct ContractProblem {
  int line = 0;         // 1-based; 0 when it has no place in the text
  int column = 0;       // 1-based
  std::string field;    // "commitment[1].step[0].quantity"
  std::string message;  // what, the value, what is expected
};

// Parses and validates the whole text; JSON when its first non-blank character
// is '{', textproto otherwise. On failure returns kBadContract, whose message
// is one line per problem "file:line:column: field: message" (all problems, at
// most 20), and fills *problems when given.
absl::StatusOr<Contract> ParseContract(
    std::string_view file_name, std::string_view text,
    std::vector<ContractProblem>* problems = nullptr);

// kBadContract when an instant of the contract (step, term, rate, cut) does not
// lie on a boundary of buckets of this length; names the field, the instant and
// the bucket length that would hold it.
absl::Status CheckBucketAligned(const Contract& contract,
                                int64_t bucket_length_us);

// kBadContract when two contracts price the same pool at one instant; names
// both contracts, the pool selector and the instant.
absl::Status CheckDisjointPricing(
    const std::vector<const Contract*>& contracts);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CONTRACT_PARSE_H_
