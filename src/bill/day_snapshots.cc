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

bool IsLong(const BillRow& row) {
  return row.charge_end_us - row.charge_start_us > kDayUs;
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
                                 const Times& times) {
  const int64_t start_us = row.charge_start_us;
  const int64_t end_us = EndOf(row);
  const int64_t day = DayOf(start_us);
  const int64_t last_day = DayOf(end_us - 1);
  RowStanding standing = RowStanding::kCounts;
  const auto found = times.days.find(day);
  if (found != times.days.end()) {
    for (const uint32_t index : found->second) {
      const Span& span = times.spans[index];
      if (span.delivery == delivery) continue;
      if (span.first_us <= start_us && start_us < span.last_us) {
        return RowStanding::kSuperseded;
      }
      standing = RowStanding::kCountsBeside;
    }
  }
  const auto after =
      last_day == day ? times.days.end() : times.days.find(last_day);
  if (after == times.days.end()) return standing;
  for (const uint32_t index : after->second) {
    const Span& span = times.spans[index];
    if (span.delivery != delivery && start_us < span.first_us &&
        span.first_us < end_us) {
      standing = RowStanding::kCountsBeside;
    }
  }
  return standing;
}

RowStanding DaySnapshots::OfTime(const BillRow& row, uint32_t delivery,
                                 const Account& account) {
  const RowStanding standing = OfTime(row, delivery, account.times);
  if (standing == RowStanding::kSuperseded ||
      account.long_times.spans.empty()) {
    return standing;
  }
  const RowStanding other = OfTime(row, delivery, account.long_times);
  if (other == RowStanding::kSuperseded && !IsLong(row)) {
    return RowStanding::kCountsBeside;
  }
  return std::max(standing, other);
}

void DaySnapshots::Take(const BillRow& row, uint32_t delivery, Times* times) {
  std::vector<Span>& spans = times->spans;
  if (spans.empty() || spans.back().delivery != delivery) {
    spans.push_back({delivery, row.charge_start_us, EndOf(row)});
  }
  Span& span = spans.back();
  span.first_us = std::min(span.first_us, row.charge_start_us);
  span.last_us = std::max(span.last_us, EndOf(row));
  const auto index = static_cast<uint32_t>(spans.size() - 1);
  std::vector<uint32_t>& of_day = times->days[DayOf(row.charge_start_us)];
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
  // One that is replaced is had all the same: what its delivery withdrew stays
  // withdrawn.
  if (row.correction) {
    const bool repeats = Repeats(row, delivery, &account);
    return repeats || standing == RowStanding::kSuperseded
               ? RowStanding::kSuperseded
               : RowStanding::kCounts;
  }
  Take(row, delivery, IsLong(row) ? &account.long_times : &account.times);
  return standing;
}

}  // namespace drawdown
