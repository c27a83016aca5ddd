#include "reconcile/posted_corrections.h"

#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "model/reason_text.h"
#include "reconcile/tolerance.h"

namespace drawdown {
namespace {

MoneyAmount Expected(const Lane& lane, const PostedCorrections::Sums& sums,
                     const CostBasis& basis) {
  if (basis.amount == BilledAmount::kNone) return MoneyAmount();
  if (!IsFree(lane, basis)) return sums.cost;
  return IsPurchase(lane.kind) ? sums.true_up : MoneyAmount();
}

// Late usage may come as a correction or as a plain row of a later bill.
bool IsCorrecting(const Group& group) {
  return group.key.disposition == Disposition::kCorrection ||
         group.key.disposition == Disposition::kTiming;
}

Lane LaneOf(const Group& group) {
  Lane lane = group.key.lane;
  if (lane.kind == RowKind::kNone && lane.pool != kNoIndex) {
    lane.kind = RowKind::kOnDemand;
  }
  return lane;
}

// In the order of what they say, not of their keys, whose names are numbered as
// they come.
bool IsBefore(const Group& a, const Group& b, const Interner& texts) {
  const auto key = [](const Group& group) {
    return std::tie(group.key.start_us, group.key.end_us, group.key.disposition,
                    group.sums.cost, group.sums.billed);
  };
  if (key(a) != key(b)) return key(a) < key(b);
  const auto line = [&texts](const Group& group) {
    return group.key.service == kNoIndex
               ? std::string_view()
               : std::string_view(texts.Name(group.key.service));
  };
  return line(a) < line(b);
}

bool Agrees(const PostedCorrections::Sums& sums, BilledAmount amount,
            const ReconcileOptions& options) {
  const bool timed = sums.billed.unmeasured == 0;
  if (timed && !IsWithin(sums.billed.billed - sums.time, sums.slack)) {
    return false;
  }
  if (amount == BilledAmount::kNone) return timed;
  const MoneyAmount doubled = options.tolerance.has_value()
                                  ? *options.tolerance * 2
                                  : sums.billed.cost_places;
  return sums.billed.uncosted == 0 &&
         IsWithin((sums.billed.cost - sums.expected) * 2, doubled);
}

}  // namespace

PostedCorrections::PostedCorrections(const std::vector<StatementLine>& lines,
                                     const std::vector<CorrectedPeriod>& months,
                                     Interner* pools, Interner* commitments)
    : months_(months) {
  for (const StatementLine& line : lines) {
    size_t month = 0;
    while (month < months_.size() &&
           months_[month].period != line.corrects_period) {
      ++month;
    }
    if (month == months_.size()) continue;
    const uint32_t pool =
        line.pool.empty() ? kNoIndex : pools->Intern(line.pool);
    const uint32_t commitment = line.commitment.empty()
                                    ? kNoIndex
                                    : commitments->Intern(line.commitment);
    switch (line.corrects_kind) {
      case ChargeKind::kOnDemand:
      case ChargeKind::kOverage:
        Add({RowKind::kOnDemand, pool, kNoIndex}, month, line);
        break;
      case ChargeKind::kCovered:
        // Hours that a higher layer counts have no price: a lower layer's line
        // has them.
        if (!line.unit_price.has_value()) break;
        Add({RowKind::kCovered, pool, commitment}, month, line);
        Add({RowKind::kPurchase, kNoIndex, commitment}, month, line);
        break;
      case ChargeKind::kUnused:
        Add({RowKind::kUnused, kNoIndex, commitment}, month, line);
        Add({RowKind::kPurchase, kNoIndex, commitment}, month, line);
        break;
      case ChargeKind::kShortfall:
        if (!line.has_gpu_time) {
          Add({RowKind::kUnused, kNoIndex, commitment}, month, line);
        }
        Add({RowKind::kPurchase, kNoIndex, commitment}, month, line);
        break;
      default:
        break;  // Hours without cost, and money no usage row shows.
    }
  }
}

void PostedCorrections::Add(const Lane& lane, size_t month,
                            const StatementLine& line) {
  Sums& sums = sums_[{month, lane}];
  const MoneyAmount cost = line.cost.value_or(MoneyAmount());
  sums.time += line.gpu_time;
  sums.cost += cost;
  if (line.corrects_kind == ChargeKind::kShortfall && line.has_gpu_time) {
    sums.true_up += cost;
  }
}

void PostedCorrections::JoinKinds(const std::function<bool(uint32_t)>& picks) {
  std::map<std::pair<size_t, Lane>, Sums> joined;
  for (const auto& [key, of_lane] : sums_) {
    auto [month, lane] = key;
    if (lane.kind == RowKind::kCovered && picks(lane.pool)) {
      lane = {RowKind::kOnDemand, lane.pool, kNoIndex};
    }
    Sums& sums = joined[{month, lane}];
    sums.time += of_lane.time;
    sums.cost += of_lane.cost;
    sums.true_up += of_lane.true_up;
  }
  sums_ = std::move(joined);
}

size_t PostedCorrections::IndexOf(const Group& group) const {
  size_t month = 0;
  while (month < months_.size() &&
         (group.key.start_us < months_[month].start_us ||
          group.key.end_us > months_[month].end_us)) {
    ++month;
  }
  return month;
}

void PostedCorrections::Compare(const std::vector<Group>& groups,
                                uint32_t currency, const CostBasis& basis,
                                const Interner& texts,
                                const ReconcileOptions& options) {
  currency_ = currency;
  for (auto& [key, sums] : sums_) {
    sums.expected = Expected(key.second, sums, basis);
  }
  for (const Group& group : groups) {
    if (!IsCorrecting(group) || group.key.currency != currency) continue;
    const auto found = sums_.find({IndexOf(group), LaneOf(group)});
    if (found == sums_.end()) continue;
    Sums& sums = found->second;
    sums.billed += group.sums;
    sums.slack += group.slack();
    if (sums.last == nullptr || IsBefore(*sums.last, group, texts)) {
      sums.last = &group;
    }
    // Money has no hours to publish.
    if (sums.time.zero()) sums.billed.unmeasured = 0;
  }
  for (auto& [key, sums] : sums_) {
    sums.agrees =
        sums.billed.rows != 0 && drawdown::Agrees(sums, basis.amount, options);
  }
}

const PostedCorrections::Sums* PostedCorrections::Of(const Group& group) const {
  if (!IsCorrecting(group) || group.key.currency != currency_) return nullptr;
  const auto found = sums_.find({IndexOf(group), LaneOf(group)});
  return found == sums_.end() ? nullptr : &found->second;
}

std::string_view PostedCorrections::MonthOf(const Group& group) const {
  const size_t month = IndexOf(group);
  return month == months_.size() ? std::string_view() : months_[month].period;
}

std::vector<std::string> PostedCorrections::Missing(Currency currency) const {
  std::vector<std::string> missing;
  for (size_t month = 0; month < months_.size(); ++month) {
    MoneyAmount all;
    MoneyAmount unbilled;
    for (const auto& [key, sums] : sums_) {
      if (key.first != month) continue;
      all += sums.expected;
      if (sums.billed.rows == 0) unbilled += sums.expected;
    }
    if (unbilled.zero()) continue;
    missing.push_back(absl::StrCat(
        "our statement corrects ", months_[month].period, " by ",
        MoneyText(all, currency), ", of which the bill has no row for ",
        MoneyText(unbilled, currency), ": reconcile ", months_[month].period,
        " to see whether its own bill had it"));
  }
  return missing;
}

}  // namespace drawdown
