// A contract, compiled: every number an integer, every instant UTC, every name
// checked. Made only by ParseContract (contract/parse.h); the field meanings
// are those of docs/formats.md and design "Contracts and rating".
#ifndef DRAWDOWN_SRC_CONTRACT_CONTRACT_H_
#define DRAWDOWN_SRC_CONTRACT_CONTRACT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/calendar.h"
#include "drawdown/units.h"

namespace drawdown {

enum class CommitmentCategory : uint8_t { kUsage, kSpend };
enum class CommitmentModel : uint8_t { kContinuous, kDiscontinuous };
enum class FulfilmentInterval : uint8_t {
  kHourly,
  kDaily,
  kWeekly,
  kMonthly,
  kQuarterly,
  kSemiAnnual,
  kAnnual,
  kFullPeriod,
};
enum class CommitmentLifecycle : uint8_t { kActive, kProposed, kCancelled };
enum class Dimension : uint8_t {
  kPool,
  kRegion,
  kSku,
  kProvider,
  kTenant,
  kKind
};
enum class Operator : uint8_t {
  kIn,
  kNotIn,
  kStartsWith,
  kNotStartsWith,
  kContains,
  kNotContains,
  kEndsWith,
  kExists,
  kDoesNotExist,
};
enum class RoundingLevel : uint8_t { kSegment, kLine, kStatement };
enum class RoundingDirection : uint8_t { kUp, kDown, kNearest };
enum class ShortfallPolicy : uint8_t { kWaived, kTakeOrPay };

struct Term {
  int64_t start_us = 0;
  int64_t end_us = 0;

  friend bool operator==(const Term&, const Term&) = default;
};

struct PoolNaming {
  std::string name;  // our pool path
  std::string sku;   // as bills name it; may be empty
  std::string region;
  int64_t gpus_per_unit = 1;  // GPUs per billed unit-hour; 0: not given
  // What else tells its rows from those of pools of one SKU; empty: nothing.
  std::vector<std::string> sub_accounts = {};
  std::vector<std::string> sku_prices = {};
  std::vector<std::string> resources = {};

  friend bool operator==(const PoolNaming&, const PoolNaming&) = default;
};

struct RateTier {
  std::optional<GpuTime> up_to;  // cumulative within tier_interval; last: empty
  MoneyAmount price;             // per GPU-hour

  friend bool operator==(const RateTier&, const RateTier&) = default;
};
struct Rate {
  std::string pool;  // selector
  int64_t from_us = 0;
  std::vector<RateTier> tiers;  // at least one; a flat price is one open tier
  FulfilmentInterval tier_interval = FulfilmentInterval::kMonthly;

  friend bool operator==(const Rate&, const Rate&) = default;
};

struct ApplicabilityRule {
  Dimension dimension = Dimension::kPool;
  Operator op = Operator::kIn;
  std::vector<std::string> values;
  std::optional<int64_t> fraction_micro;  // 1e-6; empty: the rule is a filter

  friend bool operator==(const ApplicabilityRule&,
                         const ApplicabilityRule&) = default;
};

// What a rule is asked about: one cell or one charge.
struct Subject {
  std::string_view pool;
  std::string_view region;
  std::string_view sku;
  std::string_view provider;
  std::string_view tenant;
  std::string_view kind;
};

struct UsageStep {
  int64_t from_us = 0;
  GpuTime quantity;  // per fulfilment interval

  friend bool operator==(const UsageStep&, const UsageStep&) = default;
};
struct SpendStep {
  int64_t from_us = 0;
  MoneyAmount cost;  // per fulfilment interval

  friend bool operator==(const SpendStep&, const SpendStep&) = default;
};

struct Overage {
  std::optional<MoneyAmount> price;
  std::optional<int64_t> factor_micro;
  bool refuse = false;

  friend bool operator==(const Overage&, const Overage&) = default;
};
struct Shortfall {
  ShortfallPolicy policy = ShortfallPolicy::kWaived;
  std::optional<MoneyAmount> price;  // empty: the commitment's price

  friend bool operator==(const Shortfall&, const Shortfall&) = default;
};
struct Rollover {
  int32_t intervals = 0;
  int64_t cap_micro = 1'000'000;  // of one interval's quantity

  friend bool operator==(const Rollover&, const Rollover&) = default;
};
struct Milestone {
  std::string name;
  int64_t by_us = 0;
  Int128 amount = 0;  // GPU-microseconds or 1e-18 money, as the category says

  friend bool operator==(const Milestone&, const Milestone&) = default;
};

struct Commitment {
  std::string id;
  CommitmentCategory category = CommitmentCategory::kUsage;
  CommitmentModel model = CommitmentModel::kContinuous;
  FulfilmentInterval interval = FulfilmentInterval::kHourly;
  int32_t layer = 1;
  int32_t priority = 0;
  std::vector<ApplicabilityRule> applies;
  std::vector<UsageStep> steps;        // Usage; by time
  std::vector<SpendStep> spend_steps;  // Spend; by time
  std::vector<UsageStep> delivered;    // empty: as contracted
  MoneyAmount price;                   // per covered GPU-hour
  Shortfall shortfall;
  std::optional<Overage> overage;
  std::optional<Rollover> rollover;
  std::vector<Milestone> milestones;
  CommitmentLifecycle lifecycle = CommitmentLifecycle::kActive;
  std::optional<int64_t> cancelled_at_us;

  friend bool operator==(const Commitment&, const Commitment&) = default;
};

struct Expansion {
  std::string commitment;
  GpuTime adds;
  int64_t exercisable_from_us = 0;
  int64_t until_us = 0;
  MoneyAmount price;
  std::optional<int64_t> exercised_from_us;

  friend bool operator==(const Expansion&, const Expansion&) = default;
};

struct Credit {
  std::string id;
  MoneyAmount amount;
  int64_t from_us = 0;
  int64_t until_us = 0;
  std::vector<ApplicabilityRule> applies;
  // Until when it must be claimed; without one it need not be.
  std::optional<int64_t> claim_by_us;
  std::optional<int64_t> claimed_at_us;

  friend bool operator==(const Credit&, const Credit&) = default;
};

struct Allotment {
  std::string commitment;
  std::string tenant;
  std::optional<int64_t> share_micro;
  std::optional<GpuTime> amount;
  bool may_borrow = false;

  friend bool operator==(const Allotment&, const Allotment&) = default;
};

struct Contract {
  std::string id;
  uint32_t version = 1;  // assigned when applied; 1 is the first
  std::string provider;
  std::vector<std::string> provider_aliases;
  Currency currency;
  Term term;
  int64_t effective_us = 0;
  Calendar calendar;
  int64_t grace_us = 0;
  std::optional<int64_t> claim_window_us;  // after a period's end
  std::vector<PoolNaming> pools;
  std::vector<Rate> rates;  // in file order
  RoundingLevel rounding_level = RoundingLevel::kLine;
  int32_t rounding_scale = 2;
  std::optional<int64_t> grain_us;
  int64_t grain_minimum_us = 0;
  RoundingDirection grain_direction = RoundingDirection::kUp;
  std::vector<Commitment> commitments;  // in file order
  std::vector<Expansion> expansions;
  std::vector<Credit> credits;
  std::vector<Allotment> allotments;

  friend bool operator==(const Contract&, const Contract&) = default;
};

// `pool` as its contract's rules see it: region and SKU as its naming says,
// else the second and the last part of its path when it has three or more.
// Tenant and kind are empty. The views are of `contract` and `pool`.
Subject SubjectOfPool(const Contract& contract, std::string_view pool);

// Whether every filter rule holds (rules with a fraction are not filters).
bool Applies(const std::vector<ApplicabilityRule>& rules,
             const Subject& subject);

// The share of the subject that counts, in 1e-6: the first weight rule that
// matches, 1'000'000 when none does.
int64_t ApplicableShareMicro(const std::vector<ApplicabilityRule>& rules,
                             const Subject& subject);

// How the contract's bills name `pool`; nullptr if it does not say.
const PoolNaming* FindPoolNaming(const Contract& contract,
                                 std::string_view pool);

// Whether the commitment is a Usage one that covers hours of `pool` for some
// tenant while it is in force; never when it is proposed.
bool MayPricePool(const Contract& contract, const Commitment& commitment,
                  std::string_view pool);

// Whether `pool` is of this contract's provider and under one of its rates or
// Usage commitments (not the proposed ones), i.e. this contract prices it at
// some instant for some tenant.
bool PricesPool(const Contract& contract, std::string_view pool);

// The rate that prices `pool` at `at_us`: most literal selector, then latest
// `from`, then last in file; nullptr if none.
const Rate* FindRate(const Contract& contract, std::string_view pool,
                     int64_t at_us);

// Whether the commitment binds at `at_us`: not proposed, its first step
// reached, not cancelled yet. The term is the contract's.
bool InForce(const Commitment& commitment, int64_t at_us);

// The Usage commitments of one layer that are in force at `at_us` inside the
// term, in burn order: lowest priority number, then earliest interval end, then
// cheapest, then id (indices into commitments).
std::vector<size_t> BurnOrder(const Contract& contract, int32_t layer,
                              int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CONTRACT_CONTRACT_H_
