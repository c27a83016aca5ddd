// The walk through time that rating is: buckets in order, interval ends
// between them, commitments drawn down in burn order.
#ifndef DRAWDOWN_SRC_RATING_WALK_H_
#define DRAWDOWN_SRC_RATING_WALK_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "rating/bucket.h"
#include "rating/cost.h"
#include "rating/plan.h"
#include "rating/rules.h"
#include "rating/usage_tally.h"

namespace drawdown {

// Hours carried into an interval, oldest first.
struct RolledIn {
  Int128 left = 0;
  int32_t intervals_left = 0;  // after which they lapse, this one included

  friend bool operator==(const RolledIn&, const RolledIn&) = default;
};

// A tranche in its current interval.
struct TrancheState {
  bool open = false;
  const TrancheTerms* terms = nullptr;  // of the version that holds
  Fulfilment fulfilment;
  Int128 contracted = 0;
  Int128 delivered = 0;
  Int128 entitled = 0;  // the lesser of the two: what can be drawn
  Int128 left = 0;      // of `entitled`
  Int128 drawn = 0;     // rolled-in hours included
  Int128 rolled_in = 0;
  std::vector<RolledIn> rolled;
  std::vector<AllottedPart> allotted;  // of `entitled`

  Int128 available() const;
  // REQUIRES: amount <= available(). Rolled-in hours go first.
  void Draw(Int128 amount);

  friend bool operator==(const TrancheState&, const TrancheState&) = default;
};

// What an interval leaves.
struct IntervalRest {
  Int128 rolled_out = 0;
  Int128 lapsed = 0;  // neither drawn nor rolled over
};

// Ends the interval that the state is in: what it leaves goes on in its
// `rolled`. `last`: no other follows.
IntervalRest EndInterval(const std::optional<Rollover>& rollover, bool last,
                         TrancheState* state);

struct SpendState {
  bool open = false;
  TrancheState pot;     // in money; drawn when the interval ends
  MoneyAmount counted;  // of each charge its share, in whole 1e-18 units
  const SpendTerms* terms = nullptr;  // of the version that holds
  Fulfilment fulfilment;
  MoneyAmount contracted;

  friend bool operator==(const SpendState&, const SpendState&) = default;
};

// What was drawn of an interval while versions before the one that holds did.
struct DrawnEarlier {
  Int128 drawn = 0;
  MoneyAmount worth;  // at their prices
};

// What counts for a rate's tiers.
struct TierState {
  Interval interval;
  Int128 used = 0;

  friend bool operator==(const TierState&, const TierState&) = default;
};

// All that what comes next depends on.
struct WalkState {
  uint32_t version = 0;
  std::vector<TrancheState> tranches;
  std::vector<SpendState> spends;
  std::vector<uint32_t> order;     // tranches in burn order, layer by layer
  std::vector<uint32_t> position;  // in burn order, by commitment name
  bool order_stale = true;
  std::vector<uint32_t> pool_slots;  // what the rate card makes of each pool
  std::vector<uint32_t> pool_rates;  // its tiered rate, or kNoIndex
  std::vector<uint32_t> tiered;      // the tiered rates in use
  std::vector<TierState> tiers;      // by Plan::tier_counts
  int64_t next_rate_us = 0;

  friend bool operator==(const WalkState&, const WalkState&) = default;
};

// Lower than any.
inline constexpr int32_t kEveryLayer = std::numeric_limits<int32_t>::min();

// What a charge costs, as far as no commitment of a layer has counted it.
struct MoneyPiece {
  uint32_t slot = 0;  // kNoIndex: the shortfall of a Spend commitment
  uint32_t tenant = kNoIndex;
  uint32_t pool = kNoIndex;
  MoneyAmount left;
};

// What amounts of one slot in one bucket have in common.
struct Booking {
  uint32_t slot = 0;
  bool counted_only = false;
  bool priced = false;
  HourlyPrice price;
  uint32_t rule = kNoIndex;
  int64_t bucket_us = std::numeric_limits<int64_t>::min();
};

class Walk {
 public:
  // Charges are kept for buckets that start in `period` and intervals that end
  // in it; what lies before is walked for the commitments' state. `plan` must
  // outlive the walk.
  Walk(const Plan& plan, const Interval& period);

  // Rates [from, to), both on bucket boundaries. Intervals that end at `to` are
  // closed only if `close_at_end`.
  // kOverflow, kInvalidArgument (an edge inside a bucket).
  absl::Status Run(int64_t from_us, int64_t to_us, bool close_at_end);

  // Begins the intervals that contain `at_us` and are not open.
  absl::Status Open(int64_t at_us);

  // Notes how far each open spend commitment is at `at_us`, where Run() has
  // come to, as it notes each one's end.
  absl::Status MarkSpends(int64_t at_us);
  std::vector<SpendMark> TakeSpendMarks() { return std::move(spend_marks_); }

  Charges TakeCharges() { return std::exchange(charges_, {}); }
  std::vector<Interval> TakeSpans() { return std::exchange(spans_, {}); }
  RuleBook& rules() { return rules_; }
  const RuleBook& rules() const { return rules_; }
  // From now on usage is summed there, `sign` times (1 or -1), without charges;
  // only ends of intervals still make them.
  void SumInto(UsageTally* tally, int sign) {
    tally_ = tally;
    sign_ = sign;
  }
  // From now on the charges of one bucket for usage are one where pool and rule
  // are, and of no tenant.
  void JoinTenants() { joined_.emplace(); }
  // What milestones come to after that is a projection.
  void ProjectFrom(std::optional<int64_t> from_us) {
    projected_from_us_ = from_us;
  }
  // The cells to be rated next, instead of the plan's.
  void Give(std::span<const UsageCell> cells) { cells_ = cells; }
  const WalkState& state() const { return now_; }
  void Restore(const WalkState& state) { now_ = state; }

  // What became of milestones, by instant.
  std::vector<std::pair<int64_t, std::string>> TakeNotes() {
    return std::exchange(notes_, {});
  }
  // Priced once each, over all that was walked.
  GpuTime rated() const { return rated_; }
  // Whether every charge's cost fits.
  bool costs_fit() const { return costs_fit_; }

  // By index into the plan's tranches and spends.
  const TrancheState& tranche(size_t index) const {
    return now_.tranches[index];
  }
  const SpendState& spend(size_t index) const { return now_.spends[index]; }
  // The end of the bucket that drew or counted the last of what is available in
  // the current interval; not after Restore().
  std::optional<int64_t> tranche_emptied_us(size_t index) const {
    return tranches_emptied_us_[index];
  }
  std::optional<int64_t> spend_emptied_us(size_t index) const {
    return spends_emptied_us_[index];
  }
  // What is drawn in the current interval, each hour at the price of the
  // version under which it was; not after Restore().
  MoneyAmount WorthDrawn(size_t index) const;

 private:
  // walk.cc: time
  absl::Status Close(int64_t at_us);
  absl::StatusOr<int64_t> NextEdge(int64_t at_us, int64_t to_us) const;
  absl::Status TurnTo(uint32_t version);
  void ApplyRates(int64_t at_us);
  void Reorder(int64_t at_us);
  absl::Status RateBuckets(int64_t from_us, int64_t to_us);
  void ReserveCharges(int64_t to_us);

  // milestones.cc
  int64_t NextMilestone(int64_t after_us, int64_t before_us) const;
  std::optional<Int128> DrawnOf(const Commitment& commitment,
                                int64_t by_us) const;
  void NoteMilestones(int64_t at_us);

  // walk_bucket.cc: one bucket
  absl::Status RateBucket(int64_t bucket_us, std::span<const UsageCell> cells);
  void DrawCommitments(int64_t bucket_end_us);
  void BookOverage();
  void BookTiers();
  void EmitBucket(int64_t bucket_us);
  void JoinCharge(uint32_t slot, size_t first, const Charge& charge);
  const Booking& BookingOf(uint32_t slot, int64_t bucket_us) {
    Booking& booking = bookings_[slot];
    if (booking.bucket_us != bucket_us) Prepare(slot, bucket_us, &booking);
    return booking;
  }
  void Prepare(uint32_t slot, int64_t bucket_us, Booking* booking);
  template <typename Visit>
  void VisitBooked(int64_t bucket_us, Visit&& visit);
  void Count(const Booking& booking, size_t cell, GpuTime amount);

  // walk_spend.cc: what Spend commitments count
  void CountAlone(const MoneyPiece& piece, int32_t above);
  void CountShared();
  void CountEnded(int32_t above);
  int64_t ShareOf(const SpendState& state, const MoneyPiece& piece) const;
  MoneyAmount Weigh(MoneyAmount money, int64_t share);
  std::vector<int32_t> SharedLayers() const;
  std::vector<MoneyPiece> PiecesFor(int32_t layer) const;
  void AddCellPieces(int32_t layer, size_t cell,
                     std::vector<MoneyPiece>* pieces) const;
  void CountPieces(int32_t layer, std::vector<MoneyPiece> pieces);
  void CountInto(size_t index, bool last, std::vector<MoneyPiece>* pieces);
  void NoteCountedAll(int64_t at_us);

  // walk_interval.cc: beginnings and ends of fulfilment intervals
  absl::Status OpenTranche(size_t index, int64_t at_us);
  absl::Status AllotTranche(size_t index, const AllotmentPlan* before);
  absl::Status OpenSpend(size_t index, int64_t at_us);
  void CloseTranche(size_t index);
  absl::Status CloseSpends(int64_t at_us);
  absl::Status CloseSpend(size_t index);
  absl::StatusOr<SpendMark> MarkOf(size_t index, int64_t at_us) const;
  void BookMoney(size_t index, ChargeKind kind, MoneyAmount cost,
                 const std::string& text);
  void BookRest(const TrancheState& state, Int128 rest);
  void BookInterval(uint32_t slot, const Interval& interval, Int128 amount,
                    uint32_t tenant = kNoIndex);

  bool Emits(const Interval& interval) const;
  void SortFrom(size_t first);
  MoneyAmount Cost(MoneyAmount per_gpu_hour, GpuTime time);
  uint32_t RuleOf(uint32_t slot);
  uint32_t SpanIndex(const Interval& span);

  const VersionPlan& version() const { return plan_.versions[now_.version]; }

  const Plan& plan_;
  const Interval period_;
  Bucket bucket_;
  std::vector<Booking> bookings_;  // by slot, as of the bucket last booked
  bool has_overage_ = false;
  WalkState now_;

  std::vector<DrawnEarlier> drawn_earlier_;  // by tranche
  std::vector<std::optional<int64_t>> tranches_emptied_us_;
  std::vector<std::optional<int64_t>> spends_emptied_us_;
  std::vector<MoneyPiece> ended_;  // what the instant's interval ends cost
  UsageTally* tally_ = nullptr;
  int sign_ = 1;
  std::span<const UsageCell> cells_;
  size_t next_cell_ = 0;
  RuleBook rules_;
  std::vector<std::pair<int64_t, std::string>> notes_;
  std::optional<int64_t> projected_from_us_;
  GpuTime rated_;
  bool costs_fit_ = true;
  Charges charges_;
  // Of JoinTenants, by pool: a pool has few slots.
  struct LastJoined {
    uint32_t slot = 0;
    size_t places = 0;  // one more than the place of its last charge
  };
  std::optional<std::vector<std::vector<LastJoined>>> joined_;
  std::vector<Interval> spans_;
  std::vector<SpendMark> spend_marks_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_WALK_H_
