// One row of a bill in normal form, shaped after FOCUS 1.4 (reference: FOCUS
// columns, all versions). Strings are views into the reader's buffer, valid
// until the next row; an empty one is a null. Values are exact, and those that
// a bill may lack are optional.
#ifndef DRAWDOWN_SRC_BILL_BILL_ROW_H_
#define DRAWDOWN_SRC_BILL_BILL_ROW_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/decimal.h"
#include "base/fast_hash.h"
#include "drawdown/bill.h"
#include "drawdown/units.h"

namespace drawdown {

enum class ChargeCategory : uint8_t {
  kUsage,
  kPurchase,
  kTax,
  kCredit,
  kAdjustment
};
enum class UsageStatus : uint8_t { kNone, kUsed, kUnused };

// Money keeps its published scale: a line's tolerance is half a unit of it.
// Where the bill gives none, the amount is 0 and `given` is false.
struct BilledMoney {
  MoneyAmount amount;
  int scale = 0;
  bool given = false;
};

// One element of ContractApplied: what of a charge counts toward a commitment.
// Several commitments may count one charge, and applied amounts may be less
// than its cost, so their sum is not a sum of cost.
struct AppliedCommitment {
  std::string_view contract;    // ContractId; empty if absent
  std::string_view commitment;  // ContractCommitmentId; never empty
  BilledMoney cost;             // in the row's currency
  std::optional<Decimal> quantity;
  std::string_view unit;  // of the quantity
};

// Each BillRow::like in use has a remainder of its own by this.
inline constexpr uint64_t kMostLikes = 512;

struct BillRow {
  std::string_view provider;  // ServiceProviderName, else ProviderName
  std::string_view host_provider;
  std::string_view invoice_issuer;
  std::string_view invoice_id;         // unique with invoice_issuer only
  std::string_view invoice_detail_id;  // FOCUS 1.4
  std::string_view line_id;   // the provider's id of this line, if it has one
  std::string_view corrects;  // line_id of what this line corrects (OCI)
  bool links_lines = false;   // its file says `corrects` of lines that do
  std::string_view billing_account;
  std::string_view sub_account;
  std::string_view region;
  std::string_view resource;
  std::string_view service;
  std::string_view sku;        // SkuId
  std::string_view sku_price;  // SkuPriceId
  std::string_view sku_meter;
  // Of a mapping: whether the cost is "before" discounts, or leaves out those
  // that others are "after".
  std::string_view discount_basis;
  std::string_view instance_type;  // SkuPriceDetails.InstanceType, as written
  std::string_view description;
  ChargeCategory category = ChargeCategory::kUsage;
  std::string_view category_text;
  bool correction = false;  // ChargeClass
  std::string_view frequency;
  std::string_view pricing_category;
  std::string_view commitment_id;        // CommitmentDiscountId
  std::string_view commitment_category;  // "Spend", "Usage"
  std::string_view commitment_type;
  UsageStatus commitment_status = UsageStatus::kNone;
  std::optional<Decimal> commitment_quantity;
  std::string_view commitment_unit;
  std::string_view capacity_id;  // CapacityReservationId
  UsageStatus capacity_status = UsageStatus::kNone;
  Currency currency;
  int64_t billing_start_us = 0;
  int64_t billing_end_us = 0;
  bool own_period = false;  // no bill's: its file says the charge's alone
  int64_t charge_start_us = 0;
  int64_t charge_end_us = 0;
  BilledAmount amount = BilledAmount::kBilledCost;  // the best its file has
  BilledMoney billed_cost;
  BilledMoney effective_cost;
  BilledMoney list_cost;
  BilledMoney contracted_cost;
  std::optional<Decimal> list_unit_price;
  std::optional<Decimal> contracted_unit_price;
  std::optional<Decimal> pricing_quantity;
  std::string_view pricing_unit;
  std::optional<Decimal> consumed_quantity;
  std::string_view consumed_unit;
  // Also a virtual one, such as tokens: not always an ISO 4217 code.
  std::string_view pricing_currency;
  std::optional<Decimal> pricing_currency_list_unit_price;
  std::optional<Decimal> pricing_currency_contracted_unit_price;
  std::optional<Decimal> pricing_currency_effective_cost;
  std::span<const AppliedCommitment> applied;  // ContractApplied
  std::string_view allocated_method;
  std::string_view allocated_resource;  // empty: the unallocated remainder
  std::string_view allocated_resource_name;
  std::string_view allocated_tags;            // raw JSON
  std::string_view allocated_method_details;  // raw JSON
  std::optional<int64_t> gpu_count_micro;     // SkuPriceDetails.GpuCount x 1e6
  std::string_view tags;                      // raw JSON
  // The row as the CSV line that quotes just the fields that need it: equal
  // only in exact copies.
  std::string_view raw;
  // The columns of raw in an order that does not depend on the file's; empty:
  // as they stand.
  std::span<const uint32_t> by_name;
  // FastHash of raw, with one seed in a reading; where the columns of a file
  // stand in another order than in the first that has them, in the first's.
  Hash128 identity;
  uint64_t soon = 0;  // identity.high of a later row, mostly
  // Rows of one reading that have the same, not 0, have equal values in every
  // field but charge_start_us, charge_end_us, resource, sub_account, tags,
  // tags_number, raw, identity, soon and line.
  uint64_t like = 0;
  uint64_t line = 0;
  uint32_t file = 0;  // index of the file
  // Rows of one file that have the same, not 0, have equal tags. It is small.
  uint32_t tags_number = 0;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_BILL_ROW_H_
