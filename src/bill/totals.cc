#include "bill/totals.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"
#include "base/error.h"
#include "base/same_text.h"
#include "bill/row_reader.h"

namespace drawdown {
namespace {

// Bounds the memory that a hostile file can claim.
constexpr size_t kMaxSlots = 2'000;

BillTotal TotalOf(const BillRow& row, uint64_t rows) {
  const auto times = static_cast<Int128>(rows);
  return {rows, row.billed_cost.amount * times,
          row.effective_cost.amount * times, row.list_cost.amount * times,
          row.contracted_cost.amount * times};
}

void AddTo(const BillTotal& part, BillTotal* total) {
  total->rows += part.rows;
  total->billed_cost += part.billed_cost;
  total->effective_cost += part.effective_cost;
  total->list_cost += part.list_cost;
  total->contracted_cost += part.contracted_cost;
}

// The amount of a row that is furthest from nothing.
MoneyAmount LargestOf(const BillRow& row) {
  MoneyAmount largest;
  for (const BilledMoney* const cost : {&row.billed_cost, &row.effective_cost,
                                        &row.list_cost, &row.contracted_cost}) {
    const MoneyAmount amount = cost->amount;
    largest = std::max(largest, amount < MoneyAmount() ? -amount : amount);
  }
  return largest;
}

}  // namespace

absl::Status BillTotals::Add(const BillRow& row, const Cells& cells) {
  ASSIGN_OR_RETURN(Slot* const slot, FindSlot(row, cells));
  last_ = slot;
  AddTo(TotalOf(row, 1), &slot->total);
  slot->at_most += LargestOf(row);
  slot->checks->Add(row, cells);
  return absl::OkStatus();
}

void BillTotals::AddAgain(const BillRow& row, uint64_t rows) {
  Slot* const slot = KnownSlot(row);
  CHECK(slot != nullptr);
  AddTo(TotalOf(row, rows), &slot->total);
  slot->at_most += LargestOf(row) * static_cast<Int128>(rows);
  slot->checks->AddAgain(row, rows);
}

BillTotals::Slot* BillTotals::KnownSlot(const BillRow& row) {
  if (last_ != nullptr && SameText(last_->provider, row.provider) &&
      last_->category == row.category && last_->currency == row.currency) {
    return last_;
  }
  key_ = row.currency.ToString();
  key_ += CategoryName(row.category);
  key_ += '\0';
  key_ += row.provider;
  const auto found = slots_.find(key_);
  return found == slots_.end() ? nullptr : &found->second;
}

absl::StatusOr<BillTotals::Slot*> BillTotals::FindSlot(const BillRow& row,
                                                       const Cells& cells) {
  if (Slot* const known = KnownSlot(row)) return known;
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
  slot.checks = &checks_[slot.provider];
  return slot;
}

void BillTotals::SumUp() const {
  for (const auto& [key, slot] : slots_) {
    const std::string currency = slot.currency.ToString();
    const std::string category(CategoryName(slot.category));
    AddTo(slot.total, &summary_->totals[{slot.provider, category, currency}]);
    AddTo(slot.total, &summary_->by_currency[currency]);
    AddTo(slot.total,
          &summary_->by_provider_currency[{slot.provider, currency}]);
  }
}

// Where all amounts fit without their signs, so do all sums of some of them, in
// whatever order of the rows; where they do not, it is not the order that says
// so.
absl::Status BillTotals::CheckFits() const {
  std::map<std::string, MoneyAmount> by_currency;
  for (const auto& [key, slot] : slots_) {
    by_currency[slot.currency.ToString()] += slot.at_most;
  }
  for (const auto& [currency, at_most] : by_currency) {
    if (at_most.valid()) continue;
    return MakeError(ErrorCode::kOverflow,
                     absl::StrCat("the bill's amounts in ", currency,
                                  ", added up without their signs, do not fit "
                                  "128 bits"));
  }
  return absl::OkStatus();
}

absl::Status BillTotals::Finish(OddityLog* log) const {
  RETURN_IF_ERROR(CheckFits());
  SumUp();
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
