// Deciding about one admission.
#include <algorithm>

#include "base/error.h"
#include "settle/budget_keeper.h"

namespace drawdown {
namespace {

// Rounds in which the books are asked; each ends with an answer unless a window
// turns or a process dies meanwhile.
constexpr int kRounds = 3;

// A slice is at most this part of the room, so that all threads together keep
// little that others would have to recall ...
constexpr int64_t kShareOfRoom = 64;
// ... at most so many times what was asked for: more would save nothing ...
constexpr int64_t kMostCalls = 4'096;
// ... and none for fewer calls than pay for filling and recalling it.
constexpr int64_t kFewestCalls = 8;

// How much more a slice with `left` in it gets; 0: none.
int64_t SliceFor(int64_t room, int64_t gpu_us, uint64_t left) {
  const Int128 most = Int128{gpu_us} * kMostCalls;
  const auto space = static_cast<int64_t>(kMaxSlice - left);
  const Int128 more = std::min<Int128>({room / kShareOfRoom, most, space});
  return more >= Int128{gpu_us} * kFewestCalls ? static_cast<int64_t>(more) : 0;
}

}  // namespace

Decision BudgetKeeper::Admit(const AdmissionPlace& place, int64_t gpu_us) {
  if (stopped()) return Decision::kBusy;  // The file may be others' by now.
  for (int round = 0; round < kRounds; ++round) {
    Outcome outcome = Outcome::kBusy;
    bool stale = false;
    {
      const BudgetsLock lock(file_.get(), options_.patience);
      if (!lock.held() || stopped()) return Decision::kBusy;
      const int64_t now_us = hooks_.now_us();
      outcome = Decide(place, gpu_us, now_us, nullptr, false);
      stale = IsStale(now_us);
    }
    if (outcome == Outcome::kAskBooks) outcome = AskBooks(place, gpu_us, stale);
    if (outcome == Outcome::kAdmitted) return Decision::kAdmitted;
    if (outcome == Outcome::kExceeded) return Decision::kQuotaExceeded;
    if (outcome == Outcome::kBusy) return Decision::kBusy;
  }
  return Decision::kBusy;
}

BudgetKeeper::Outcome BudgetKeeper::AskBooks(const AdmissionPlace& place,
                                             int64_t gpu_us, bool stale) {
  {
    std::lock_guard<std::mutex> lock(asking_mutex_);
    if (stopped()) return Outcome::kBusy;
    ++asking_;
  }
  const Deadline deadline = After(options_.patience);
  Outcome outcome = Outcome::kBusy;
  absl::Status status = stale ? hooks_.drain(deadline) : absl::OkStatus();
  if (status.ok()) {
    status = hooks_.with_writer_lock(
        deadline, [&](ReadTransaction* books) -> absl::Status {
          const int64_t now_us = hooks_.now_us();
          RETURN_IF_ERROR(Freshen(books, now_us));
          const BudgetsLock lock(file_.get(), options_.patience);
          if (!lock.held()) return file_->BusyError();
          outcome = Decide(place, gpu_us, now_us, books, true);
          return absl::OkStatus();
        });
  }
  {
    std::lock_guard<std::mutex> lock(asking_mutex_);
    --asking_;
    asked_.notify_all();
  }
  return status.ok() ? outcome : Outcome::kBusy;
}

BudgetKeeper::Outcome BudgetKeeper::Decide(const AdmissionPlace& place,
                                           int64_t gpu_us, int64_t now_us,
                                           ReadTransaction* books, bool final) {
  if (file_->torn()) return Outcome::kAskBooks;
  const auto found = ChainsOf({place.tenant, place.pool}, books);
  if (!found.ok()) return Outcome::kBusy;
  const MeterChains& chains = ***found;
  if (!chains.empty() && IsStale(now_us)) return Outcome::kAskBooks;
  if (AdmitUnder(chains, place, gpu_us, now_us)) return Outcome::kAdmitted;
  const auto recalled = RecallFor(chains, gpu_us, now_us, books);
  if (!recalled.ok()) return Outcome::kBusy;
  if (*recalled && AdmitUnder(chains, place, gpu_us, now_us)) {
    return Outcome::kAdmitted;
  }
  // What a commit in between still keeps may be its author's last trace.
  return IsSettled() || final ? Outcome::kExceeded : Outcome::kAskBooks;
}

bool BudgetKeeper::AdmitUnder(const MeterChains& chains,
                              const AdmissionPlace& place, int64_t gpu_us,
                              int64_t now_us) {
  // Of the bank that counts now: what is taken here is used here.
  const uint32_t bank = place.ActiveBank();
  const Slice slice = place.SliceOf(bank);
  if (slice.there() && meter_internal::Spend(slice.word(), gpu_us)) return true;
  const int64_t room = chains.Room(now_us);
  if (room < gpu_us) return false;
  const int64_t more =
      slice.there() ? SliceFor(room, gpu_us, slice.remaining()) : 0;
  if (more == 0) {
    chains.Take(gpu_us);
    place.AdmitPastSlice(bank, static_cast<uint64_t>(gpu_us));
    return true;
  }
  for (Budget* const budget : chains.budgets()) ++budget->filled;
  chains.Take(more);
  slice.Fill(static_cast<uint64_t>(more), static_cast<uint64_t>(gpu_us));
  return true;
}

}  // namespace drawdown
