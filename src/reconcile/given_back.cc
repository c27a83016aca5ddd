#include "reconcile/given_back.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/coding.h"

namespace drawdown {
namespace {

// Of the contract's things the meter judges.
bool IsOfNoPool(const RoutedRow& routed) {
  if (routed.key.disposition == Disposition::kCorrection) {
    return routed.key.lane == Lane();
  }
  return PassesThrough(routed.key.disposition);
}

}  // namespace

uint64_t GivenBack::Hash(const BillRow& row, std::string_view service,
                         std::string_view resource) {
  if (service.empty() && resource.empty()) return 0;
  scratch_ = row.currency.ToString();
  AppendString(service, &scratch_);
  AppendString(resource, &scratch_);
  const uint64_t hash = FastHash(scratch_, seed_).low;
  return hash == 0 ? 1 : hash;
}

uint64_t GivenBack::HashOfAmount(uint64_t thing, MoneyAmount amount) {
  scratch_.clear();
  AppendFixed(thing, &scratch_);
  AppendFixed(amount, &scratch_);
  return FastHash(scratch_, seed_).low;
}

GivenBack::Things GivenBack::ThingsOf(const BillRow& row) {
  return {Hash(row, row.service, row.resource), Hash(row, "", row.resource),
          Hash(row, row.service, "")};
}

void GivenBack::Add(const BillRow& row, const RoutedRow& routed) {
  if (row.billed_cost.amount >= MoneyAmount() || !routed.contract_provider ||
      !IsOfNoPool(routed)) {
    return;
  }
  const uint64_t thing = Hash(row, row.service, row.resource);
  if (thing == 0) return;  // MarkRefunds takes it off all that is claimed
  const MoneyAmount amount = -row.billed_cost.amount;
  const uint64_t taken_back = HashOfAmount(thing, amount);
  const bool of_any = routed.key.disposition == Disposition::kCorrection ||
                      row.category == ChargeCategory::kCredit ||
                      row.category == ChargeCategory::kAdjustment;
  const bool known =
      of_any ? sums_.contains(thing) : whole_.contains(taken_back);
  if (!known && sums_.size() + whole_.size() == kMost) {
    too_many_ = true;
  } else if (of_any) {
    sums_[thing] += amount;
  } else {
    ++whole_[taken_back];
  }
}

GivenBack::Left GivenBack::Take(const Things& things, MoneyAmount each,
                                uint64_t copies) {
  copies -= TakeWhole(things[0], each, copies);
  const MoneyAmount cost = each * static_cast<Int128>(copies);
  const MoneyAmount given = TakeAny(things, cost);
  if (given.zero() || !cost.valid()) return {copies, 0, {}};
  const auto left =
      static_cast<uint64_t>((cost - given).count() / each.count());
  return {left, copies - left, given};
}

uint64_t GivenBack::TakeWhole(uint64_t thing, MoneyAmount each,
                              uint64_t copies) {
  uint64_t taken = 0;
  for (uint64_t at_once = std::min(copies, kMostAtOnce); at_once > 0;) {
    const auto found =
        whole_.find(HashOfAmount(thing, each * static_cast<Int128>(at_once)));
    if (found == whole_.end() || found->second == 0) {
      --at_once;
      continue;
    }
    --found->second;
    taken += at_once;
    at_once = std::min(at_once, copies - taken);
  }
  return taken;
}

MoneyAmount GivenBack::TakeAny(const Things& things, MoneyAmount cost) {
  MoneyAmount taken;
  for (const uint64_t thing : things) {
    const auto found = sums_.find(thing);
    if (found == sums_.end()) continue;
    const MoneyAmount part = std::min(found->second, cost - taken);
    found->second -= part;
    taken += part;
  }
  return taken;
}

}  // namespace drawdown
