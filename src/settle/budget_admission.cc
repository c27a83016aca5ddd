// Deciding about one admission.
#include <algorithm>
#include <array>
#include <memory>

#include "base/error.h"
#include "settle/budget_keeper.h"

namespace drawdown {
namespace {

// Rounds in which the books are asked; each ends with an answer unless a window
// turns or a process dies meanwhile.
constexpr int kRounds = 3;

// A slice is at most this part of the room, and less for each that was filled
// before and not recalled: however many there are, they leave room for others,
// who would have to recall them ...
constexpr int64_t kShareOfRoom = 64;
// ... at first for so many calls, then for twice as many each time it is spent:
// of many tenants most do not call often ...
constexpr int64_t kFirstCalls = 64;
// ... up to so many: more would save nothing ...
constexpr int64_t kMostCalls = 4'096;
// ... and none where there is not room for so many calls as pay for filling and
// recalling it ...
constexpr int64_t kFewestCalls = 32;
// ... or not the space, in its word, for these: of large calls it holds few.
constexpr int64_t kFewestInWord = 8;

// An allowance is for so many calls, and under those quotas only that have so
// much to spare: one that soon runs out would have them all recalled.
constexpr int64_t kCallsOfAllowance = 512;

// How much more a slice gets, where `room` is left; 0: none.
int64_t SliceFor(const MeterChains& chains, int64_t room, int64_t gpu_us,
                 const Slice& slice, int64_t now_us) {
  const Int128 least = Int128{gpu_us} * kFewestCalls;
  const auto space = static_cast<int64_t>(kMaxSlice - slice.remaining());
  if (room < least * kShareOfRoom || space < Int128{gpu_us} * kFewestInWord) {
    return 0;
  }
  const Int128 before = Int128{slice.filled()} + gpu_us;  // with what it spent
  const Int128 most = std::clamp(before * 2, Int128{gpu_us} * kFirstCalls,
                                 Int128{gpu_us} * kMostCalls);
  const int64_t share = std::min(room / kShareOfRoom, space);
  auto more = static_cast<int64_t>(std::min<Int128>(share, most));
  for (const Budget* const budget : chains.budgets()) {
    more = std::min(more,
                    RoomAt(*budget, now_us) / (kShareOfRoom + budget->filled));
  }
  return more >= std::min<Int128>(least, space) ? more : 0;
}

// How many of a chain's budgets, from the lowest, have plenty of room, so that
// some can be taken in advance, and how much. Those are left out of which what
// may be taken depends on what is used, by a guarantee, or on the clock.
struct AllowanceSize {
  size_t lower = 0;
  int64_t gpu_us = 0;
};
AllowanceSize AllowanceFor(BudgetChain chain, int64_t gpu_us, int64_t now_us) {
  const Int128 wanted = Int128{gpu_us} * kCallsOfAllowance;
  if (wanted > kMaxAllowance) return {};
  AllowanceSize size;
  size.gpu_us = static_cast<int64_t>(wanted);
  for (const Budget* const budget : chain) {
    if (budget->books.guarantee_left_us != kNoGuarantee ||
        budget->books.falls != 0) {
      break;
    }
    const Int128 share = (WideRoomAt(*budget, now_us) - budget->reserved_us) /
                         (kShareOfRoom + budget->allowed);
    if (share < size.gpu_us) break;
    ++size.lower;
  }
  return size;
}

// Whether there may be room for a slice under budgets.
bool MayFill(const MeterChains& chains, int64_t gpu_us, int64_t now_us) {
  const Int128 least = Int128{gpu_us} * kFewestCalls;
  if (Int128{gpu_us} * kFewestInWord > kMaxSlice) return false;
  return std::all_of(
      chains.budgets().begin(), chains.budgets().end(), [&](const Budget* one) {
        return RoomAt(*one, now_us) / (kShareOfRoom + one->filled) >= least;
      });
}

}  // namespace

Decision BudgetKeeper::Admit(const AdmissionPlace& place, int64_t gpu_us) {
  const int64_t full_until_us = meters_.FullUntil(*file_, place.meter, gpu_us);
  if (stopped()) return Decision::kBusy;  // The file may be others' by now.
  if (full_until_us != 0 && hooks_.now_us() < full_until_us) {
    return Decision::kQuotaExceeded;
  }
  for (int round = 0; round < kRounds; ++round) {
    Outcome outcome = Outcome::kBusy;
    bool stale = false;
    {
      if (!place.MayHaveAllowance(gpu_us)) {
        meters_.Prefetch(*file_, place.meter);
        place.PrefetchAdmitted();
      }
      const int64_t before_us = hooks_.now_us();
      const BudgetsLock lock(file_.get(), options_.patience);
      if (!lock.held() || stopped()) return Decision::kBusy;
      if (AdmitBy(before_us, place, gpu_us)) return Decision::kAdmitted;
      const int64_t now_us = hooks_.now_us();
      file_->state().latest_us = now_us;
      outcome = Decide(place, gpu_us, now_us, nullptr, false);
      stale = IsStale(epoch_->Get(), now_us);
    }
    if (outcome == Outcome::kAskBooks) outcome = AskBooks(place, gpu_us, stale);
    if (outcome == Outcome::kAdmitted) return Decision::kAdmitted;
    if (outcome == Outcome::kExceeded) return Decision::kQuotaExceeded;
    if (outcome == Outcome::kBusy) return Decision::kBusy;
  }
  return Decision::kBusy;
}

bool BudgetKeeper::AdmitBy(int64_t before_us, const AdmissionPlace& place,
                           int64_t gpu_us) {
  int64_t& latest_us = file_->state().latest_us;
  const int64_t now_us = std::max(before_us, latest_us);
  const Epoch epoch = epoch_->Get();
  if (file_->torn() || IsStale(epoch, now_us)) return false;
  // Before anything else of the meter's is looked at, which may lie far away.
  if (AdmitByAllowance(place.AllowanceOf(epoch.bank), gpu_us, now_us,
                       kForWantOfSlice)) {
    latest_us = now_us;
    return true;
  }
  const auto* const chains = meters_.Find(place.meter, file_->layout());
  if (chains == nullptr ||
      !AdmitUnder(*chains, place, epoch.bank, gpu_us, now_us)) {
    return false;
  }
  latest_us = now_us;
  return true;
}

BudgetKeeper::Outcome BudgetKeeper::AskBooks(const AdmissionPlace& place,
                                             int64_t gpu_us, bool stale) {
  {
    std::lock_guard<std::mutex> lock(asking_mutex_);
    if (stopped()) return Outcome::kBusy;
    ++asking_;
  }
  const auto leave = [](BudgetKeeper* keeper) {
    std::lock_guard<std::mutex> lock(keeper->asking_mutex_);
    --keeper->asking_;
    keeper->asked_.notify_all();
  };
  // Also where memory runs out: Stop waits for it.
  const std::unique_ptr<BudgetKeeper, decltype(leave)> asking(this, leave);
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
          file_->state().latest_us = now_us;
          outcome = Decide(place, gpu_us, now_us, books, true);
          return absl::OkStatus();
        });
  }
  return status.ok() ? outcome : Outcome::kBusy;
}

BudgetKeeper::Outcome BudgetKeeper::Decide(const AdmissionPlace& place,
                                           int64_t gpu_us, int64_t now_us,
                                           ReadTransaction* books, bool final) {
  const uint64_t changes = file_->changes();
  if (file_->torn()) return Outcome::kAskBooks;
  const auto found = ChainsOf(place, books);
  if (!found.ok()) return Outcome::kBusy;
  const MeterChains& chains = **found;
  const Epoch epoch = epoch_->Get();
  if (!chains.empty() && IsStale(epoch, now_us)) return Outcome::kAskBooks;
  const uint32_t bank = epoch.bank;
  if (AdmitUnder(chains, place, bank, gpu_us, now_us)) {
    return Outcome::kAdmitted;
  }
  const auto made = MakeRoom(chains, chains.SameOfEach(gpu_us), now_us, books);
  if (!made.ok()) return Outcome::kBusy;
  if (*made && AdmitUnder(chains, place, bank, gpu_us, now_us)) {
    return Outcome::kAdmitted;
  }
  if (IsSettled()) {
    NoteFull(chains, place.meter, gpu_us, now_us, changes);
    return Outcome::kExceeded;
  }
  // What a commit in between still keeps may be its author's last trace.
  return final ? Outcome::kExceeded : Outcome::kAskBooks;
}

void BudgetKeeper::NoteFull(const MeterChains& chains, uint32_t meter,
                            int64_t gpu_us, int64_t now_us, uint64_t changes) {
  chains.ForEach([&](BudgetChain chain) {
    for (const Budget* const budget : chain) {
      const int64_t room_us = RoomAt(*budget, now_us);
      // Where there may be something to recall, or what is left is others' by
      // guarantee, it depends on who asks, and when.
      if (room_us >= gpu_us || budget->has_unspent()) continue;
      file_->NoteFull(budget->books.quota, room_us, changes);
      meters_.SetRefusing(meter, budget->books.quota);
    }
  });
}

bool BudgetKeeper::AdmitByAllowance(const Allowance& allowance, int64_t gpu_us,
                                    int64_t now_us, AllowanceUse use) {
  if (!allowance.there()) return false;
  const AllowanceWord word = allowance.Get();
  if (word.left < static_cast<uint64_t>(gpu_us)) return false;
  const MeterChains upper(file_.get(), std::array{word.above});
  if (!upper.Fits(gpu_us, now_us)) return false;
  if (use == kForWantOfSlice && MayFill(upper, gpu_us, now_us)) return false;
  upper.Take(gpu_us);
  allowance.Admit(static_cast<uint64_t>(gpu_us));
  return true;
}

bool BudgetKeeper::GiveAllowance(const MeterChains& chains,
                                 const Allowance& allowance, int64_t gpu_us,
                                 int64_t now_us) {
  if (!allowance.there() || chains.chains() != 1) return false;
  const AllowanceWord before = allowance.Recall();
  GiveBack(chains.Below(before.above), static_cast<int64_t>(before.left));
  const BudgetChain chain = chains.budgets();
  const AllowanceSize size = AllowanceFor(chain, gpu_us, now_us);
  if (size.lower == 0) return false;
  const BudgetChain upper = chain.subspan(size.lower);
  const uint32_t above = upper.empty() ? 0 : upper.front()->books.quota;
  // One that was given and is spent is no further one.
  const int64_t further = above != 0 && before.above == above ? 0 : 1;
  for (Budget* const budget : chain.first(size.lower)) {
    budget->allowed = std::max<int64_t>(1, budget->allowed + further);
  }
  Take(chain.first(size.lower), size.gpu_us);
  Take(upper, gpu_us);
  allowance.Set({above, static_cast<uint64_t>(size.gpu_us)});
  allowance.Admit(static_cast<uint64_t>(gpu_us));
  return true;
}

bool BudgetKeeper::AdmitUnder(const MeterChains& chains,
                              const AdmissionPlace& place, uint32_t bank,
                              int64_t gpu_us, int64_t now_us) {
  // What is taken here is used here.
  const Slice slice = place.SliceOf(bank);
  if (slice.there() && meter_internal::Spend(slice.word(), gpu_us)) return true;
  const int64_t room = chains.Room(now_us);
  const int64_t more = slice.there() && room >= gpu_us
                           ? SliceFor(chains, room, gpu_us, slice, now_us)
                           : 0;
  if (more == 0) {
    const Allowance allowance = place.AllowanceOf(bank);
    if (AdmitByAllowance(allowance, gpu_us, now_us, kAnyway)) return true;
    if (room < gpu_us) return false;
    if (GiveAllowance(chains, allowance, gpu_us, now_us)) return true;
    chains.Take(gpu_us);
    place.AdmitPastSlice(bank, static_cast<uint64_t>(gpu_us));
    return true;
  }
  // One that was filled and is spent is no further one.
  const int64_t further = slice.filled() != 0 ? 0 : 1;
  for (Budget* const budget : chains.budgets()) {
    budget->filled = std::max<int64_t>(1, budget->filled + further);
  }
  chains.Take(more);
  slice.Fill(static_cast<uint64_t>(more), static_cast<uint64_t>(gpu_us));
  return true;
}

}  // namespace drawdown
