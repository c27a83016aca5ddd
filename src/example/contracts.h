// The example's contract files.
#ifndef DRAWDOWN_SRC_EXAMPLE_CONTRACTS_H_
#define DRAWDOWN_SRC_EXAMPLE_CONTRACTS_H_

#include <string_view>

namespace drawdown::example {

inline constexpr std::string_view kAwsContractId = "aws-2025";
inline constexpr std::string_view kNordContractId = "nordgpu-2026";

std::string_view AwsContractText();
std::string_view NordContractText();

}  // namespace drawdown::example

#endif  // DRAWDOWN_SRC_EXAMPLE_CONTRACTS_H_
