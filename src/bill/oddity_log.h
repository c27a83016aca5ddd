// Counts what was tolerated, by name and column.
#ifndef DRAWDOWN_SRC_BILL_ODDITY_LOG_H_
#define DRAWDOWN_SRC_BILL_ODDITY_LOG_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "drawdown/bill.h"

namespace drawdown {

enum class OddityKind : uint8_t {
  kAbsentColumn,
  kBadContractApplied,
  kBadGpuCount,
  kBesideLaterSnapshot,
  kChargeOutsideBillingPeriod,
  kColumnNameCaseDrift,
  kDraftName,
  kDraftValue,
  kDuplicateJsonKey,
  kEmptyChargePeriod,
  kEmptySkuPrice,
  kEnumCaseDrift,
  kErratumKeyCase,
  kExponentPlusSign,
  kFinerThanMoney,
  kForbiddenNull,
  kGpuCountAsText,
  kIntegerCostColumn,
  kInvalidJson,
  kListCostResidual,
  kNullSpelledAsText,
  kPartialSum,
  kProviderNamesDiffer,
  kTagKeyCollision,
  kTimeIsDateOnly,
  kTimeWithBlankSeparator,
  kTimeWithFraction,
  kTimeWithOffset,
  kTimeWithoutSeconds,
  kTimeWithoutZone,
  kUnitScale,
  kUnknownColumn,
  kUnknownEnumValue,
  kZeroEffectiveCost,
  kZeroListCost,
};
inline constexpr size_t kOddityKindCount = 35;

std::string_view OddityName(OddityKind kind);

class OddityLog {
 public:
  using ColumnId = uint32_t;

  // Columns of the same name share an id, also across files.
  ColumnId Intern(std::string_view column);

  // True when (kind, column) has not been counted: only then is the example
  // of the next Count used, so that callers need not make it.
  bool IsFirst(OddityKind kind, ColumnId column) const {
    return At(kind, column).example.empty();
  }
  void Count(OddityKind kind, ColumnId column, uint64_t rows,
             std::string_view example);
  void CountAgain(OddityKind kind, ColumnId column) { ++At(kind, column).rows; }

  // By name, then column.
  std::vector<Oddity> Sorted() const;

 private:
  struct Tally {
    uint64_t rows = 0;
    std::string example;
  };
  const Tally& At(OddityKind kind, ColumnId column) const {
    return tallies_[column][static_cast<size_t>(kind)];
  }
  Tally& At(OddityKind kind, ColumnId column) {
    return tallies_[column][static_cast<size_t>(kind)];
  }

  std::unordered_map<std::string, ColumnId> ids_;
  std::vector<std::string> columns_;
  std::vector<std::array<Tally, kOddityKindCount>> tallies_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_ODDITY_LOG_H_
