#include "tests/unit/ledger/naive_quotas.h"

#include <algorithm>
#include <limits>

#include "ledger/buckets.h"

namespace drawdown {
namespace {

constexpr Int128 kFine = 1'000'000;
constexpr int64_t kFar = std::numeric_limits<int64_t>::max() / 4;

bool Below(const std::string& path, const std::string& ancestor) {
  return path.size() > ancestor.size() && path.starts_with(ancestor) &&
         path[ancestor.size()] == '/';
}
bool AtOrBelow(const std::string& path, const std::string& ancestor) {
  return path == ancestor || Below(path, ancestor);
}
// The selectors of these tests have no '*' but the one for everything.
bool OnPool(const QuotaScope& scope, const std::string& pool) {
  return scope.pool == "*" || AtOrBelow(pool, scope.pool);
}
bool Over(const QuotaScope& scope, const std::string& tenant,
          const std::string& pool) {
  return AtOrBelow(tenant, scope.tenant) && OnPool(scope, pool);
}
bool SameKindOf(const QuotaScope& a, const QuotaScope& b) {
  return a.pool == b.pool && a.period == b.period &&
         a.rolling_us == b.rolling_us;
}
bool AtOnce(const NaiveQuota& quota) {
  return quota.scope.period == QuotaPeriod::kAtOnce;
}
Int128 Nominal(const QuotaLimit& limit, QuotaPeriod period, Int128 amount) {
  (void)limit;
  return period == QuotaPeriod::kAtOnce ? amount : amount * kFine;
}

// Days since 1970 of the first of a month, by counting.
int64_t DaysUntil(int year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
  int64_t days = 0;
  for (int y = 1970; y < year; ++y) {
    days += y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 366 : 365;
  }
  for (int m = 0; m < month; ++m) {
    days += kDays[m];
    if (m == 1 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) ++days;
  }
  return days;
}

}  // namespace

NaiveQuotas::Span NaiveQuotas::WindowOf(const NaiveQuota& quota,
                                        int64_t at_us) const {
  constexpr int64_t kDay = 24 * kMicrosPerHour;
  if (quota.scope.period == QuotaPeriod::kTotal) return {-kFar, kFar};
  if (quota.scope.period == QuotaPeriod::kRolling) {
    const int64_t end_us = (at_us / bucket_us_ + 1) * bucket_us_;
    return {end_us - quota.scope.rolling_us, end_us};
  }
  if (at_us >= month_.start_us && at_us < month_.end_us) return month_;
  for (int year = 1970;; ++year) {
    for (int month = 0; month < 12; ++month) {
      const int64_t end_us = DaysUntil(month == 11 ? year + 1 : year,
                                       month == 11 ? 0 : month + 1) *
                             kDay;
      if (at_us >= end_us) continue;
      month_ = {DaysUntil(year, month) * kDay, end_us};
      return month_;
    }
  }
}

std::string NaiveQuotas::PathAt(std::string path, int64_t at_us) const {
  for (const TenantMove& move : moves_) {
    if (move.from_us <= at_us && AtOrBelow(path, move.old_path)) {
      path = move.new_path + path.substr(move.old_path.size());
    }
  }
  return path;
}
const std::string& NaiveQuotas::PathNow(const std::string& path) const {
  const auto known = now_.find(path);
  if (known != now_.end()) return known->second;
  return now_[path] = PathAt(path, kFar);
}

const std::vector<NaiveQuotas::Span>& NaiveQuotas::Stretches(
    const std::string& tenant, const std::string& ancestor) const {
  const auto [known, added] = stretches_.try_emplace({tenant, ancestor});
  if (added) known->second = FindStretches(tenant, ancestor);
  return known->second;
}

std::vector<NaiveQuotas::Span> NaiveQuotas::FindStretches(
    const std::string& tenant, const std::string& ancestor) const {
  std::vector<int64_t> edges = {-kFar};
  for (const TenantMove& move : moves_) edges.push_back(move.from_us);
  edges.push_back(kFar);
  std::vector<Span> stretches;
  for (size_t i = 0; i + 1 < edges.size(); ++i) {
    if (edges[i] == edges[i + 1]) continue;
    if (!AtOrBelow(PathAt(tenant, edges[i]), ancestor)) continue;
    if (!stretches.empty() && stretches.back().end_us == edges[i]) {
      stretches.back().end_us = edges[i + 1];
    } else {
      stretches.push_back({edges[i], edges[i + 1]});
    }
  }
  return stretches;
}

int64_t NaiveQuotas::OpenFor(const NaiveRun& run, int64_t from_us,
                             int64_t at_us) {
  const int64_t start_us = run.segments.back().start_us;
  if (run.later && at_us < start_us) return 0;
  return at_us - std::max(start_us, from_us);
}

Int128 NaiveQuotas::UsedBy(const NaiveRun& run, const Span& stretch,
                           const Span& window, int64_t at_us) const {
  Int128 used = 0;
  const int64_t from_us = std::max(stretch.start_us, window.start_us);
  const int64_t to_us = std::min(stretch.end_us, window.end_us);
  if (from_us >= to_us) return 0;
  for (const Segment& segment : run.segments) {
    if (segment.end_us || stretch.end_us != kFar) {
      used += (SegmentTimeUntil(segment, to_us).count() -
               SegmentTimeUntil(segment, from_us).count()) *
              kFine;
    } else if (std::max(segment.start_us, from_us) < to_us) {
      used += Int128{segment.micro_gpus} * OpenFor(run, from_us, at_us);
    }
  }
  return used;
}

Int128 NaiveQuotas::Used(const NaiveQuota& quota, int64_t at_us) const {
  Int128 used = 0;
  const Span window = WindowOf(quota, at_us);
  for (const auto& [id, run] : runs) {
    if (!OnPool(quota.scope, run.pool)) continue;
    for (const Span& stretch : Stretches(run.tenant, quota.scope.tenant)) {
      if (!AtOnce(quota)) {
        used += UsedBy(run, stretch, window, at_us);
      } else if (stretch.end_us == kFar && run.accrues()) {
        used += run.segments.back().micro_gpus;
      }
    }
  }
  if (AtOnce(quota)) return used;
  for (const NaiveAmount& amount : amounts) {
    if (amount.bucket_us >= window.start_us &&
        amount.bucket_us < window.end_us &&
        Over(quota.scope, PathAt(amount.tenant, amount.bucket_us),
             amount.pool)) {
      used += amount.amount * kFine;
    }
  }
  return used;
}

std::map<std::string, Int128> NaiveQuotas::Usage(int64_t from_us,
                                                 int64_t to_us) const {
  std::map<std::string, Int128> usage;
  for (const auto& [id, run] : runs) {
    for (int64_t at_us = from_us; at_us < to_us; at_us += bucket_us_) {
      for (const Segment& segment : run.segments) {
        usage[PathAt(run.tenant, at_us)] +=
            SegmentTimeUntil(segment, at_us + bucket_us_).count() -
            SegmentTimeUntil(segment, at_us).count();
      }
    }
  }
  for (const NaiveAmount& amount : amounts) {
    if (amount.bucket_us >= from_us && amount.bucket_us < to_us) {
      usage[PathAt(amount.tenant, amount.bucket_us)] += amount.amount;
    }
  }
  std::erase_if(usage, [](const auto& item) { return item.second == 0; });
  return usage;
}

void NaiveQuotas::Move(const TenantMove& move) {
  const auto later = std::upper_bound(
      moves_.begin(), moves_.end(), move.from_us,
      [](int64_t us, const TenantMove& one) { return us < one.from_us; });
  moves_.insert(later, move);
  now_.clear();
  stretches_.clear();
  const auto limited = [&](const NaiveQuota& quota) {
    if (Limit(quota, move.from_us) != nullptr) return true;
    const auto from = quota.limits.upper_bound(move.from_us);
    return std::any_of(from, quota.limits.end(),
                       [](const auto& one) { return one.second.has_value(); });
  };
  const std::vector<NaiveQuota> before = quotas;
  for (size_t i = 0; i < before.size(); ++i) {
    const NaiveQuota& quota = before[i];
    if (!AtOrBelow(quota.scope.tenant, move.old_path) || !limited(quota)) {
      continue;
    }
    QuotaScope scope = quota.scope;
    scope.tenant =
        move.new_path + quota.scope.tenant.substr(move.old_path.size());
    const bool stays =
        std::any_of(before.begin(), before.end(), [&](const NaiveQuota& one) {
          return one.scope == scope && limited(one) &&
                 !AtOrBelow(one.scope.tenant, move.old_path);
        });
    std::map<int64_t, std::optional<QuotaLimit>> versions(
        quota.limits.upper_bound(move.from_us), quota.limits.end());
    if (quota.limits.begin()->first <= move.from_us) {
      const QuotaLimit* const now = Limit(quota, move.from_us);
      versions[move.from_us] =
          now == nullptr ? std::optional<QuotaLimit>() : *now;
    }
    for (const auto& [from_us, limit] : versions) {
      quotas[i].limits[from_us].reset();
    }
    if (stays) continue;
    auto target =
        std::find_if(quotas.begin(), quotas.end(),
                     [&](const NaiveQuota& one) { return one.scope == scope; });
    if (target == quotas.end()) {
      target = quotas.insert(quotas.end(), NaiveQuota{scope, {}});
    }
    for (const auto& [from_us, limit] : versions) {
      target->limits[from_us] = limit;
    }
  }
}

Int128 NaiveQuotas::HeldBy(const NaiveHold& hold, int64_t at_us) const {
  if (hold.closed || at_us >= hold.expires_us) return 0;
  Int128 left = (hold.total - hold.charged) * kFine;
  Int128 accruing = 0;
  if (!hold.run.empty()) {
    const NaiveRun& run = runs.at(hold.run);
    for (const Segment& segment : run.segments) {
      if (segment.end_us) {
        left -= SegmentTimeUntil(segment, *segment.end_us).count() * kFine;
      } else {
        accruing =
            Int128{segment.micro_gpus} * OpenFor(run, segment.start_us, at_us);
      }
    }
  }
  // What is negative of it is negative of used: it is moved from one to the
  // other.
  return left <= 0 ? 0 : std::max<Int128>(left - accruing, 0);
}

int64_t NaiveQuotas::GpusHeldBy(const NaiveHold& hold, int64_t at_us) const {
  if (hold.closed || at_us >= hold.expires_us) return 0;
  if (hold.run.empty()) return hold.micro_gpus;
  const NaiveRun& run = runs.at(hold.run);
  const bool spent = hold.total > 0 && HeldBy(hold, at_us) == 0;
  int64_t kept = spent ? 0 : hold.micro_gpus;
  // A part of a device does not shrink.
  if (run.device.empty()) {
    int64_t had = run.segments.front().micro_gpus;
    for (const Segment& segment : run.segments) {
      if (segment.micro_gpus < had) kept = std::min(kept, segment.micro_gpus);
      had = segment.micro_gpus;
    }
  }
  return run.accrues() ? std::max<int64_t>(0, kept - run.micro_gpus)
                       : std::max(kept, run.micro_gpus);
}

Int128 NaiveQuotas::Held(const NaiveQuota& quota, int64_t at_us) const {
  Int128 held = 0;
  for (const auto& [id, hold] : holds) {
    if (!Over(quota.scope, PathNow(hold.tenant), hold.pool)) continue;
    held += AtOnce(quota) ? GpusHeldBy(hold, at_us) : HeldBy(hold, at_us);
  }
  return held;
}

const QuotaLimit* NaiveQuotas::Limit(const NaiveQuota& quota,
                                     int64_t at_us) const {
  auto after = quota.limits.upper_bound(at_us);
  if (after == quota.limits.begin()) return nullptr;
  const std::optional<QuotaLimit>& limit = std::prev(after)->second;
  return limit ? &*limit : nullptr;
}

Int128 NaiveQuotas::Committed(
    const NaiveQuota& quota, int64_t at_us,
    const std::map<const NaiveQuota*, Int128>& taken) const {
  const auto found = taken.find(&quota);
  return Used(quota, at_us) + Held(quota, at_us) +
         (found == taken.end() ? 0 : found->second);
}

Int128 NaiveQuotas::Reserved(const NaiveQuota& quota, int64_t at_us) const {
  return Reserved(quota, at_us, {});
}

Int128 NaiveQuotas::Reserved(
    const NaiveQuota& quota, int64_t at_us,
    const std::map<const NaiveQuota*, Int128>& taken) const {
  std::vector<const NaiveQuota*> slices;
  for (const NaiveQuota& other : quotas) {
    const QuotaLimit* const limit = Limit(other, at_us);
    if (limit != nullptr && limit->slice &&
        SameKindOf(other.scope, quota.scope) &&
        Below(other.scope.tenant, quota.scope.tenant)) {
      slices.push_back(&other);
    }
  }
  Int128 reserved = 0;
  for (const NaiveQuota* const slice : slices) {
    bool inner = false;
    for (const NaiveQuota* const other : slices) {
      inner |= Below(slice->scope.tenant, other->scope.tenant);
    }
    if (inner) continue;
    const QuotaLimit& limit = *Limit(*slice, at_us);
    const Int128 promised = Nominal(limit, quota.scope.period,
                                    limit.nominal - limit.lending.value_or(0));
    reserved += std::max(promised - Committed(*slice, at_us, taken),
                         Reserved(*slice, at_us, taken));
  }
  return reserved;
}

Int128 NaiveQuotas::AskOf(const NaiveQuota& quota, const Asked& asked) const {
  if (AtOnce(quota)) return asked.micro_gpus;
  return (asked.gpu_us_of ? (*asked.gpu_us_of)[&quota - quotas.data()]
                          : asked.gpu_us) *
         kFine;
}

bool NaiveQuotas::FitsOne(
    const Asked& asked, int64_t at_us,
    const std::map<const NaiveQuota*, Int128>& taken) const {
  for (const NaiveQuota& quota : quotas) {
    if (!Over(quota.scope, asked.tenant, asked.pool)) continue;
    const QuotaLimit* const limit = Limit(quota, at_us);
    const Int128 ask = AskOf(quota, asked);
    if (limit == nullptr || limit->soft || ask <= 0) continue;
    const Int128 most =
        Nominal(*limit, quota.scope.period, limit->nominal + limit->borrowing);
    const Int128 committed = Committed(quota, at_us, taken);
    if (committed + ask > most) return false;
    // What the ask takes here beyond what slices below set aside: ask again
    // with it taken.
    std::map<const NaiveQuota*, Int128> then = taken;
    for (const NaiveQuota& other : quotas) {
      if (SameKindOf(other.scope, quota.scope) &&
          Over(other.scope, asked.tenant, asked.pool)) {
        then[&other] += AskOf(other, asked);
      }
    }
    const Int128 before = committed + Reserved(quota, at_us, taken);
    const Int128 after =
        Committed(quota, at_us, then) + Reserved(quota, at_us, then);
    if (after > before && after > most) return false;
  }
  return true;
}

bool NaiveQuotas::Fits(const std::vector<Asked>& asks, int64_t at_us) const {
  std::map<const NaiveQuota*, Int128> taken;
  for (Asked asked : asks) {
    asked.tenant = PathNow(asked.tenant);
    if (!FitsOne(asked, at_us, taken)) return false;
    for (const NaiveQuota& quota : quotas) {
      if (!Over(quota.scope, asked.tenant, asked.pool)) continue;
      taken[&quota] += AskOf(quota, asked);
    }
  }
  return true;
}

bool NaiveQuotas::NeedsHold(const std::string& tenant, const std::string& pool,
                            int64_t at_us) const {
  return std::any_of(quotas.begin(), quotas.end(), [&](const NaiveQuota& one) {
    const QuotaLimit* const limit = Limit(one, at_us);
    return limit != nullptr && !limit->soft && !AtOnce(one) &&
           Over(one.scope, PathNow(tenant), pool);
  });
}

}  // namespace drawdown
