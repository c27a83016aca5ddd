// Making budgets anew, from the books and what files have counted since.
#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "base/error.h"
#include "ledger/buckets.h"
#include "ledger/live_records.h"
#include "settle/budget_keeper.h"
#include "settle/epoch_state.h"
#include "settle/torn_unless_done.h"

namespace drawdown {

absl::Status BudgetKeeper::FreshenBefore(Deadline deadline,
                                         ReadTransaction* books,
                                         int64_t now_us) {
  {
    const BudgetsLock lock(file_.get(), LeftUntil(deadline));
    if (!lock.held()) return file_->BusyError();
    if (IsInStep() && now_us < file_->state().valid_until_us) {
      return absl::OkStatus();
    }
  }
  // Read without the lock: it is a long way for those who wait for it.
  ASSIGN_OR_RETURN(const std::vector<PublishedBudget> values,
                   books_->Published(books, {}));
  const BudgetsLock lock(file_.get(), LeftUntil(deadline));
  if (!lock.held()) return file_->BusyError();
  TornUnlessDone torn(file_.get());
  RETURN_IF_ERROR(Rebuild(books, values, now_us));
  torn.Done();
  return absl::OkStatus();
}

absl::Status BudgetKeeper::Rebuild(ReadTransaction* books,
                                   std::span<const PublishedBudget> values,
                                   int64_t now_us) {
  BudgetsState& state = file_->state();
  file_->NoteChange();
  // What is over what changes only while it is torn.
  if (file_->torn()) file_->NoteLayout();
  // First, so that what goes wrong from here on is noted again.
  file_->ClearTorn();
  ++state.generation;
  state.begun = 0;
  state.published = 0;
  // A flip whose author died between its commit and the word.
  ASSIGN_OR_RETURN(const std::optional<LiveEpoch> epoch, ReadLiveEpoch(books));
  if (epoch) FinishFlip(*epoch, epoch_.get());
  RETURN_IF_ERROR(RecallAll());
  RETURN_IF_ERROR(FillBudgets(values));
  ASSIGN_OR_RETURN(
      const bool whole,
      VisitUndrained(books, [&](const MeterIds& ids, Int128 amount_us) {
        const auto chains = ChainsOf(ids, books);
        if (chains.ok()) (**chains)->Take(amount_us);
        return chains.status();
      }));
  // What is left over of the bucket before would count in this one's windows:
  // it is for a drain to bring it to the books first.
  const Epoch now = epoch_->Get();
  for (const PublishedBudget& value : values) {
    now_us = std::max(now_us, value.at_us);
  }
  const bool turned = BucketOf(now_us, options_.bucket_us) != now.bucket;
  state.bucket = whole && !turned ? now.bucket : now.bucket - 1;
  return absl::OkStatus();
}

absl::Status BudgetKeeper::FillBudgets(
    std::span<const PublishedBudget> values) {
  BudgetsState& state = file_->state();
  for (uint32_t quota = 0; quota < state.end; ++quota) {
    file_->at(quota) = Budget{};
    file_->NoteAbove(quota, 0);
  }
  state.valid_until_us = std::numeric_limits<int64_t>::max();
  state.falling = 0;
  state.falling_count = 0;
  state.falling_rate = 0;
  state.fallen_until_us = std::numeric_limits<int64_t>::max();
  ++state.last_ticket;
  for (const PublishedBudget& value : values) {
    RETURN_IF_ERROR(file_->Reserve(value.quota + 1));
    // Who is above whom, before any claim is handed up.
    Budget& budget = file_->at(value.quota);
    budget.books.quota = value.quota;
    budget.books.above = value.above;
    file_->NoteAbove(value.quota, value.above);
  }
  for (const PublishedBudget& value : values) Store(value, state.last_ticket);
  return absl::OkStatus();
}

void BudgetKeeper::Store(const PublishedBudget& value, uint64_t ticket) {
  BudgetsState& state = file_->state();
  if (value.quota >= state.end) return;
  Budget& budget = file_->at(value.quota);
  if (!budget.exists() || budget.ticket > ticket) return;
  budget.ticket = ticket;
  const MeterChains chain(file_.get(), std::array{value.quota});
  PublishedBudget now = value;
  now.above = budget.books.above;
  chain.ForEach([&](BudgetChain budgets) { Publish(budgets, now); });
  if (budget.claims_fall()) {
    if (budget.next_falling == 0) {
      budget.next_falling = state.falling == 0 ? kNoneFalling : state.falling;
      state.falling = value.quota;
    }
    // Of one that is listed already too: no less than it is.
    state.fallen_until_us = std::min(state.fallen_until_us, value.at_us);
    state.falling_rate += value.falls;
    ++state.falling_count;
  }
  state.valid_until_us = std::min(state.valid_until_us, value.valid_until_us);
}

absl::StatusOr<bool> BudgetKeeper::VisitUndrained(ReadTransaction* books,
                                                  const OfMeter& visit) {
  std::set<Uuid> posted;  // and not removed yet
  ASSIGN_OR_RETURN(const std::vector<NamedLiveFile> records,
                   ReadLiveFiles(books));
  for (const NamedLiveFile& record : records) {
    if (record.file.state != LiveFileState::kCounting) {
      posted.insert(record.uuid);
    }
  }
  bool whole = true;
  RETURN_IF_ERROR(VisitFiles([&](LanesReader* reader) -> absl::Status {
    if (posted.contains(reader->identity().uuid)) return absl::OkStatus();
    ASSIGN_OR_RETURN(const bool all, VisitUndrainedOf(*reader, books, visit));
    whole = whole && all;
    return absl::OkStatus();
  }));
  return whole;
}

absl::StatusOr<bool> BudgetKeeper::VisitUndrainedOf(const LanesReader& reader,
                                                    ReadTransaction* books,
                                                    const OfMeter& visit) {
  ASSIGN_OR_RETURN(const AdmittedMarks marks,
                   ReadAdmitted(books, reader.identity().uuid));
  const uint32_t over = 1 - epoch_->Get().bank;
  bool whole = true;
  BlockSums sums;
  for (uint32_t block = 0; block < reader.blocks(); ++block) {
    reader.SumAdmitted(block, &sums);
    const uint32_t first = block * kBlockMeters;
    for (uint32_t i = 0; i < sums.admitted[0].size(); ++i) {
      const AdmittedMark mark =
          first + i < marks.size() ? marks[first + i] : AdmittedMark{};
      Int128 undrained = 0;
      for (uint32_t bank = 0; bank < kBanks; ++bank) {
        // Behind only after a power loss.
        const uint64_t now = std::max(sums.admitted[bank][i], mark[bank]);
        undrained += now - mark[bank];
        whole = whole && (bank != over || now == mark[bank]);
      }
      const std::optional<MeterIds> ids =
          undrained != 0 ? reader.MeterAt(first + i) : std::nullopt;
      if (ids) RETURN_IF_ERROR(visit(*ids, undrained));
    }
  }
  return whole;
}

}  // namespace drawdown
