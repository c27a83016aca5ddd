// The two bills as FOCUS 1.2 files.
#ifndef DRAWDOWN_SRC_EXAMPLE_BILLS_H_
#define DRAWDOWN_SRC_EXAMPLE_BILLS_H_

#include <string>
#include <vector>

#include "example/lines.h"

namespace drawdown::example {

inline constexpr std::string_view kAwsBillName = "bill-aws-2026-10.csv.gz";
inline constexpr std::string_view kNordBillName = "bill-nordgpu-2026-10.csv";

// Decimals of published costs.
inline constexpr int kAwsCostDecimals = 10;
inline constexpr int kNordCostDecimals = 6;

// CSV text; the charges of `lines`, then what is no GPU usage (storage,
// support, tax, a credit).
std::string AwsBill(const std::vector<Line>& lines);
std::string NordBill(const std::vector<Line>& lines);

}  // namespace drawdown::example

#endif  // DRAWDOWN_SRC_EXAMPLE_BILLS_H_
