// The applicability of a commitment, resolved once per tenant, pool and kind.
// Each rule asks about one dimension, so "all filters hold" and "the first
// weight that matches" both factor into tables.
#ifndef DRAWDOWN_SRC_RATING_FILTER_H_
#define DRAWDOWN_SRC_RATING_FILTER_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "contract/contract.h"
#include "drawdown/statement.h"
#include "model/usage_table.h"

namespace drawdown {

inline constexpr size_t kChargeKinds =
    static_cast<size_t>(ChargeKind::kRounding) + 1;

// Shares are in 1e-6 of a whole.
inline constexpr int64_t kWholeShare = 1'000'000;

class Filter {
 public:
  Filter(const Contract& contract, const std::vector<ApplicabilityRule>& rules,
         const std::vector<std::string>& tenants,
         const std::vector<std::string>& pools);

  // Indices are into the names it was made of; kNoIndex stands for the empty
  // name.
  bool Matches(uint32_t tenant, uint32_t pool) const {
    return tenants_[Slot(tenant, tenants_)].matches &&
           pools_[Slot(pool, pools_)].matches;
  }
  // For some tenant.
  bool MatchesPool(uint32_t pool) const {
    return pools_[Slot(pool, pools_)].matches;
  }
  bool MatchesKind(ChargeKind kind) const {
    return kinds_[static_cast<size_t>(kind)].matches;
  }

  // Index into shares() of what counts of a charge.
  uint32_t ShareOf(uint32_t tenant, uint32_t pool, ChargeKind kind) const;

  // Whether some rule is a weight.
  bool weighs() const { return shares_.size() > 1; }
  // In 1e-6: one per weight rule, then kWholeShare for "no rule matches".
  const std::vector<int64_t>& shares() const { return shares_; }

 private:
  struct Verdict {
    bool matches = true;
    uint32_t first_weight = 0;
  };
  // The last entry is the empty name's.
  template <typename Table>
  static size_t Slot(uint32_t index, const Table& table) {
    return index < table.size() - 1 ? index : table.size() - 1;
  }
  Verdict Judge(const std::vector<ApplicabilityRule>& filters,
                const std::vector<ApplicabilityRule>& weights,
                const std::vector<Dimension>& dimensions,
                const Subject& subject) const;

  std::vector<Verdict> tenants_;
  std::vector<Verdict> pools_;
  std::array<Verdict, kChargeKinds> kinds_;
  std::vector<int64_t> shares_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_FILTER_H_
