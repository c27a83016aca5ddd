#include "rating/shift.h"

#include <algorithm>
#include <optional>

namespace drawdown {
namespace {

// A tier that a rate is in; none beyond the last bounded one.
size_t TierOf(const Rate& rate, Int128 used) {
  size_t tier = 0;
  while (tier < rate.tiers.size() && rate.tiers[tier].up_to.has_value() &&
         rate.tiers[tier].up_to->count() <= used) {
    ++tier;
  }
  return tier;
}

class Shift {
 public:
  Shift(const Plan& plan, const WalkState& was, const WalkState& now)
      : plan_(plan), was_(was), now_(now) {
    for (size_t i = 0; i < was.tranches.size(); ++i) {
      if (was.tranches[i].left != now.tranches[i].left) tranches_.push_back(i);
    }
    for (size_t i = 0; i < was.spends.size(); ++i) {
      if (was.spends[i].counted != now.spends[i].counted) spends_.push_back(i);
    }
    for (size_t i = 0; i < was.tiers.size(); ++i) {
      if (was.tiers[i].used != now.tiers[i].used) tiers_.push_back(i);
    }
  }

  // Adds the difference.
  void Apply(WalkState* state) const {
    for (const size_t i : tranches_) {
      const Int128 more = now_.tranches[i].left - was_.tranches[i].left;
      state->tranches[i].left += more;
      state->tranches[i].drawn -= more;
    }
    for (const size_t i : spends_) {
      state->spends[i].counted +=
          now_.spends[i].counted - was_.spends[i].counted;
    }
    for (const size_t i : tiers_) {
      state->tiers[i].used += now_.tiers[i].used - was_.tiers[i].used;
    }
  }

  // Whether the two differ by sums alone, which nobody else looks at.
  bool IsAll() const {
    for (const size_t i : tranches_) {
      if (!was_.tranches[i].allotted.empty()) return false;
    }
    for (const size_t i : spends_) {
      if (was_.spends[i].terms->shares) return false;
      if (!now_.spends[i].counted.valid()) return false;
    }
    for (const size_t i : tiers_) {
      if (!RateOf(i).has_value()) return false;
    }
    WalkState sum = was_;
    Apply(&sum);
    return sum == now_;
  }

  // The first instant of a bucket that must be walked: the last one of an
  // interval that differs, or before a milestone, or the first of a version or
  // a rate.
  int64_t Until(int64_t at_us) const {
    const VersionPlan& version = plan_.versions[was_.version];
    int64_t until = version.holds.end_us;
    if (!tiers_.empty()) until = std::min(until, was_.next_rate_us);
    const auto last_bucket = [&](int64_t end_us) {
      until = std::min(until, end_us - plan_.usage->bucket_length_us);
    };
    for (const Commitment& commitment : version.contract->commitments) {
      for (const Milestone& milestone : commitment.milestones) {
        if (milestone.by_us > at_us) last_bucket(milestone.by_us);
      }
    }
    for (const size_t i : tranches_) {
      last_bucket(was_.tranches[i].fulfilment.cut.end_us);
    }
    for (const size_t i : spends_) {
      last_bucket(was_.spends[i].fulfilment.cut.end_us);
    }
    for (const size_t i : tiers_) last_bucket(was_.tiers[i].interval.end_us);
    return until;
  }

  // Whether there was enough in both walks until then: usage drew all it could.
  bool Ample(const WalkState& later) const {
    WalkState shifted = later;
    Apply(&shifted);
    for (const size_t i : tranches_) {
      if (later.tranches[i].left <= 0 || shifted.tranches[i].left <= 0) {
        return false;
      }
    }
    for (const size_t i : tiers_) {
      const Rate& rate = *RateOf(i).value();
      const size_t tier = TierOf(rate, was_.tiers[i].used);
      for (const Int128 used :
           {now_.tiers[i].used, later.tiers[i].used, shifted.tiers[i].used}) {
        if (TierOf(rate, used) != tier) return false;
      }
    }
    return true;
  }

 private:
  // Of those in use.
  std::optional<const Rate*> RateOf(size_t count) const {
    const VersionPlan& version = plan_.versions[was_.version];
    for (const uint32_t rate : was_.tiered) {
      if (version.tier_counts[rate] == count) {
        return &version.contract->rates[rate];
      }
    }
    return std::nullopt;
  }

  const Plan& plan_;
  const WalkState& was_;
  const WalkState& now_;
  std::vector<size_t> tranches_;
  std::vector<size_t> spends_;
  std::vector<size_t> tiers_;
};

}  // namespace

size_t ShiftStates(const Plan& plan, int64_t first_us, size_t from, size_t to,
                   const WalkState& now, std::vector<WalkState>* states,
                   WalkState* before) {
  const WalkState was = *before;
  const Shift shift(plan, was, now);
  if (!shift.IsAll()) return from;
  const int64_t length = plan.usage->bucket_length_us;
  const int64_t at_us = first_us + static_cast<int64_t>(from) * length;
  const int64_t free = (shift.Until(at_us) - at_us) / length;
  if (free <= 0) return from;
  to = std::min(to, from + static_cast<size_t>(free));
  size_t reached = from;
  while (reached < to && shift.Ample((*states)[reached + 1])) ++reached;
  for (size_t i = from + 1; i <= reached; ++i) {
    if (i == reached) *before = (*states)[i];
    shift.Apply(&(*states)[i]);
  }
  return reached;
}

}  // namespace drawdown
