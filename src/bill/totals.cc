#include "bill/totals.h"

#include <algorithm>
#include <tuple>

#include "base/error.h"
#include "bill/row_reader.h"

namespace drawdown {
namespace {

// Bounds the memory that a hostile file can claim.
constexpr size_t kMaxSlots = 2'000;

void AddTo(const BillRow& row, BillTotal* total) {
  ++total->rows;
  total->billed_cost += row.billed_cost.amount;
  total->effective_cost += row.effective_cost.amount;
  total->list_cost += row.list_cost.amount;
  total->contracted_cost += row.contracted_cost.amount;
}

bool Fits(const BillTotal& total) {
  return total.billed_cost.valid() && total.effective_cost.valid() &&
         total.list_cost.valid() && total.contracted_cost.valid();
}

}  // namespace

absl::Status BillTotals::Add(const BillRow& row, const Cells& cells) {
  ASSIGN_OR_RETURN(Slot* const slot, FindSlot(row, cells));
  last_ = slot;
  for (BillTotal* total : slot->totals) AddTo(row, total);
  slot->checks->Add(row, cells);
  return absl::OkStatus();
}

absl::StatusOr<BillTotals::Slot*> BillTotals::FindSlot(const BillRow& row,
                                                       const Cells& cells) {
  if (last_ != nullptr && last_->provider == row.provider &&
      last_->category == row.category && last_->currency == row.currency) {
    return last_;
  }
  key_ = row.currency.ToString();
  key_ += CategoryName(row.category);
  key_ += '\0';
  key_ += row.provider;
  const auto found = slots_.find(key_);
  if (found != slots_.end()) return &found->second;
  if (slots_.size() == kMaxSlots) {
    return cells.Bad(ErrorCode::kBadRow, BillColumn::kProviderName,
                     absl::StrCat("more than ", kMaxSlots,
                                  " providers, categories and currencies"));
  }
  return &slots_.emplace(key_, MakeSlot(row)).first->second;
}

BillTotals::Slot BillTotals::MakeSlot(const BillRow& row) {
  Slot slot;
  slot.provider = row.provider;
  slot.category = row.category;
  slot.currency = row.currency;
  const std::string currency = row.currency.ToString();
  const std::string category(CategoryName(row.category));
  slot.totals = {&summary_->totals[{slot.provider, category, currency}],
                 &summary_->by_currency[currency],
                 &summary_->by_provider_currency[{slot.provider, currency}]};
  slot.checks = &checks_[slot.provider];
  return slot;
}

absl::Status BillTotals::Finish(OddityLog* log) const {
  for (const auto& [currency, total] : summary_->by_currency) {
    if (!Fits(total)) {
      return MakeError(ErrorCode::kOverflow,
                       absl::StrCat("the bill's total in ", currency,
                                    " does not fit 128 bits"));
    }
  }
  std::vector<LateOddity> late;
  for (const auto& [provider, checks] : checks_) checks.Finish(&late);
  // The first in the bill gives the example.
  std::sort(late.begin(), late.end(),
            [](const LateOddity& a, const LateOddity& b) {
              return std::tie(a.file, a.line) < std::tie(b.file, b.line);
            });
  for (const LateOddity& oddity : late) {
    log->Count(oddity.kind, log->Intern(ColumnName(oddity.column)), oddity.rows,
               oddity.example);
  }
  return absl::OkStatus();
}

}  // namespace drawdown
