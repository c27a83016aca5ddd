// Keeps the budgets of a ledger in step with its books, and decides about
// admissions that a slice is too small for.
//
//   room(quota) = available (books) - taken
//   taken       = what is left of slices + admitted and not drained + promised
//
// Lock order: the books' writer lock, then the lock of the budgets. A commit
// that changes budgets is put between Begin (before it) and Finish (after it);
// in between, and when its author dies in between, budgets are too low or
// right, never too high, and nobody refuses because of it without asking under
// the writer lock. docs/design/admission.md has the whole argument.
#ifndef DRAWDOWN_SRC_SETTLE_BUDGET_KEEPER_H_
#define DRAWDOWN_SRC_SETTLE_BUDGET_KEEPER_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/hash_map.h"
#include "meter/admission.h"
#include "meter/budgets_file.h"
#include "settle/budget_books.h"
#include "settle/live_directory.h"
#include "settle/meter_chains.h"
#include "settle/meter_quotas.h"

namespace drawdown {

class BudgetKeeper;

// What is left of it, rounded down; never negative.
inline std::chrono::milliseconds LeftUntil(Deadline deadline) {
  return std::max(std::chrono::milliseconds(0),
                  std::chrono::duration_cast<std::chrono::milliseconds>(
                      deadline - std::chrono::steady_clock::now()));
}

// Usage of one meter that a drain has moved into the books.
struct DrainedUsage {
  MeterIds ids;
  Int128 admitted_us = 0;
  Int128 recorded_us = 0;
  // Of buckets before its tenant was moved: quotas elsewhere have used it.
  bool elsewhere = false;
};

// One commit that changes budgets. Dropped without Finish or Cancel it counts
// as not known, and budgets are made anew before anybody is refused.
class BudgetChange {
 public:
  BudgetChange() = default;
  BudgetChange(BudgetChange&& other) noexcept { *this = std::move(other); }
  BudgetChange& operator=(BudgetChange&& other) noexcept;
  // Nothing is undone: see above.
  ~BudgetChange() = default;

  // Takes what is asked of each chain, recalling slices where need be, until
  // the commit is published; false: it does not fit, and nothing is taken.
  absl::StatusOr<bool> Promise(std::span<const ChainAsk> asked, int64_t now_us);
  // What the last promise that did not fit found left of the quota beside what
  // is reserved there, if of that promise nothing is taken; none: it is not of
  // those quotas.
  std::optional<Int128> LeftOf(uint32_t quota) const;
  // Takes the last promise back: that part of the commit is not to be.
  absl::Status Unpromise();
  // What is out of the quota's budget and was not promised here, with slices
  // recalled; 0 where meters have no such budget.
  absl::StatusOr<Int128> TakenBeside(uint32_t quota);
  // Nothing is taken under the quota until the commit is published: slices are
  // recalled, and what could be left is taken. Above it nothing is. REQUIRES:
  // it has no guarantee, before the commit and after it.
  absl::Status Close(uint32_t quota, int64_t now_us);
  // Quotas that change without an amount.
  void Touch(uint32_t quota) { touched_.push_back(quota); }

  // After the commit: `books` is a snapshot that has it.
  absl::Status Finish(ReadTransaction* books, int64_t now_us);
  // There was no commit and will be none: everything is given back.
  absl::Status Cancel();

 private:
  friend class BudgetKeeper;

  struct Taken {
    std::shared_ptr<const MeterChains> chains;
    BudgetAmounts amounts_us;
    std::vector<ChainAsk> asked;  // of promises: to be made once more
  };
  using TakenList = std::vector<Taken>;

  // Under the lock.
  absl::StatusOr<bool> FitsWithRecall(const MeterChains& chains,
                                      const BudgetAmounts& amounts_us,
                                      int64_t now_us);
  void NoteLeft(const MeterChains& chains, int64_t now_us);

  // Where they were torn since Begin: makes budgets anew, and all promises once
  // more. Without the lock.
  absl::Status Mend(int64_t now_us);
  // After the commit there is at least the patience of a drain.
  std::chrono::milliseconds PatienceAfterCommit() const;
  void Add(TakenList* list, std::shared_ptr<const MeterChains> chains,
           BudgetAmounts amounts_us, std::span<const ChainAsk> asked = {});
  static void GiveBack(const TakenList& list);

  BudgetKeeper* keeper_ = nullptr;  // null: nothing is to be done
  Deadline deadline_;               // of what comes before the commit
  uint64_t generation_ = 0;
  uint64_t ticket_ = 0;
  TakenList promised_;
  TakenList drained_;  // were taken before, and are in the books then
  std::vector<uint32_t> touched_;
  std::vector<std::pair<uint32_t, Int128>> left_;  // see LeftOf
  std::optional<int32_t> bucket_;                  // drained wholly up to here
};

class BudgetKeeper : public AdmissionSource {
 public:
  struct Options {
    // Of a call of TryRecord, and of a drain, which can do without the lock.
    std::chrono::milliseconds patience{50};
    int64_t bucket_us = 0;
    // Of a commit that changes budgets, for all that comes before it.
    std::chrono::milliseconds posting_patience{5'000};
  };
  // `live` and `epoch` outlive it, or Stop.
  static absl::StatusOr<std::shared_ptr<BudgetKeeper>> Open(
      LiveDirectory* live, std::shared_ptr<EpochFile> epoch,
      std::unique_ptr<BudgetBooks> books, BudgetHooks hooks,
      const Options& options);

  Decision Admit(const AdmissionPlace& place, int64_t gpu_us) override;
  // From here on Admit is kBusy and touches nothing. Waits for calls that run.
  void Stop();

  // --- under the books' writer lock; `books` is what is committed ---

  // Puts right whatever is not: after a kill, a turn, an expiry, the first time
  // after a boot.
  absl::Status Freshen(ReadTransaction* books, int64_t now_us) {
    return FreshenBefore(After(options_.patience), books, now_us);
  }
  // Before a commit that changes budgets. kBusy when the lock cannot be had.
  absl::StatusOr<BudgetChange> Begin(ReadTransaction* books, int64_t now_us);
  // Before a commit that changes which quotas there are, over what, or how
  // much: recalls all slices, and nothing is taken until somebody calls Freshen
  // after it. kBusy when the lock cannot be had.
  absl::Status BeginQuotaChange();
  // That budgets may be wrong; without any lock.
  void SetTorn() { file_->SetTorn(); }

  // For drains. They go on where the lock cannot be had, and everything is made
  // anew later. First, WaitForSections: whoever decides from here on goes by
  // the word as it is now.
  void WaitForSections();
  void RecallFrom(LanesReader* reader, std::span<const uint32_t> banks,
                  ReadTransaction* books);
  // `whole`: the inactive bank is in these books to the end, no flip follows.
  std::optional<BudgetChange> BeginDrain(ReadTransaction* books,
                                         std::span<const DrainedUsage> usage,
                                         bool whole, int64_t now_us);

  // --- at any time ---

  // Takes back everything that is left of slices under the quota.
  absl::Status Recall(uint32_t quota);
  absl::StatusOr<int64_t> Room(uint32_t quota, int64_t now_us);

 private:
  friend class BudgetChange;

  absl::Status FreshenBefore(Deadline deadline, ReadTransaction* books,
                             int64_t now_us);
  absl::StatusOr<BudgetChange> BeginBefore(Deadline deadline,
                                           ReadTransaction* books,
                                           int64_t now_us);

  enum class Outcome { kAdmitted, kExceeded, kBusy, kAskBooks };

  BudgetKeeper(LiveDirectory* live, std::shared_ptr<EpochFile> epoch,
               std::unique_ptr<BudgetBooks> books, BudgetHooks hooks,
               const Options& options, std::unique_ptr<BudgetsFile> file);

  // --- under the lock of the budgets, all of these; chains are looked up in
  // `books`, or where that is null in a snapshot ---

  using Chains = std::shared_ptr<const MeterChains>;

  // `final`: nobody can change the books meanwhile.
  Outcome Decide(const AdmissionPlace& place, int64_t gpu_us, int64_t now_us,
                 ReadTransaction* books, bool final);
  // What was refused needs no lock to be refused again. `changes`: from before
  // anything was looked at.
  void NoteFull(const MeterChains& chains, uint32_t meter, int64_t gpu_us,
                int64_t now_us, uint64_t changes);
  // What fits, at the latest instant that a call before or this one, before it
  // had the lock, has read from the clock: an instant of this call too, and
  // never before one that others were admitted at. Spares those who wait a
  // reading of the clock. False: look again, by the clock as it is.
  bool AdmitBy(int64_t before_us, const AdmissionPlace& place, int64_t gpu_us);
  // In the bank that counted when budgets were seen not to be stale: by the
  // room of that bucket's windows nothing may be counted in another's. A bank
  // that is over meanwhile is drained after the section (WaitForSections).
  bool AdmitUnder(const MeterChains& chains, const AdmissionPlace& place,
                  uint32_t bank, int64_t gpu_us, int64_t now_us);
  // By the thread's allowance, where that has so much and the quotas above it
  // have room for it; for want of a slice: only where they have too little room
  // to fill one.
  enum AllowanceUse { kForWantOfSlice, kAnyway };
  bool AdmitByAllowance(const Allowance& allowance, int64_t gpu_us,
                        int64_t now_us, AllowanceUse use);
  // Gives the thread another allowance and admits by it. REQUIRES: it fits.
  bool GiveAllowance(const MeterChains& chains, const Allowance& allowance,
                     int64_t gpu_us, int64_t now_us);
  // Never null; valid while the lock is held.
  absl::StatusOr<const Chains*> ChainsOf(const MeterIds& ids,
                                         ReadTransaction* books);
  // Of a meter of this process.
  absl::StatusOr<const MeterChains*> ChainsOf(const AdmissionPlace& place,
                                              ReadTransaction* books);
  bool IsStale(const Epoch& epoch, int64_t now_us) const;
  bool IsSettled() const;
  // Slices of another boot are of its budgets, which are no more.
  bool IsOfThisBoot(const LanesReader& reader) const {
    return reader.identity().boot_id == live_->boot_id();
  }

  // Lets claims fall, and recalls, where that can make it fit; whether it
  // may have.
  absl::StatusOr<bool> MakeRoom(const MeterChains& chains,
                                const BudgetAmounts& amounts_us, int64_t now_us,
                                ReadTransaction* books);
  // No less than all claims that fall have lost since LetClaimsFall.
  Int128 MostClaimsFall(int64_t now_us) const;
  // All that fall with the clock.
  void LetClaimsFall(int64_t now_us);
  // Under every budget that facts have overdrawn, or that has begun to fall:
  // what is left of slices and allowances there must not be admitted any more.
  absl::Status RecallOverdrawn(int64_t now_us, ReadTransaction* books);
  // Slices under the budget, and allowances that are under it.
  absl::Status RecallUnder(Budget* budget, ReadTransaction* books);
  absl::Status RecallAll();
  // `under` null: all.
  absl::Status RecallFile(LanesReader* reader, std::span<const uint32_t> banks,
                          const Budget* under, ReadTransaction* books);
  absl::Status VisitFiles(
      const std::function<absl::Status(LanesReader*)>& visit);

  // From here until it is published nobody is refused without asking the books.
  void Begin(BudgetChange* change);
  absl::Status Rebuild(ReadTransaction* books,
                       std::span<const PublishedBudget> values, int64_t now_us);
  absl::Status FillBudgets(std::span<const PublishedBudget> values);
  // What files have admitted and the books have not; whether the bank that is
  // over has nothing of it.
  using OfMeter =
      std::function<absl::Status(const MeterIds&, Int128 amount_us)>;
  absl::StatusOr<bool> VisitUndrained(ReadTransaction* books,
                                      const OfMeter& visit);
  absl::StatusOr<bool> VisitUndrainedOf(const LanesReader& reader,
                                        ReadTransaction* books,
                                        const OfMeter& visit);
  // Whether they are what the books are, and no commit is under way.
  bool IsInStep() const { return !file_->torn() && IsSettled(); }
  void Store(const PublishedBudget& value, uint64_t ticket);

  // --- without it ---

  Outcome AskBooks(const AdmissionPlace& place, int64_t gpu_us, bool stale);
  bool stopped() const { return stopped_.load(std::memory_order_seq_cst); }

  LiveDirectory* const live_;
  const std::shared_ptr<EpochFile> epoch_;
  const std::unique_ptr<BudgetBooks> books_;
  const BudgetHooks hooks_;
  const Options options_;
  const std::unique_ptr<BudgetsFile> file_;
  const uint64_t fork_generation_;

  // Of this process, of the file's layout `layout_`; under the lock of the
  // budgets.
  HashMap<std::pair<uint32_t, uint32_t>, Chains> chains_;
  uint64_t layout_ = 0;
  MeterQuotas meters_;

  // Set by Stop, read by Admit under the lock of the budgets, which Stop takes
  // after it.
  std::atomic<bool> stopped_{false};
  std::mutex asking_mutex_;
  std::condition_variable asked_;
  int asking_ = 0;  // calls that are at the books
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_SETTLE_BUDGET_KEEPER_H_
