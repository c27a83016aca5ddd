// Commits that change budgets.
#include <algorithm>
#include <memory>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "settle/budget_keeper.h"
#include "settle/torn_unless_done.h"

namespace drawdown {
namespace {

std::shared_ptr<const MeterChains> ChainsAsked(
    BudgetsFile* file, std::span<const ChainAsk> asked) {
  std::vector<uint32_t> lowest;
  for (const ChainAsk& chain : asked) {
    if (!chain.empty()) lowest.push_back(chain.front().quota);
  }
  return std::make_shared<const MeterChains>(file, lowest);
}

}  // namespace

BudgetChange& BudgetChange::operator=(BudgetChange&& other) noexcept {
  keeper_ = std::exchange(other.keeper_, nullptr);
  deadline_ = other.deadline_;
  generation_ = other.generation_;
  ticket_ = other.ticket_;
  promised_ = std::move(other.promised_);
  drained_ = std::move(other.drained_);
  touched_ = std::move(other.touched_);
  left_ = std::move(other.left_);
  bucket_ = other.bucket_;
  return *this;
}

absl::StatusOr<BudgetChange> BudgetKeeper::Begin(ReadTransaction* books,
                                                 int64_t now_us) {
  return BeginBefore(After(options_.posting_patience), books, now_us);
}

absl::StatusOr<BudgetChange> BudgetKeeper::BeginBefore(Deadline deadline,
                                                       ReadTransaction* books,
                                                       int64_t now_us) {
  RETURN_IF_ERROR(FreshenBefore(deadline, books, now_us));
  const BudgetsLock lock(file_.get(), LeftUntil(deadline));
  if (!lock.held()) return file_->BusyError();
  BudgetChange change;
  change.keeper_ = this;
  change.deadline_ = deadline;
  Begin(&change);
  return change;
}

void BudgetKeeper::Begin(BudgetChange* change) {
  file_->NoteChange();
  BudgetsState& state = file_->state();
  change->generation_ = state.generation;
  // The writer lock makes tickets follow commits.
  change->ticket_ = ++state.last_ticket;
  ++state.begun;
}

void BudgetChange::Add(TakenList* list,
                       std::shared_ptr<const MeterChains> chains,
                       BudgetAmounts amounts_us,
                       std::span<const ChainAsk> asked) {
  for (const Budget* const budget : chains->budgets()) {
    touched_.push_back(budget->books.quota);
  }
  list->push_back(
      {std::move(chains), std::move(amounts_us), {asked.begin(), asked.end()}});
}

absl::Status BudgetChange::Mend(int64_t now_us) {
  constexpr int kTries = 3;  // Each ends it, unless another owner is killed.
  BudgetsFile* const file = keeper_->file_.get();
  for (int tried = 0; tried < kTries; ++tried) {
    {
      const BudgetsLock lock(file, LeftUntil(deadline_));
      if (!lock.held()) return file->BusyError();
      BudgetsState& state = file->state();
      if (!file->torn() && state.generation == generation_) {
        return absl::OkStatus();
      }
      if (!file->torn() && tried > 0) {
        // What wants memory first: from Begin on all of the list is taken.
        std::vector<std::shared_ptr<const MeterChains>> anew;
        std::vector<BudgetAmounts> amounts;
        for (const Taken& taken : promised_) {
          anew.push_back(ChainsAsked(file, taken.asked));
          amounts.push_back(anew.back()->AmountsOf(taken.asked));
        }
        keeper_->Begin(this);
        for (size_t i = 0; i < anew.size(); ++i) {
          Taken& taken = promised_[i];
          taken.chains = std::move(anew[i]);
          taken.amounts_us = std::move(amounts[i]);
          taken.chains->Take(taken.amounts_us);
        }
        return absl::OkStatus();
      }
    }
    // What is committed: the author's own books may have more by now.
    ASSIGN_OR_RETURN(const auto books, keeper_->hooks_.snapshot());
    RETURN_IF_ERROR(keeper_->FreshenBefore(deadline_, books.get(), now_us));
  }
  return file->BusyError();
}

void BudgetChange::GiveBack(const TakenList& list) {
  for (const Taken& taken : list) taken.chains->GiveBack(taken.amounts_us);
}

absl::StatusOr<bool> BudgetChange::Promise(std::span<const ChainAsk> asked,
                                           int64_t now_us) {
  RETURN_IF_ERROR(Mend(now_us));
  BudgetsFile* const file = keeper_->file_.get();
  const BudgetsLock lock(file, LeftUntil(deadline_));
  if (!lock.held()) return file->BusyError();
  auto chains = ChainsAsked(file, asked);
  const BudgetAmounts amounts_us = chains->AmountsOf(asked);
  ASSIGN_OR_RETURN(const bool fits,
                   FitsWithRecall(*chains, amounts_us, now_us));
  if (!fits) {
    NoteLeft(*chains, now_us);
    return false;
  }
  // First, as it may want memory: what is taken is always in the list.
  Add(&promised_, std::move(chains), amounts_us, asked);
  promised_.back().chains->Take(amounts_us);
  return true;
}

absl::StatusOr<bool> BudgetChange::FitsWithRecall(
    const MeterChains& chains, const BudgetAmounts& amounts_us,
    int64_t now_us) {
  if (chains.Fits(amounts_us, now_us)) return true;
  ASSIGN_OR_RETURN(const bool made,
                   keeper_->MakeRoom(chains, amounts_us, now_us, nullptr));
  return made && chains.Fits(amounts_us, now_us);
}

void BudgetChange::NoteLeft(const MeterChains& chains, int64_t now_us) {
  left_.clear();
  for (const Budget* const budget : chains.budgets()) {
    left_.emplace_back(budget->books.quota,
                       WideRoomAt(*budget, now_us) - budget->reserved_us);
  }
}

std::optional<Int128> BudgetChange::LeftOf(uint32_t quota) const {
  for (const auto& [one, left] : left_) {
    if (one == quota) return left;
  }
  return std::nullopt;
}

absl::Status BudgetChange::Unpromise() {
  BudgetsFile* const file = keeper_->file_.get();
  const BudgetsLock lock(file, LeftUntil(deadline_));
  if (!lock.held()) return file->BusyError();
  CHECK(!promised_.empty());
  const Taken& last = promised_.back();
  // Those of another generation were forgotten when it was made anew.
  if (file->state().generation == generation_) {
    last.chains->GiveBack(last.amounts_us);
  }
  promised_.pop_back();
  return absl::OkStatus();
}

absl::Status BudgetChange::Close(uint32_t quota, int64_t now_us) {
  RETURN_IF_ERROR(Mend(now_us));
  BudgetsFile* const file = keeper_->file_.get();
  const BudgetsLock lock(file, LeftUntil(deadline_));
  if (!lock.held()) return file->BusyError();
  // Meters have no budget of GPUs at once.
  if (quota >= file->state().end || !file->at(quota).exists()) {
    return absl::OkStatus();
  }
  if (file->at(quota).has_unspent()) {
    RETURN_IF_ERROR(keeper_->RecallUnder(&file->at(quota), nullptr));
  }
  const ChainAsk all = {{quota, kUnlimited}};
  auto chains = ChainsAsked(file, {&all, 1});
  const BudgetAmounts amounts_us = chains->AmountsOf({&all, 1});
  Add(&promised_, std::move(chains), amounts_us, {&all, 1});
  promised_.back().chains->Take(amounts_us);
  return absl::OkStatus();
}

absl::StatusOr<Int128> BudgetChange::TakenBeside(uint32_t quota) {
  BudgetsFile* const file = keeper_->file_.get();
  const BudgetsLock lock(file, LeftUntil(deadline_));
  if (!lock.held()) return file->BusyError();
  if (quota >= file->state().end || !file->at(quota).exists()) return 0;
  Budget& budget = file->at(quota);
  if (!file->torn() && budget.has_unspent()) {
    RETURN_IF_ERROR(keeper_->RecallUnder(&budget, nullptr));
  }
  Int128 taken_us = budget.taken_us;
  // Those of another generation were forgotten when it was made anew.
  if (file->state().generation != generation_) return taken_us;
  for (const Taken& promise : promised_) {
    taken_us -= promise.chains->AmountOf(&budget, promise.amounts_us);
  }
  return taken_us;
}

std::chrono::milliseconds BudgetChange::PatienceAfterCommit() const {
  return std::max(LeftUntil(deadline_), keeper_->options_.patience);
}

absl::Status BudgetChange::Finish(ReadTransaction* books, int64_t now_us) {
  if (keeper_ == nullptr) return absl::OkStatus();
  const std::chrono::milliseconds patience = PatienceAfterCommit();
  BudgetKeeper* const keeper = std::exchange(keeper_, nullptr);
  std::sort(touched_.begin(), touched_.end());
  touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
  std::vector<PublishedBudget> values;
  if (!touched_.empty()) {
    ASSIGN_OR_RETURN(values, keeper->books_->Published(books, touched_));
  }
  const BudgetsLock lock(keeper->file_.get(), patience);
  if (!lock.held()) {
    keeper->file_->SetTorn();
    return keeper->file_->BusyError();
  }
  BudgetsState& state = keeper->file_->state();
  // Made anew since, from books that had the commit.
  if (state.generation != generation_) return absl::OkStatus();
  TornUnlessDone torn(keeper->file_.get());
  for (const PublishedBudget& value : values) keeper->Store(value, ticket_);
  GiveBack(promised_);
  GiveBack(drained_);
  if (bucket_) state.bucket = *bucket_;
  ++state.published;
  // By facts that nobody said before.
  RETURN_IF_ERROR(keeper->RecallOverdrawn(now_us, books));
  torn.Done();
  return absl::OkStatus();
}

absl::Status BudgetChange::Cancel() {
  if (keeper_ == nullptr) return absl::OkStatus();
  const std::chrono::milliseconds patience = PatienceAfterCommit();
  BudgetKeeper* const keeper = std::exchange(keeper_, nullptr);
  const BudgetsLock lock(keeper->file_.get(), patience);
  if (!lock.held()) {
    keeper->file_->SetTorn();
    return keeper->file_->BusyError();
  }
  BudgetsState& state = keeper->file_->state();
  if (state.generation != generation_) return absl::OkStatus();
  GiveBack(promised_);
  ++state.published;
  return absl::OkStatus();
}

std::optional<BudgetChange> BudgetKeeper::BeginDrain(
    ReadTransaction* books, std::span<const DrainedUsage> usage, bool whole,
    int64_t now_us) {
  auto change = BeginBefore(After(options_.patience), books, now_us);
  if (!change.ok()) {
    file_->SetTorn();
    return std::nullopt;
  }
  const BudgetsLock lock(file_.get(), options_.patience);
  bool right = lock.held();
  for (const DrainedUsage& one : usage) {
    if (!right) break;
    const auto chains = ChainsOf(one.ids, books);
    right = chains.ok() && !one.elsewhere;
    if (!right || (**chains)->empty()) continue;
    (**chains)->Take(one.recorded_us);
    change->Add(&change->promised_, **chains,
                (**chains)->SameOfEach(one.recorded_us));
    change->Add(&change->drained_, **chains,
                (**chains)->SameOfEach(one.admitted_us));
  }
  if (!right || !RecallOverdrawn(now_us, books).ok()) {
    file_->SetTorn();
    return std::nullopt;
  }
  if (whole) change->bucket_ = epoch_->Get().bucket;
  return *std::move(change);
}

}  // namespace drawdown
