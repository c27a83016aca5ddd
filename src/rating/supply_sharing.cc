// How the commitments of a layer share what was stated, moment by moment.
#include <algorithm>
#include <map>
#include <utility>

#include "base/wide.h"
#include "rating/plan.h"
#include "rating/supply.h"

namespace drawdown {
namespace {

// The last step that has begun; end() when none has.
PoolSupply::const_iterator StepAt(const PoolSupply& supply, int64_t at_us) {
  const auto after = std::upper_bound(
      supply.begin(), supply.end(), at_us,
      [](int64_t at, const SupplyStep& step) { return at < step.from_us; });
  return after == supply.begin() ? supply.end() : std::prev(after);
}

int64_t NextChange(const PoolSupply& supply, int64_t at_us, int64_t end_us) {
  const auto after = std::upper_bound(
      supply.begin(), supply.end(), at_us,
      [](int64_t at, const SupplyStep& step) { return at < step.from_us; });
  return after == supply.end() ? end_us : std::min(end_us, after->from_us);
}

// Amounts of a stretch are in 1e-6 GPU-microseconds, in which every count of
// GPUs is whole.
constexpr Int128 kFine = kMicroGpusPerGpu;

// One that takes from the supply, at what it is due then.
struct Sharer {
  const TrancheTerms* terms = nullptr;
  DueRate due;
};

// Sharing over a stretch of time in which nothing changes.
class Stretch {
 public:
  // The stretch that begins at `from_us`, and ends at `to_us` at the latest.
  Stretch(const Plan& plan, uint32_t index, int64_t from_us, int64_t to_us)
      : plan_(plan),
        version_(plan.VersionAt(from_us)),
        from_us_(from_us),
        to_us_(std::min(to_us, plan.versions[version_].holds.end_us)) {
    const Commitment* wanted = plan.tranches[index].terms[version_].commitment;
    if (wanted == nullptr) return;
    for (const uint32_t other : plan.versions[version_].supply_order) {
      const Tranche& tranche = plan.tranches[other];
      if (tranche.terms[version_].commitment->layer == wanted->layer) {
        AddSharer(tranche);
      }
      if (other == index) break;
    }
  }

  int64_t to_us() const { return to_us_; }

  // What the last sharer lacks, below 0 for what it could have beyond its due;
  // 0 where nothing is stated.
  std::optional<Int128> Lack() {
    if (!Supply()) return std::nullopt;
    for (const Sharer& sharer : sharers_) {
      const bool last = &sharer == &sharers_.back();
      const std::optional<Int128> there = LeftFor(*sharer.terms);
      const Int128 amount =
          last ? sharer.due.delivered
               : std::min(sharer.due.contracted, sharer.due.delivered);
      const auto due =
          MulDivHalfEven(amount, length() * kFine, sharer.due.per_us);
      if (!due.ok()) return std::nullopt;
      if (last) return there ? *due - *there : 0;
      Take(*sharer.terms, *due);
    }
    return 0;
  }

 private:
  Int128 length() const { return to_us_ - from_us_; }

  void AddSharer(const Tranche& tranche) {
    const Interval& active = tranche.schedule.active();
    const TrancheTerms& terms = tranche.terms[version_];
    if (from_us_ < active.start_us) to_us_ = std::min(to_us_, active.start_us);
    if (!Contains(active, from_us_) || terms.supplied.empty()) return;
    const DueRate due = tranche.schedule.DueAt(from_us_);
    to_us_ = std::min(to_us_, due.until_us);
    for (const uint32_t pool : terms.supplied) {
      to_us_ = NextChange(plan_.supply[pool], from_us_, to_us_);
    }
    sharers_.push_back({&terms, due});
  }

  // All that is there. False if it does not fit.
  bool Supply() {
    Int128 sum = 0;
    for (const Sharer& sharer : sharers_) {
      for (const uint32_t pool : sharer.terms->supplied) {
        const PoolSupply& supply = plan_.supply[pool];
        const auto step = StepAt(supply, from_us_);
        if (step == supply.end() || !step->micro_gpus) continue;
        Int128 amount = 0;
        if (__builtin_mul_overflow(*step->micro_gpus, length(), &amount)) {
          return false;
        }
        const bool first = left_.emplace(pool, amount).second;
        if (first && __builtin_add_overflow(sum, amount, &sum)) return false;
      }
    }
    return true;
  }

  // None where nothing is stated of its pools.
  std::optional<Int128> LeftFor(const TrancheTerms& terms) const {
    std::optional<Int128> sum;
    for (const uint32_t pool : terms.supplied) {
      const auto left = left_.find(pool);
      if (left != left_.end()) sum = sum.value_or(0) + left->second;
    }
    return sum;
  }

  void Take(const TrancheTerms& terms, Int128 amount) {
    for (const uint32_t pool : terms.supplied) {
      const auto left = left_.find(pool);
      if (left == left_.end()) continue;
      const Int128 taken = std::min(amount, left->second);
      left->second -= taken;
      amount -= taken;
    }
  }

  const Plan& plan_;
  const uint32_t version_;
  const int64_t from_us_;
  int64_t to_us_;
  std::vector<Sharer> sharers_;      // in order, the one asked about last
  std::map<uint32_t, Int128> left_;  // by pool
};

}  // namespace

std::optional<Int128> LackOfSupply(const Plan& plan, uint32_t tranche,
                                   const Fulfilment& fulfilment) {
  const std::vector<TrancheTerms>& versions = plan.tranches[tranche].terms;
  const bool supplied = std::any_of(
      versions.begin(), versions.end(),
      [](const TrancheTerms& terms) { return !terms.supplied.empty(); });
  if (!supplied) return 0;
  // All versions have it by one model.
  const bool continuous = std::any_of(
      versions.begin(), versions.end(), [](const TrancheTerms& terms) {
        return terms.commitment != nullptr &&
               terms.commitment->model == CommitmentModel::kContinuous;
      });
  Int128 sum = 0;
  for (int64_t at = fulfilment.cut.start_us; at < fulfilment.cut.end_us;) {
    Stretch stretch(plan, tranche, at, fulfilment.cut.end_us);
    std::optional<Int128> lack = stretch.Lack();
    if (!lack) return std::nullopt;
    if (continuous) lack = std::max<Int128>(*lack, 0);
    if (__builtin_add_overflow(sum, *lack, &sum)) return std::nullopt;
    at = stretch.to_us();
  }
  return DivHalfEven(std::max<Int128>(sum, 0), kFine);
}

}  // namespace drawdown
