#include "bill/day_snapshots.h"

#include <algorithm>

#include "base/same_text.h"

namespace drawdown {
namespace {

constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;

int64_t DayOf(int64_t instant_us) {
  return instant_us / kDayUs - (instant_us % kDayUs < 0 ? 1 : 0);
}

// An empty charge period is of an instant.
int64_t EndOf(const BillRow& row) {
  return std::max(row.charge_end_us, row.charge_start_us + 1);
}

}  // namespace

// Reports repeat one account row after row.
DaySnapshots::Account& DaySnapshots::AccountOf(const BillRow& row) {
  if (last_ == nullptr || !SameText(row.provider, last_->first.first) ||
      !SameText(row.billing_account, last_->first.second)) {
    last_ = &*accounts_
                  .try_emplace({std::string(row.provider),
                                std::string(row.billing_account)})
                  .first;
  }
  return last_->second;
}

RowStanding DaySnapshots::OfTime(const BillRow& row, uint32_t delivery,
                                 const Account& account) {
  const int64_t start_us = row.charge_start_us;
  const int64_t end_us = EndOf(row);
  const int64_t day = DayOf(start_us);
  const int64_t last_day = DayOf(end_us - 1);
  RowStanding standing = RowStanding::kCounts;
  const auto found = account.days.find(day);
  if (found != account.days.end()) {
    for (const uint32_t index : found->second) {
      const Span& span = account.spans[index];
      if (span.delivery == delivery) continue;
      if (span.first_us <= start_us && start_us < span.last_us) {
        return RowStanding::kSuperseded;
      }
      standing = RowStanding::kCountsBeside;
    }
  }
  const auto after =
      last_day == day ? account.days.end() : account.days.find(last_day);
  if (after == account.days.end()) return standing;
  for (const uint32_t index : after->second) {
    const Span& span = account.spans[index];
    if (span.delivery != delivery && start_us < span.first_us &&
        span.first_us < end_us) {
      standing = RowStanding::kCountsBeside;
    }
  }
  return standing;
}

void DaySnapshots::Take(const BillRow& row, uint32_t delivery,
                        Account* account) {
  std::vector<Span>& spans = account->spans;
  if (spans.empty() || spans.back().delivery != delivery) {
    spans.push_back({delivery, row.charge_start_us, EndOf(row)});
  }
  Span& span = spans.back();
  span.first_us = std::min(span.first_us, row.charge_start_us);
  span.last_us = std::max(span.last_us, EndOf(row));
  const auto index = static_cast<uint32_t>(spans.size() - 1);
  std::vector<uint32_t>& of_day = account->days[DayOf(row.charge_start_us)];
  if (of_day.empty() || of_day.back() != index) of_day.push_back(index);
}

bool DaySnapshots::Repeats(const BillRow& row, uint32_t delivery,
                           Account* account) const {
  const Hash128 id =
      row.line_id.empty() ? row.identity : FastHash(row.line_id, seed_);
  const auto [taken, first] = account->corrections.try_emplace(id, delivery);
  return !first && taken->second != delivery;
}

RowStanding DaySnapshots::Of(const BillRow& row, uint32_t delivery) {
  Account& account = AccountOf(row);
  const RowStanding standing = OfTime(row, delivery, account);
  if (standing == RowStanding::kSuperseded) return standing;
  if (!row.correction) {
    Take(row, delivery, &account);
    return standing;
  }
  return Repeats(row, delivery, &account) ? RowStanding::kSuperseded
                                          : RowStanding::kCounts;
}

}  // namespace drawdown
