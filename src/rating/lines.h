// Charges summed to lines, as statements list them and credits reduce them.
#ifndef DRAWDOWN_SRC_RATING_LINES_H_
#define DRAWDOWN_SRC_RATING_LINES_H_

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "contract/contract.h"
#include "drawdown/statement.h"
#include "model/charge.h"
#include "rating/rating.h"

namespace drawdown {

// What makes charges one line. Indices sort as their names do; the empty name
// comes first, so it is 0 here.
struct LineKey {
  uint32_t tenant = 0;
  uint32_t pool = 0;
  uint32_t commitment = 0;
  ChargeKind kind = ChargeKind::kCovered;
  bool has_gpu_time = true;
  bool priced = false;
  MoneyAmount unit_price;

  friend bool operator==(const LineKey&, const LineKey&) = default;
};

struct LineSum {
  GpuTime gpu_time;
  MoneyAmount cost;  // of charges without GPU time
};

// The order of statements.
bool LineBefore(const LineKey& a, const LineKey& b);

LineKey KeyOf(const Charge& charge, const ChargeRule& rule);

// In that order.
using SummedLines = std::vector<std::pair<LineKey, LineSum>>;
SummedLines SumLines(std::span<const Charge> charges,
                     std::span<const ChargeRule> rules);

// The statement of these lines, with names and notes of `rated`. Of its charges
// only rounding by segment reads more.
absl::StatusOr<Statement> StatementOfLines(const RatingInput& input,
                                           const RatedUsage& rated,
                                           const SummedLines& lines);

// Puts charges that were added into the order that RatedUsage has.
void SortCharges(std::span<const ChargeRule> rules, RatedUsage* rated);

// The line's money, rounded once: from its GPU time where it has a unit price.
MoneyAmount LineCost(const LineKey& key, const LineSum& sum, int scale);

// Sets what is owed and what was metered from the lines.
void SumUp(Statement* statement);

// Decimals to which the contract rounds each line.
int LineScale(const Contract& contract);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_LINES_H_
