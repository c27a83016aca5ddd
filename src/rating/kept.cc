#include "rating/kept.h"

#include <algorithm>
#include <optional>
#include <span>
#include <tuple>

#include "base/check.h"
#include "base/civil.h"
#include "base/error.h"
#include "rating/begin.h"
#include "rating/grain.h"
#include "rating/lines.h"
#include "rating/plan.h"
#include "rating/shift.h"
#include "rating/usage_tally.h"
#include "rating/walk.h"

namespace drawdown {
namespace {

struct KeyOrder {
  bool operator()(const LineKey& a, const LineKey& b) const {
    return LineBefore(a, b);
  }
};

// Charges of the ends of intervals, by line.
struct EndSum {
  LineSum sum;
  int64_t charges = 0;
};

auto CellOrder(const UsageCell& cell) {
  return std::make_tuple(cell.tenant, cell.pool);
}

// What replaces the cell of the same tenant and pool.
void Replace(const UsageCell& cell, std::vector<UsageCell>* cells) {
  const auto place =
      std::lower_bound(cells->begin(), cells->end(), cell,
                       [](const UsageCell& a, const UsageCell& b) {
                         return CellOrder(a) < CellOrder(b);
                       });
  const bool there =
      place != cells->end() && CellOrder(*place) == CellOrder(cell);
  if (there && cell.gpu_time.zero()) {
    cells->erase(place);
  } else if (there) {
    *place = cell;
  } else if (!cell.gpu_time.zero()) {
    cells->insert(place, cell);
  }
}

}  // namespace

class KeptRating::Impl {
 public:
  Impl(const RatingInput& input, UsageTable usage)
      : input_(input), usage_(std::move(usage)) {
    input_.usage = &usage_;
  }

  absl::Status Begin() {
    RETURN_IF_ERROR(CheckInput(input_));
    ASSIGN_OR_RETURN(plan_,
                     MakePlan(input_.contracts, usage_, input_.capacity));
    names_.tenants = plan_.tenants;
    names_.pools = usage_.pools;
    names_.commitments = plan_.names;
    names_.notes = plan_.notes;
    NoteVersions(input_, plan_, &names_);
    walk_.emplace(plan_, input_.period);
    first_us_ = input_.period.start_us;
    const Interval span = RatedSpan(input_, first_us_, plan_.term);
    // What is before the period only leads to its first state.
    const auto first = std::partition_point(
        usage_.cells.begin(), usage_.cells.end(),
        [this](const UsageCell& cell) { return cell.bucket_us < first_us_; });
    const auto before = static_cast<size_t>(first - usage_.cells.begin());
    if (span.start_us < std::min(first_us_, span.end_us)) {
      walk_->Give({usage_.cells.begin(), first});
      RETURN_IF_ERROR(
          walk_->Run(span.start_us, std::min(first_us_, span.end_us), true));
      RETURN_IF_ERROR(CheckFits());
    }
    states_.push_back(walk_->state());
    const std::vector<UsageCell> cells = std::move(usage_.cells);
    usage_.cells.clear();
    return Update(input_.at_us, std::span(cells).subspan(before));
  }

  absl::Status Update(int64_t at_us, std::span<const UsageCell> changes) {
    CHECK(at_us >= input_.at_us);
    input_.at_us = at_us;
    walked_ = 0;
    const Interval span = RatedSpan(input_, first_us_, plan_.term);
    const size_t was = buckets_.size();
    if (span.end_us > first_us_) buckets_.resize(IndexOf(span.end_us));
    states_.resize(buckets_.size() + 1);
    notes_.resize(buckets_.size());
    std::map<size_t, std::vector<UsageCell>> changed;
    for (auto next = changes.begin(); next != changes.end();) {
      const UsageCell& cell = *next;
      if (cell.bucket_us >= span.end_us) break;
      const size_t index = IndexOf(cell.bucket_us);
      if (index >= was) {
        const auto end = std::partition_point(
            next, changes.end(), [&cell](const UsageCell& other) {
              return other.bucket_us == cell.bucket_us;
            });
        buckets_[index].assign(next, end);
        next = end;
        continue;
      }
      ++next;
      const auto [it, added] = changed.try_emplace(index);
      if (added) it->second = buckets_[index];
      Replace(cell, &it->second);
    }
    return Rewalk(was, std::move(changed));
  }

  absl::StatusOr<Statement> MakeStatement() const {
    RatedUsage rated = names_;
    for (const std::vector<std::string>& notes : notes_) {
      rated.notes.insert(rated.notes.end(), notes.begin(), notes.end());
    }
    return StatementOfLines(input_, rated, Lines());
  }

  int64_t first_us() const { return first_us_; }
  int64_t until_us() const {
    return first_us_ +
           static_cast<int64_t>(buckets_.size()) * usage_.bucket_length_us;
  }
  const UsageTable& usage() const { return usage_; }
  int64_t walked() const { return walked_; }

  std::vector<UsageCell> CellsOf(uint32_t tenant, uint32_t pool,
                                 int64_t from_us) const {
    std::vector<UsageCell> found;
    for (size_t i = IndexOf(std::max(from_us, first_us_)); i < buckets_.size();
         ++i) {
      const UsageCell key = {0, tenant, pool, {}};
      const auto place =
          std::lower_bound(buckets_[i].begin(), buckets_[i].end(), key,
                           [](const UsageCell& a, const UsageCell& b) {
                             return CellOrder(a) < CellOrder(b);
                           });
      const bool there =
          place != buckets_[i].end() && CellOrder(*place) == CellOrder(key);
      if (there) found.push_back(*place);
    }
    return found;
  }

  size_t bytes() const {
    size_t sum = tally_.bytes();
    for (const auto& cells : buckets_) {
      sum += cells.capacity() * sizeof(UsageCell);
    }
    const WalkState& state = states_.front();
    const size_t words = state.order.size() + state.position.size() +
                         2 * state.pool_slots.size() + state.tiered.size();
    sum += states_.size() *
           (sizeof(WalkState) + state.tranches.size() * sizeof(TrancheState) +
            state.spends.size() * sizeof(SpendState) +
            state.tiers.size() * sizeof(TierState) + words * sizeof(uint32_t));
    return sum;
  }

 private:
  size_t IndexOf(int64_t at_us) const {
    return static_cast<size_t>((at_us - first_us_) / usage_.bucket_length_us);
  }

  // Walks what changed and what hangs on it: with the old cells to take away,
  // with the new ones to add. `was` buckets have been walked before.
  absl::Status Rewalk(size_t was,
                      std::map<size_t, std::vector<UsageCell>> changed) {
    WalkState old;  // where both begin the bucket
    WalkState now;
    bool differs = false;
    for (size_t i = 0; i < buckets_.size();) {
      const auto next = changed.lower_bound(i);
      const size_t edge = next == changed.end() ? was : next->first;
      if (!differs && i < was) {
        i = edge;
        if (i == buckets_.size()) break;
        old = now = states_[i];
      } else if (i == 0) {
        now = states_[0];
      } else if (i < was && edge > i) {
        const size_t reached =
            ShiftStates(plan_, first_us_, i, edge, now, &states_, &old);
        if (reached > i) {
          i = reached;
          now = states_[i];
          continue;
        }
      }
      if (i < was) {
        walk_->Restore(old);
        RETURN_IF_ERROR(WalkBucket(i, -1));
      }
      if (next != changed.end() && next->first == i) {
        buckets_[i] = std::move(next->second);
      }
      walk_->Restore(now);
      RETURN_IF_ERROR(WalkBucket(i, 1));
      ++i;
      now = walk_->state();
      if (i <= was) old = std::move(states_[i]);
      differs = i >= was || !(now == old);
      states_[i] = now;
    }
    return absl::OkStatus();
  }

  absl::Status WalkBucket(size_t index, int sign) {
    ++walked_;
    walk_->SumInto(&tally_, sign);
    walk_->Give(buckets_[index]);
    const GpuTime before = walk_->rated();
    const int64_t start_us =
        first_us_ + static_cast<int64_t>(index) * usage_.bucket_length_us;
    RETURN_IF_ERROR(
        walk_->Run(start_us, start_us + usage_.bucket_length_us, true));
    RETURN_IF_ERROR(CheckFits());
    GpuTime given;
    for (const UsageCell& cell : buckets_[index]) {
      if (plan_.priced[cell.pool]) given += cell.gpu_time;
    }
    CHECK(walk_->rated() - before == given);
    for (const Charge& charge : walk_->TakeCharges()) AddEnd(charge, sign);
    walk_->TakeSpans();
    walk_->TakeSpendMarks();
    notes_[index].clear();
    for (auto& [at_us, note] : walk_->TakeNotes()) {
      notes_[index].push_back(std::move(note));
    }
    return absl::OkStatus();
  }

  absl::Status CheckFits() const {
    if (walk_->costs_fit() && walk_->rated().valid()) return absl::OkStatus();
    return MakeError(ErrorCode::kOverflow,
                     "contract " + plan_.contract_id +
                         ": a total or a cost does not fit 128 bits");
  }

  void AddEnd(const Charge& charge, int sign) {
    const ChargeRule& rule = walk_->rules().all()[charge.rule];
    const auto [it, added] = ends_.try_emplace(KeyOf(charge, rule));
    EndSum& end = it->second;
    end.sum.gpu_time += rule.TimeOf(charge) * sign;
    end.sum.cost += rule.OwnCostOf(charge) * sign;
    end.charges += sign;
    if (end.charges == 0) ends_.erase(it);
  }

  // Several slots may be one line: of two versions, or of an expansion at its
  // commitment's price.
  SummedLines Lines() const {
    SummedLines lines;
    tally_.ForEach([&](uint32_t index, uint32_t tenant, uint32_t pool,
                       Int128 time) {
      const ChargeSlot& slot = plan_.slots[index];
      lines.push_back({{.tenant = tenant + 1,
                        .pool = pool + 1,
                        .commitment = slot.commitment + 1,
                        .kind = slot.kind,
                        .has_gpu_time = true,
                        .priced = slot.unit_price.has_value(),
                        .unit_price = slot.unit_price.value_or(MoneyAmount())},
                       {GpuTime(time), MoneyAmount()}});
    });
    for (const auto& [key, end] : ends_) lines.push_back({key, end.sum});
    std::sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) {
      return LineBefore(a.first, b.first);
    });
    size_t last = 0;
    for (size_t i = 1; i < lines.size(); ++i) {
      if (lines[i].first == lines[last].first) {
        lines[last].second.gpu_time += lines[i].second.gpu_time;
        lines[last].second.cost += lines[i].second.cost;
      } else {
        lines[++last] = lines[i];
      }
    }
    if (!lines.empty()) lines.resize(last + 1);
    return lines;
  }

  RatingInput input_;
  UsageTable usage_;  // its cells are in buckets_
  Plan plan_;
  RatedUsage names_;  // without charges
  std::optional<Walk> walk_;
  int64_t first_us_ = 0;
  int64_t walked_ = 0;
  std::vector<std::vector<UsageCell>> buckets_;  // from first_us_ on
  std::vector<WalkState> states_;  // at the start of each, and at the end
  std::vector<std::vector<std::string>> notes_;  // of milestones, by bucket
  UsageTally tally_;
  std::map<LineKey, EndSum, KeyOrder> ends_;
};

KeptRating::KeptRating(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KeptRating::~KeptRating() = default;

bool KeptRating::Keeps(const RatingInput& input) {
  const ContractTimeline& contracts = input.contracts;
  const Interval& period = input.period;
  const Contract& first = *contracts.spans().front().contract;
  const int64_t start_us =
      std::max(first.term.start_us, contracts.spans().front().from_us);
  const bool inside =
      start_us <= period.start_us &&
      period.end_us <= contracts.spans().back().contract->term.end_us;
  const bool credits = std::any_of(
      contracts.spans().begin(), contracts.spans().end(),
      [](const ContractSpan& span) { return !span.contract->credits.empty(); });
  return inside && period.start_us <= input.at_us && !credits &&
         input.capacity.spans.empty() && !NeedsRuns(contracts);
}

absl::StatusOr<std::unique_ptr<KeptRating>> KeptRating::Make(
    const RatingInput& input, UsageTable usage) {
  auto impl = std::make_unique<Impl>(input, std::move(usage));
  RETURN_IF_ERROR(impl->Begin());
  return std::unique_ptr<KeptRating>(new KeptRating(std::move(impl)));
}

int64_t KeptRating::changes_from_us() const { return impl_->first_us(); }
int64_t KeptRating::rated_until_us() const { return impl_->until_us(); }
const std::vector<std::string>& KeptRating::tenants() const {
  return impl_->usage().tenants;
}
const std::vector<std::string>& KeptRating::pools() const {
  return impl_->usage().pools;
}
std::vector<UsageCell> KeptRating::CellsOf(uint32_t tenant, uint32_t pool,
                                           int64_t from_us) const {
  return impl_->CellsOf(tenant, pool, from_us);
}
absl::Status KeptRating::Update(int64_t at_us,
                                std::span<const UsageCell> changes) {
  return impl_->Update(at_us, changes);
}
absl::StatusOr<Statement> KeptRating::MakeStatement() const {
  return impl_->MakeStatement();
}
int64_t KeptRating::walked() const { return impl_->walked(); }
size_t KeptRating::bytes() const { return impl_->bytes(); }

}  // namespace drawdown
