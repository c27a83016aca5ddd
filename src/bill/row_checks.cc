#include "bill/row_checks.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/wide.h"

namespace drawdown {
namespace {

bool IsWhole(MoneyAmount amount) { return amount.count() % kAttosPerUnit == 0; }

bool IsWhole(const Decimal& value) {
  return value.coefficient % PowerOfTen(value.scale) == 0;
}

void CheckNulls(Cells* cells) {
  for (const BillColumn column :
       {BillColumn::kEffectiveCost, BillColumn::kListCost,
        BillColumn::kContractedCost}) {
    const bool demanded =
        column == BillColumn::kEffectiveCost || cells->demands_list_costs();
    if (demanded && cells->IsNull(column) && cells->Has(column)) {
      cells->Odd(OddityKind::kForbiddenNull, column, "");
    }
  }
}

// A null was counted as a forbidden null, and is not a zero.
void CheckZeros(const BillRow& row, Cells* cells) {
  if (row.billed_cost.amount.count() <= 0) return;
  const std::string_view billed = cells->Text(BillColumn::kBilledCost);
  if (row.list_cost.amount.zero() && !cells->IsNull(BillColumn::kListCost)) {
    cells->Odd(OddityKind::kZeroListCost, BillColumn::kListCost, billed);
  }
  // What a purchase covers carries its EffectiveCost.
  const bool purchase = row.category == ChargeCategory::kPurchase;
  if (row.effective_cost.amount.zero() && !purchase &&
      !cells->IsNull(BillColumn::kEffectiveCost)) {
    cells->Odd(OddityKind::kZeroEffectiveCost, BillColumn::kEffectiveCost,
               billed);
  }
}

void CheckPeriods(const BillRow& row, Cells* cells) {
  const std::string_view start = cells->Text(BillColumn::kChargePeriodStart);
  if (row.charge_start_us == row.charge_end_us) {
    cells->Odd(OddityKind::kEmptyChargePeriod, BillColumn::kChargePeriodEnd,
               start);
  }
  const bool inside = row.charge_start_us >= row.billing_start_us &&
                      row.charge_end_us <= row.billing_end_us;
  if (!inside && !row.correction) {
    cells->Odd(OddityKind::kChargeOutsideBillingPeriod,
               BillColumn::kChargePeriodStart, start);
  }
}

std::optional<PriceMiss> PriceMissOf(const BillRow& row) {
  if (!row.list_unit_price || !row.pricing_quantity || row.correction ||
      !row.list_cost.given) {
    return std::nullopt;
  }
  return CheckPrice(*row.list_unit_price, *row.pricing_quantity,
                    row.list_cost.amount);
}

}  // namespace

void CheckRow(const BillRow& row, Cells* cells) {
  CheckNulls(cells);
  CheckZeros(row, cells);
  CheckPeriods(row, cells);
  if (row.category == ChargeCategory::kUsage && !row.correction &&
      row.sku_price.empty() && cells->Has(BillColumn::kSkuPriceId)) {
    cells->Odd(OddityKind::kEmptySkuPrice, BillColumn::kSkuPriceId, "");
  }
}

void ProviderChecks::Add(const BillRow& row, const Cells& cells) {
  AddPrice(row, cells);
  // Where they are demanded, a null is an oddity of its row.
  if (!cells.demands_list_costs()) {
    AddToSum(row, cells, BillColumn::kListCost, row.list_cost.given,
             &list_sum_);
    AddToSum(row, cells, BillColumn::kContractedCost, row.contracted_cost.given,
             &contracted_sum_);
  }
  // A purchase has EffectiveCost 0 by right.
  if (row.category != ChargeCategory::kPurchase) AddWholeNumbers(row, cells);
}

// All that a row like this one may be the first of, it has been.
void ProviderChecks::AddAgain(const BillRow& row, uint64_t rows) {
  if (const std::optional<PriceMiss> miss = PriceMissOf(row)) {
    misses_[*miss].rows += rows;
  }
  if (row.category == ChargeCategory::kPurchase) return;
  const auto add = [rows](bool given, WholeNumbers* numbers) {
    if (given && numbers->only) numbers->tally.rows += rows;
  };
  add(row.effective_cost.given, &effective_);
  add(row.contracted_cost.given, &contracted_);
  add(row.contracted_unit_price.has_value(), &contracted_price_);
}

void ProviderChecks::Count(const BillRow& row, const Cells& cells,
                           std::string_view value, Tally* tally) {
  if (tally->rows++ > 0) return;
  tally->file = row.file;
  tally->line = row.line;
  tally->example = absl::StrCat(cells.Where(), ": ", std::string(value));
}

void ProviderChecks::AddPrice(const BillRow& row, const Cells& cells) {
  // None needs more than it was written with.
  if (row.list_cost.scale > list_cost_decimals_) {
    list_cost_decimals_ =
        NeededDecimals(row.list_cost.amount, list_cost_decimals_);
  }
  const std::optional<PriceMiss> miss = PriceMissOf(row);
  if (!miss) return;
  Tally& tally = misses_[*miss];
  if (tally.rows > 0) {
    ++tally.rows;
    return;
  }
  const std::string value =
      absl::StrCat(std::string(cells.Text(BillColumn::kListUnitPrice)), " x ",
                   std::string(cells.Text(BillColumn::kPricingQuantity)),
                   " for ", std::string(cells.Text(BillColumn::kListCost)));
  Count(row, cells, Quoted(value), &tally);
}

void ProviderChecks::AddToSum(const BillRow& row, const Cells& cells,
                              BillColumn column, bool given, PartialSum* sum) {
  if (given) {
    sum->some = true;
  } else if (cells.Has(column)) {
    Count(row, cells, Quoted(""), &sum->without);
  }
}

void ProviderChecks::AddWholeNumbers(const BillRow& row, const Cells& cells) {
  billed_has_decimals_ =
      billed_has_decimals_ || !IsWhole(row.billed_cost.amount);
  if (effective_.only && row.effective_cost.given) {
    const MoneyAmount amount = row.effective_cost.amount;
    AddWhole(row, cells, BillColumn::kEffectiveCost, IsWhole(amount),
             amount.zero(), &effective_);
  }
  if (contracted_.only && row.contracted_cost.given) {
    const MoneyAmount amount = row.contracted_cost.amount;
    AddWhole(row, cells, BillColumn::kContractedCost, IsWhole(amount),
             amount.zero(), &contracted_);
  }
  if (contracted_price_.only && row.contracted_unit_price) {
    const Decimal& price = *row.contracted_unit_price;
    AddWhole(row, cells, BillColumn::kContractedUnitPrice, IsWhole(price),
             price.coefficient == 0, &contracted_price_);
  }
}

void ProviderChecks::AddWhole(const BillRow& row, const Cells& cells,
                              BillColumn column, bool whole, bool zero,
                              WholeNumbers* numbers) {
  numbers->only = numbers->only && whole;
  numbers->some = numbers->some || !zero;
  const bool first = numbers->tally.rows == 0;
  Count(row, cells, first ? Quoted(cells.Text(column)) : "", &numbers->tally);
}

LateOddity ProviderChecks::Late(OddityKind kind, BillColumn column,
                                const Tally& tally) {
  return {kind, column, tally.rows, tally.file, tally.line, tally.example};
}

void ProviderChecks::Finish(std::vector<LateOddity>* oddities) const {
  for (const auto& [miss, tally] : misses_) {
    if (list_cost_decimals_ < miss.first_missed) continue;
    const bool scaled = miss.last_within_power >= list_cost_decimals_;
    oddities->push_back(
        Late(scaled ? OddityKind::kUnitScale : OddityKind::kListCostResidual,
             BillColumn::kListCost, tally));
  }
  const auto add_sum = [&](BillColumn column, const PartialSum& sum) {
    if (!sum.some || sum.without.rows == 0) return;
    oddities->push_back(Late(OddityKind::kPartialSum, column, sum.without));
  };
  add_sum(BillColumn::kListCost, list_sum_);
  add_sum(BillColumn::kContractedCost, contracted_sum_);
  if (!billed_has_decimals_) return;
  const auto add = [&](BillColumn column, const WholeNumbers& numbers) {
    if (!numbers.suspicious()) return;
    oddities->push_back(
        Late(OddityKind::kIntegerCostColumn, column, numbers.tally));
  };
  add(BillColumn::kEffectiveCost, effective_);
  add(BillColumn::kContractedCost, contracted_);
  // A unit price may well be whole; beside a cut-off cost it is not believed.
  if (effective_.suspicious() || contracted_.suspicious()) {
    add(BillColumn::kContractedUnitPrice, contracted_price_);
  }
}

}  // namespace drawdown
