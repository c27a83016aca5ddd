#include "report/focus_rows.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/wide.h"
#include "report/contract_applied.h"
#include "report/json.h"

namespace drawdown {
namespace {

constexpr int64_t kNanos = 1'000'000'000;

// In billionths of a GPU-hour, half-even. No value is what does not fit.
std::optional<Int128> BillionthHours(GpuTime time) {
  const auto hours = MulDivHalfEven(time.count(), kNanos, kMicrosPerHour);
  if (!hours.ok()) return std::nullopt;
  return *hours;
}

// FOCUS has unit price x quantity = cost, so this is made of the published
// quantity.
std::string Product(MoneyAmount price, GpuTime time) {
  const std::optional<Int128> hours = BillionthHours(time);
  if (!hours.has_value()) return "";
  const auto cost = MulDivHalfEven(price.count(), *hours, kNanos);
  return cost.ok() ? FormatMoney(MoneyAmount(*cost)) : "";
}

class RowMaker {
 public:
  RowMaker(const Statement& statement, const StatementTerms& terms)
      : statement_(statement), terms_(terms), applied_(statement, terms) {}

  std::vector<FocusCells> Make() {
    for (uint32_t i = 0; i < statement_.lines.size(); ++i) {
      Add(i, statement_.lines[i]);
    }
    return std::move(rows_);
  }

 private:
  // Lines of hours alone are no charges: unpriced, undelivered, rollover, and
  // what was waived or counted by a higher layer.
  // A correction has the rows of what it corrects.
  void Add(uint32_t index, const StatementLine& line) {
    switch (line.charged_kind()) {
      case ChargeKind::kCovered:
      case ChargeKind::kUnused:
        if (line.unit_price.has_value()) AddCommitted(index, line);
        return;
      case ChargeKind::kOnDemand:
      case ChargeKind::kOverage:
        return AddUsage(index, line);
      case ChargeKind::kShortfall:
        if (!line.has_gpu_time) return AddMissingMoney(index, line);
        if (line.unit_price.has_value()) AddTrueUp(index, line);
        return;
      case ChargeKind::kCredit:
        return AddMoney(line, "Credit");
      case ChargeKind::kRounding:
        return AddMoney(line, "Adjustment");
      default:
        return;
    }
  }

  void AddUsage(uint32_t index, const StatementLine& line) {
    FocusCells row = Begin(line, "Usage", "Usage-Based", "Standard");
    SetPool(line, &row);
    SetQuantity(line, *line.unit_price, *line.unit_price, &row);
    SetConsumed(&row);
    SetCosts(*line.cost, *line.cost, &row);
    SetApplied(index, &row);
    rows_.push_back(std::move(row));
  }

  // What is covered or unused costs nothing by itself: its purchase is billed.
  void AddCommitted(uint32_t index, const StatementLine& line) {
    const bool used = line.charged_kind() == ChargeKind::kCovered;
    FocusCells usage = Begin(line, "Usage", "Usage-Based", "Committed");
    if (used) {
      SetPool(line, &usage);
    } else {
      SetCommitmentAsResource(line, &usage);
    }
    const MoneyAmount full = RateOf(line).value_or(*line.unit_price);
    SetQuantity(line, full, full, &usage);
    if (used) SetConsumed(&usage);
    SetCosts(MoneyAmount(), *line.cost, &usage);
    SetDiscount(line, &usage);
    usage["CommitmentDiscountStatus"] = used ? "Used" : "Unused";
    SetApplied(index, &usage);
    rows_.push_back(std::move(usage));
    AddPurchase(line, MoneyAmount());
  }

  void AddPurchase(const StatementLine& line, MoneyAmount effective) {
    FocusCells row = Begin(line, "Purchase", "Recurring", "Standard");
    SetCommitmentAsResource(line, &row);
    SetQuantity(line, *line.unit_price, *line.unit_price, &row);
    SetCosts(*line.cost, effective, &row);
    SetDiscount(line, &row);
    rows_.push_back(std::move(row));
  }

  // Hours that a block lacks: its true-up covers no usage that could carry the
  // cost.
  void AddTrueUp(uint32_t index, const StatementLine& line) {
    AddPurchase(line, *line.cost);
    SetApplied(index, &rows_.back());
  }

  // What was not spent is unused, and paid for, as hours are.
  void AddMissingMoney(uint32_t index, const StatementLine& line) {
    for (const bool fee : {false, true}) {
      FocusCells row = fee ? Begin(line, "Purchase", "Recurring", "Standard")
                           : Begin(line, "Usage", "Usage-Based", "Committed");
      SetCommitmentAsResource(line, &row);
      SetMoneyQuantity(*line.cost, &row);
      SetCosts(fee ? *line.cost : MoneyAmount(),
               fee ? MoneyAmount() : *line.cost, &row);
      SetDiscount(line, &row);
      if (!fee) {
        row["CommitmentDiscountStatus"] = "Unused";
        SetApplied(index, &row);
      }
      rows_.push_back(std::move(row));
    }
  }

  void AddMoney(const StatementLine& line, std::string_view category) {
    FocusCells row = Begin(line, category, "One-Time", "");
    if (!line.pool.empty()) SetPool(line, &row);
    row.erase("SkuPriceId");
    row.erase("SkuPriceDetails");
    SetCosts(line.cost.value_or(MoneyAmount()),
             line.cost.value_or(MoneyAmount()), &row);
    row["ListCost"] = row["BilledCost"];
    row["ContractedCost"] = row["BilledCost"];
    rows_.push_back(std::move(row));
  }

  FocusCells Begin(const StatementLine& line, std::string_view category,
                   std::string_view frequency, std::string_view pricing) {
    const std::string currency = statement_.currency.ToString();
    FocusCells row;
    row["BillingAccountId"] = statement_.contract;
    row["BillingAccountName"] = statement_.contract;
    row["BillingAccountType"] = "Contract";
    row["BillingCurrency"] = currency;
    row["BillingPeriodStart"] = FormatInstant(statement_.period_start_us);
    row["BillingPeriodEnd"] = FormatInstant(statement_.period_end_us);
    row["ChargeCategory"] = category;
    row["ChargeFrequency"] = frequency;
    row["ChargeDescription"] = Description(line, category);
    row["InvoiceIssuerName"] = terms_.provider;
    row["ServiceProviderName"] = terms_.provider;
    row["HostProviderName"] = terms_.provider;
    row["PricingCurrency"] = currency;
    row["ServiceCategory"] = "Compute";
    row["ServiceSubcategory"] = "Other (Compute)";
    row["ServiceName"] = "GPU capacity";
    if (!pricing.empty()) row["PricingCategory"] = pricing;
    if (!line.tenant.empty()) {
      row["SubAccountId"] = line.tenant;
      row["SubAccountName"] = line.tenant;
      row["SubAccountType"] = "Tenant";
      std::string tags = "{\"tenant\":";
      AppendJsonString(line.tenant, &tags);
      row["Tags"] = tags + "}";
    }
    row["x_ChargeKind"] = ChargeKindName(line.charged_kind());
    SetPeriod(line, &row);
    if (line.has_gpu_time)
      row["x_GpuSeconds"] = FormatGpuSeconds(line.gpu_time);
    return row;
  }

  // Corrections are billed now for the month that they are of.
  void SetPeriod(const StatementLine& line, FocusCells* row) const {
    int64_t start_us = statement_.period_start_us;
    int64_t end_us =
        std::clamp(statement_.at_us, start_us, statement_.period_end_us);
    uint32_t version = statement_.contract_version;
    for (const CorrectedPeriod& corrected : terms_.corrected) {
      if (corrected.period != line.corrects_period) continue;
      start_us = corrected.start_us;
      end_us = corrected.end_us;
      version = corrected.contract_version;
    }
    if (line.kind == ChargeKind::kCorrection) {
      (*row)["ChargeClass"] = "Correction";
    }
    (*row)["ChargePeriodStart"] = FormatInstant(start_us);
    (*row)["ChargePeriodEnd"] = FormatInstant(end_us);
    (*row)["x_ContractVersion"] = absl::StrCat(version);
  }

  static std::string Description(const StatementLine& line,
                                 std::string_view category) {
    const std::string what = line.pool.empty() ? line.commitment : line.pool;
    std::string text(ChargeKindName(line.charged_kind()));
    std::replace(text.begin(), text.end(), '_', ' ');
    if (category == "Purchase") text = "fee for what was " + text;
    if (line.kind == ChargeKind::kCorrection) {
      text += ", correction of " + line.corrects_period;
    }
    return what.empty() ? text : absl::StrCat(what, ": ", text);
  }

  const PoolTerms* PoolOf(const StatementLine& line) const {
    for (const PoolTerms& pool : terms_.pools) {
      if (pool.pool == line.pool) return &pool;
    }
    return nullptr;
  }

  std::optional<MoneyAmount> RateOf(const StatementLine& line) const {
    const PoolTerms* pool = PoolOf(line);
    return pool == nullptr ? std::nullopt : pool->rate;
  }

  void SetPool(const StatementLine& line, FocusCells* row) const {
    const PoolTerms* pool = PoolOf(line);
    const std::string sku =
        pool == nullptr || pool->sku.empty() ? line.pool : pool->sku;
    if (pool != nullptr && !pool->region.empty()) {
      (*row)["RegionId"] = pool->region;
      (*row)["RegionName"] = pool->region;
    }
    (*row)["ResourceId"] = line.pool;
    (*row)["ResourceName"] = line.pool;
    (*row)["ResourceType"] = "GPU pool";
    SetSku(sku, line, row);
    (*row)["SkuPriceDetails"] = "{\"GpuCount\":1}";
  }

  static void SetCommitmentAsResource(const StatementLine& line,
                                      FocusCells* row) {
    (*row)["ResourceId"] = line.commitment;
    (*row)["ResourceName"] = line.commitment;
    (*row)["ResourceType"] = "Commitment";
    SetSku(line.commitment, line, row);
  }

  static void SetSku(const std::string& sku, const StatementLine& line,
                     FocusCells* row) {
    (*row)["SkuId"] = sku;
    (*row)["SkuMeter"] = "GPU time";
    (*row)["SkuPriceId"] = absl::StrCat(
        sku, "/", std::string(ChargeKindName(line.charged_kind())),
        line.unit_price.has_value() ? "/" + FormatMoney(*line.unit_price) : "");
  }

  static void SetQuantity(const StatementLine& line, MoneyAmount list,
                          MoneyAmount contracted, FocusCells* row) {
    (*row)["PricingQuantity"] = FocusHours(line.gpu_time);
    (*row)["PricingUnit"] = kGpuHours;
    (*row)["ListUnitPrice"] = FormatMoney(list);
    (*row)["ListCost"] = Product(list, line.gpu_time);
    (*row)["ContractedUnitPrice"] = FormatMoney(contracted);
    (*row)["ContractedCost"] = Product(contracted, line.gpu_time);
    (*row)["PricingCurrencyListUnitPrice"] = (*row)["ListUnitPrice"];
    (*row)["PricingCurrencyContractedUnitPrice"] =
        (*row)["ContractedUnitPrice"];
  }

  // Money has a price of 1.
  void SetMoneyQuantity(MoneyAmount amount, FocusCells* row) const {
    for (const char* price : {"ListUnitPrice", "ContractedUnitPrice",
                              "PricingCurrencyListUnitPrice",
                              "PricingCurrencyContractedUnitPrice"}) {
      (*row)[price] = "1";
    }
    for (const char* column :
         {"PricingQuantity", "ListCost", "ContractedCost"}) {
      (*row)[column] = FormatMoney(amount);
    }
    (*row)["PricingUnit"] = statement_.currency.ToString();
  }

  static void SetConsumed(FocusCells* row) {
    (*row)["ConsumedQuantity"] = (*row)["PricingQuantity"];
    (*row)["ConsumedUnit"] = (*row)["PricingUnit"];
  }

  static void SetCosts(MoneyAmount billed, MoneyAmount effective,
                       FocusCells* row) {
    (*row)["BilledCost"] = FormatMoney(billed);
    (*row)["EffectiveCost"] = FormatMoney(effective);
    (*row)["PricingCurrencyEffectiveCost"] = (*row)["EffectiveCost"];
  }

  void SetDiscount(const StatementLine& line, FocusCells* row) const {
    const CommitmentTerms* terms = FindTerms(terms_, line.commitment);
    (*row)["CommitmentDiscountId"] = line.commitment;
    (*row)["CommitmentDiscountName"] = line.commitment;
    (*row)["CommitmentDiscountCategory"] =
        terms != nullptr && terms->spend ? "Spend" : "Usage";
    if (terms != nullptr) {
      (*row)["CommitmentDiscountType"] = CommitmentType(*terms);
    }
    // CommitmentDiscountQuantity-C-007-C.
    if (line.kind == ChargeKind::kCorrection) return;
    (*row)["CommitmentDiscountQuantity"] = (*row)["PricingQuantity"];
    (*row)["CommitmentDiscountUnit"] = (*row)["PricingUnit"];
  }

  void SetApplied(uint32_t index, FocusCells* row) {
    std::string applied = applied_.JsonOf(index);
    if (!applied.empty()) (*row)["ContractApplied"] = std::move(applied);
  }

  const Statement& statement_;
  const StatementTerms& terms_;
  ContractApplication applied_;
  std::vector<FocusCells> rows_;
};

}  // namespace

std::string FocusHours(GpuTime time) {
  const std::optional<Int128> hours = BillionthHours(time);
  return hours.has_value() ? FormatScaled(*hours, 9) : "";
}

std::vector<FocusCells> FocusRows(const Statement& statement,
                                  const StatementTerms& terms) {
  return RowMaker(statement, terms).Make();
}

}  // namespace drawdown
