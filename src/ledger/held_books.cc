#include "ledger/held_books.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/coding.h"
#include "base/error.h"
#include "ledger/buckets.h"

namespace drawdown {
namespace {

FineTime AccruedInEnded(const Run& run) {
  FineTime total;
  for (const Segment& segment : run.segments) {
    if (segment.end_us) {
      total += FineOf(SegmentTimeUntil(segment, *segment.end_us));
    }
  }
  return total;
}

// The GPUs that a hold keeps for its run, with those that run: what it was
// placed with, or as many as the run has shrunk to since. A run that starts
// with fewer has not given the others back.
int64_t GpusFor(const Run& run, int64_t placed) {
  int64_t gpus = placed;
  for (size_t i = 1; i < run.segments.size(); ++i) {
    const Segment& before = run.segments[i - 1];
    const Segment& now = run.segments[i];
    // One that goes on after a gap may have a millionth less
    // (posting_places.cc).
    if (now.micro_gpus < before.micro_gpus && before.end_us == now.start_us) {
      gpus = std::min(gpus, now.micro_gpus);
    }
  }
  return gpus;
}

// When a run of the level, from `since_us` on, has accrued `left`.
int64_t SpentAt(int64_t since_us, FineTime left, Int128 level, int64_t never) {
  if (level <= 0) return never;
  const Int128 takes = (left.count() + level - 1) / level;
  return takes > Int128{never} - since_us
             ? never
             : since_us + static_cast<int64_t>(takes);
}

absl::Status TooMuch() {
  return MakeError(ErrorCode::kOverflow,
                   "what holds hold does not fit 128 bits");
}

// One cursor goes over them: a seek for each would pass all that are deleted,
// which a store in memory keeps until the commit.
absl::Status DeleteAll(WriteTransaction* transaction, std::string_view prefix) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   transaction->NewCursor(Table::kHeld));
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(prefix));
  while (found && cursor->key().starts_with(prefix)) {
    const std::string key(cursor->key());
    RETURN_IF_ERROR(transaction->Delete(Table::kHeld, key));
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return absl::OkStatus();
}

absl::Status HeldDamaged(std::string_view what) {
  return MakeError(ErrorCode::kCorrupt,
                   "table held is damaged: " + std::string(what));
}

}  // namespace

FineTime AccruedBy(const Run& run, int64_t at_us) {
  FineTime total = AccruedInEnded(run);
  const Segment* const open = OpenSegment(run);
  if (open != nullptr && at_us > open->start_us) {
    total += FineTime(open->micro_gpus) * (Int128{at_us} - open->start_us);
  }
  return total;
}

FineTime HeldUntil::At(QuotaPeriod period, int64_t at_us,
                       int64_t draws_us) const {
  if (until_us <= at_us) return FineTime();
  HeldSum alone;
  alone.Add(line, +1);
  return alone.At(period, draws_us);
}

std::optional<HeldUntil> HeldBy(const StoredHold& hold, const Run* run) {
  if (hold.state != HoldState::kOpen) return std::nullopt;
  HeldUntil held;
  held.until_us = hold.expires_us;
  held.line.tenant = hold.tenant;
  held.line.pool = hold.pool;
  FineTime left = FineOf(hold.total() - hold.charged);
  const Segment* open = nullptr;
  if (run == nullptr) {
    held.line.micro_gpus = hold.micro_gpus;
  } else {
    left -= AccruedInEnded(*run);
    open = OpenSegment(*run);
  }
  if (left < FineTime()) left = FineTime();
  if (run != nullptr) {
    // A hold that is spent keeps no more than what a suspended run gave back.
    const bool spent = hold.total() > GpuTime() && left.zero();
    const int64_t runs = open == nullptr ? 0 : open->micro_gpus;
    const int64_t kept = spent ? runs : GpusFor(*run, hold.micro_gpus);
    held.line.micro_gpus = open == nullptr ? std::max(kept, run->micro_gpus)
                                           : std::max<int64_t>(0, kept - runs);
  }
  held.line.constant = left;
  if (open != nullptr && !left.zero()) {
    held.line.rate = open->micro_gpus;
    held.line.constant += FineTime(open->micro_gpus) * open->start_us;
    held.until_us = std::min(
        held.until_us,
        SpentAt(open->start_us, left, open->micro_gpus, hold.expires_us));
  }
  if (left.zero() && held.line.micro_gpus == 0) return std::nullopt;
  return held;
}

absl::StatusOr<int64_t> HeldBooks::Mark() {
  if (mark_) return *mark_;
  ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kHeld, kHeldMarkKey));
  mark_ = std::numeric_limits<int64_t>::min();
  if (bytes) {
    ASSIGN_OR_RETURN(mark_, DecodeHeldInstant(kHeldMarkKey, *bytes));
  }
  return *mark_;
}

absl::Status HeldBooks::Add(const HeldLine& line, int sign,
                            SumsOfQuotas* sums) {
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas* const over,
                   index_->Over(line.tenant, line.pool, name_of_));
  for (const StoredQuota* const quota : *over) {
    (*sums)[quota->id].Add(line, sign);
  }
  return absl::OkStatus();
}

// Once for all quotas that are asked about: there may be many lines.
absl::StatusOr<const HeldBooks::SumsOfQuotas*> HeldBooks::OverAt(
    int64_t at_us) {
  ASSIGN_OR_RETURN(const std::vector<LaterStart>* const later,
                   later_->After(at_us));
  if (over_ && over_->at_us == at_us &&
      over_->index_version == index_->version() &&
      over_->later_version == later_->version()) {
    return &over_->sums;
  }
  ASSIGN_OR_RETURN(const int64_t mark_us, Mark());
  Over over{at_us, index_->version(), later_->version(), {}};
  absl::Status status;
  RETURN_IF_ERROR(
      VisitLines(mark_us, [&](std::string_view, const HeldUntil& held) {
        if (held.until_us > at_us) return false;
        status = Add(held.line, -1, &over.sums);
        return status.ok();
      }));
  RETURN_IF_ERROR(status);
  RETURN_IF_ERROR(TakeOutLater(*later, at_us, &over.sums));
  return &over_.emplace(std::move(over)).sums;
}

// A line is constant - rate x t; before its run begins it holds what it does
// then.
absl::Status HeldBooks::TakeOutLater(const std::vector<LaterStart>& later,
                                     int64_t at_us, SumsOfQuotas* sums) {
  if (later.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const int64_t mark_us, Mark());
  for (const LaterStart& one : later) {
    ASSIGN_OR_RETURN(std::optional<HeldUntil> held, LineDrawnBy(one.run));
    const bool counts = held && held->line.rate != 0 &&
                        held->until_us > std::max(at_us, mark_us);
    if (!counts) continue;
    held->line.constant = FineTime(held->line.rate) * one.start_us;
    held->line.micro_gpus = 0;
    RETURN_IF_ERROR(Add(held->line, -1, sums));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<HeldUntil>> HeldBooks::LineDrawnBy(
    std::string_view run_key) {
  const std::string of_run = HoldOfRunKey(run_key);
  ASSIGN_OR_RETURN(const auto draws, books_->Get(Table::kHolds, of_run));
  if (!draws) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string_view id, DecodeSealed(of_run, *draws));
  const std::string hold_id(id);
  const std::string until_key = HeldUntilKey(hold_id);
  HeldUntil held;
  ASSIGN_OR_RETURN(const auto until, books_->Get(Table::kHeld, until_key));
  if (!until) return std::nullopt;
  ASSIGN_OR_RETURN(held.until_us, DecodeHeldInstant(until_key, *until));
  const std::string key = HeldLineKey(held.until_us, hold_id);
  ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kHeld, key));
  if (!bytes) return HeldDamaged("a hold's line is lost");
  ASSIGN_OR_RETURN(held.line, DecodeHeldLine(key, *bytes));
  return held;
}

absl::StatusOr<HeldBooks::KeptSum*> HeldBooks::KeptSumOf(uint32_t quota) {
  const auto known = sums_.find(quota);
  if (known != sums_.end()) return &known->second;
  const std::string key = HeldSumKey(quota);
  ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kHeld, key));
  KeptSum kept;
  if (bytes) {
    ASSIGN_OR_RETURN(kept.sum, DecodeHeldSum(key, *bytes));
  }
  return &sums_.emplace(quota, kept).first->second;
}

absl::StatusOr<HeldSum> HeldBooks::SumAt(const StoredQuota& quota,
                                         int64_t at_us) {
  ASSIGN_OR_RETURN(const KeptSum* const kept, KeptSumOf(quota.id));
  HeldSum sum = kept->sum;
  if (sum.empty()) return sum;
  ASSIGN_OR_RETURN(const SumsOfQuotas* const over, OverAt(at_us));
  const auto found = over->find(quota.id);
  if (found != over->end()) sum.Add(found->second);
  if (!sum.constant.valid()) return TooMuch();
  return sum;
}

absl::StatusOr<FineTime> HeldBooks::HeldAt(const StoredQuota& quota,
                                           int64_t at_us) {
  ASSIGN_OR_RETURN(const HeldSum sum, SumAt(quota, at_us));
  return sum.At(quota.scope.period, at_us);
}

absl::StatusOr<Int128> HeldBooks::DrawnAt(const StoredQuota& quota,
                                          int64_t at_us) {
  ASSIGN_OR_RETURN(const HeldSum sum, SumAt(quota, at_us));
  return sum.rate;
}

absl::StatusOr<bool> HeldBooks::AnyEnds(const StoredQuota& quota,
                                        int64_t from_us, int64_t until_us) {
  bool ends = false;
  absl::Status status;
  const auto visit = [&](const HeldUntil& held) -> absl::Status {
    // What its run has drawn to the end falls to nothing, and does not drop.
    const FineTime left =
        held.At(quota.scope.period, held.until_us - 1, held.until_us);
    if (left <= FineTime()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const QuotaIndex::Quotas* const over,
                     index_->Over(held.line.tenant, held.line.pool, name_of_));
    ends = std::find(over->begin(), over->end(), &quota) != over->end();
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(
      VisitLines(from_us, [&](std::string_view, const HeldUntil& held) {
        if (held.until_us > until_us) return false;
        status = visit(held);
        return status.ok() && !ends;
      }));
  RETURN_IF_ERROR(status);
  return ends;
}

absl::Status HeldBooks::VisitLines(
    int64_t from_us,
    const std::function<bool(std::string_view, const HeldUntil&)>& visit) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books_->NewCursor(Table::kHeld));
  ASSIGN_OR_RETURN(bool found,
                   cursor->SeekAtLeast(HeldLineKey(from_us + 1, "")));
  while (found && cursor->key().starts_with("e")) {
    HeldUntil held;
    ASSIGN_OR_RETURN(held.line, DecodeHeldLine(cursor->key(), cursor->value()));
    held.until_us = UntilOfHeldLineKey(cursor->key());
    if (!visit(HoldOfHeldLineKey(cursor->key()), held)) break;
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return absl::OkStatus();
}

absl::Status HeldBooks::AddToSums(const HeldLine& line, int sign) {
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas* const over,
                   index_->Over(line.tenant, line.pool, name_of_));
  for (const StoredQuota* const quota : *over) {
    changed_.insert(quota->id);
    ASSIGN_OR_RETURN(KeptSum* const kept, KeptSumOf(quota->id));
    HeldSum sum = kept->sum;
    sum.Add(line, sign);
    if (!sum.constant.valid()) return TooMuch();
    *kept = {sum, true};
  }
  return absl::OkStatus();
}

absl::Status HeldBooks::Flush(WriteTransaction* transaction) {
  std::map<uint32_t, const HeldSum*> in_order;
  for (auto& [quota, kept] : sums_) {
    if (std::exchange(kept.changed, false)) in_order[quota] = &kept.sum;
  }
  for (const auto& [quota, sum] : in_order) {
    const std::string key = HeldSumKey(quota);
    RETURN_IF_ERROR(sum->empty()
                        ? transaction->Delete(Table::kHeld, key)
                        : transaction->PutLate(Table::kHeld, key,
                                               EncodeHeldSum(key, *sum)));
  }
  return absl::OkStatus();
}

absl::Status HeldBooks::RemoveLine(WriteTransaction* transaction,
                                   std::string_view hold_id) {
  const std::string until_key = HeldUntilKey(hold_id);
  ASSIGN_OR_RETURN(const auto until, transaction->Get(Table::kHeld, until_key));
  if (!until) return absl::OkStatus();
  over_.reset();
  ASSIGN_OR_RETURN(const int64_t until_us,
                   DecodeHeldInstant(until_key, *until));
  const std::string key = HeldLineKey(until_us, hold_id);
  ASSIGN_OR_RETURN(const auto bytes, transaction->Get(Table::kHeld, key));
  if (!bytes) return HeldDamaged("a hold's line is lost");
  ASSIGN_OR_RETURN(const HeldLine line, DecodeHeldLine(key, *bytes));
  ASSIGN_OR_RETURN(const int64_t mark_us, Mark());
  if (until_us > mark_us) RETURN_IF_ERROR(AddToSums(line, -1));
  RETURN_IF_ERROR(transaction->Delete(Table::kHeld, key));
  return transaction->Delete(Table::kHeld, until_key);
}

absl::Status HeldBooks::Set(WriteTransaction* transaction,
                            std::string_view hold_id,
                            const std::optional<HeldUntil>& held) {
  RETURN_IF_ERROR(RemoveLine(transaction, hold_id));
  if (!held) return absl::OkStatus();
  const std::string key = HeldLineKey(held->until_us, hold_id);
  HeldLine line = held->line;
  ASSIGN_OR_RETURN(line.tenant, index_->moves().Now(line.tenant));
  RETURN_IF_ERROR(
      transaction->Put(Table::kHeld, key, EncodeHeldLine(key, line)));
  const std::string until_key = HeldUntilKey(hold_id);
  RETURN_IF_ERROR(transaction->Put(
      Table::kHeld, until_key, EncodeHeldInstant(until_key, held->until_us)));
  ASSIGN_OR_RETURN(const int64_t mark_us, Mark());
  if (held->until_us <= mark_us) return absl::OkStatus();
  // One that a run draws may be of a run that has not begun.
  if (over_ && (held->until_us <= over_->at_us || line.rate != 0)) {
    over_.reset();
  }
  if (left_out_us_ && held->until_us <= *left_out_us_) left_out_us_.reset();
  return AddToSums(line, +1);
}

absl::Status HeldBooks::LeaveOutUntil(WriteTransaction* transaction,
                                      int64_t at_us) {
  if (left_out_us_ && at_us <= *left_out_us_) return absl::OkStatus();
  ASSIGN_OR_RETURN(const int64_t mark_us, Mark());
  std::vector<HeldLine> over;
  RETURN_IF_ERROR(
      VisitLines(mark_us, [&](std::string_view, const HeldUntil& held) {
        if (held.until_us > at_us) return false;
        over.push_back(held.line);
        return true;
      }));
  left_out_us_ = at_us;
  // Nothing lies between the mark and the instant: it may stay where it is.
  if (over.empty()) return absl::OkStatus();
  for (const HeldLine& line : over) {
    RETURN_IF_ERROR(AddToSums(line, -1));
  }
  over_.reset();
  mark_ = at_us;
  return transaction->Put(Table::kHeld, kHeldMarkKey,
                          EncodeHeldInstant(kHeldMarkKey, at_us));
}

absl::Status HeldBooks::CheckSums() {
  ASSIGN_OR_RETURN(const int64_t mark_us, Mark());
  SumsOfQuotas of_lines;
  absl::Status status;
  RETURN_IF_ERROR(
      VisitLines(mark_us, [&](std::string_view, const HeldUntil& held) {
        status = Add(held.line, +1, &of_lines);
        return status.ok();
      }));
  RETURN_IF_ERROR(status);
  std::map<std::string, HeldSum> sums;
  for (const auto& [quota, sum] : of_lines) {
    if (!sum.empty()) sums.emplace(HeldSumKey(quota), sum);
  }
  std::map<std::string, HeldSum> stored;
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books_->NewCursor(Table::kHeld));
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast("s"));
  while (found && cursor->key().starts_with("s")) {
    const std::string key(cursor->key());
    ASSIGN_OR_RETURN(stored[key], DecodeHeldSum(key, cursor->value()));
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  if (sums != stored) return HeldDamaged("a sum is not that of its lines");
  return absl::OkStatus();
}

absl::Status HeldBooks::Make(WriteTransaction* transaction) {
  sums_.clear();
  over_.reset();
  left_out_us_.reset();
  for (const std::string_view prefix : {"e", "i", "s"}) {
    RETURN_IF_ERROR(DeleteAll(transaction, prefix));
  }
  std::vector<std::pair<std::string, HeldUntil>> lines;
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   transaction->NewCursor(Table::kHolds));
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast("h"));
  while (found && cursor->key().starts_with("h")) {
    ASSIGN_OR_RETURN(const StoredHold hold,
                     DecodeHold(cursor->key(), cursor->value()));
    std::optional<Run> run;
    if (hold.state == HoldState::kOpen && !hold.run.empty()) {
      ASSIGN_OR_RETURN(const auto bytes,
                       transaction->Get(Table::kRuns, hold.run));
      if (bytes) {
        ASSIGN_OR_RETURN(run, DecodeRun(hold.run, *bytes));
      }
    }
    const auto held = HeldBy(hold, run ? &*run : nullptr);
    if (held) lines.emplace_back(cursor->key().substr(1), *held);
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  for (const auto& [hold_id, held] : lines) {
    RETURN_IF_ERROR(Set(transaction, hold_id, held));
  }
  return absl::OkStatus();
}

}  // namespace drawdown
