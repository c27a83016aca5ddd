// One row of a bill in normal form, shaped after FOCUS 1.4 (reference: FOCUS
// columns, all versions). Strings are views into the reader's buffer.
#ifndef DRAWDOWN_SRC_BILL_BILL_ROW_H_
#define DRAWDOWN_SRC_BILL_BILL_ROW_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/decimal.h"
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
struct BilledMoney {
  MoneyAmount amount;
  int scale = 0;
};

struct BillRow {
  std::string_view provider;  // ServiceProviderName, else ProviderName
  std::string_view invoice_issuer;
  std::string_view invoice_id;
  std::string_view billing_account;
  std::string_view sub_account;
  std::string_view region;
  std::string_view resource;
  std::string_view service;
  std::string_view sku;        // SkuId
  std::string_view sku_price;  // SkuPriceId
  std::string_view description;
  ChargeCategory category = ChargeCategory::kUsage;
  std::string_view category_text;
  bool correction = false;  // ChargeClass
  std::string_view frequency;
  std::string_view pricing_category;
  std::string_view commitment_id;  // CommitmentDiscountId
  UsageStatus commitment_status = UsageStatus::kNone;
  UsageStatus capacity_status = UsageStatus::kNone;
  Currency currency;
  int64_t billing_start_us = 0;
  int64_t billing_end_us = 0;
  int64_t charge_start_us = 0;
  int64_t charge_end_us = 0;
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
  std::optional<int64_t> gpu_count_micro;  // SkuPriceDetails.GpuCount x 1e6
  std::string_view tags;                   // raw JSON
  std::string_view raw;  // every field of the row, in header order, re-joined:
                         // identity of exact copies
  uint64_t line = 0;
  uint32_t file = 0;  // index of the file
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_BILL_ROW_H_
