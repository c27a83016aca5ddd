// Commits that change budgets.
#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "settle/budget_keeper.h"
#include "settle/torn_unless_done.h"

namespace drawdown {

BudgetChange& BudgetChange::operator=(BudgetChange&& other) noexcept {
  keeper_ = std::exchange(other.keeper_, nullptr);
  deadline_ = other.deadline_;
  generation_ = other.generation_;
  ticket_ = other.ticket_;
  promised_ = std::move(other.promised_);
  promises_ = std::move(other.promises_);
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
                       Int128 amount_us, std::span<const uint32_t> lowest) {
  for (const Budget* const budget : chains->budgets()) {
    touched_.push_back(budget->books.quota);
  }
  list->push_back(
      {std::move(chains), amount_us, {lowest.begin(), lowest.end()}});
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
        for (const Taken& taken : promised_) {
          anew.push_back(
              std::make_shared<const MeterChains>(file, taken.lowest));
        }
        keeper_->Begin(this);
        for (size_t i = 0; i < anew.size(); ++i) {
          promised_[i].chains = std::move(anew[i]);
          promised_[i].chains->Take(promised_[i].amount_us);
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
  for (const Taken& taken : list) taken.chains->GiveBack(taken.amount_us);
}

// What a quota is asked for beyond what the one below it is, it is asked for by
// itself: a slice below has nothing to do with it. Chains whose quotas are all
// asked for the same, as mostly, are one step together.
std::vector<BudgetChange::Step> BudgetChange::StepsOf(
    std::span<const ChainAsk> asked) {
  // By which step of its chain it is: those of one chain share budgets.
  std::map<std::pair<size_t, Int128>, std::vector<uint32_t>> together;
  for (const ChainAsk& chain : asked) {
    Int128 below_us = 0;
    size_t step = 0;
    for (const QuotaAsk& one : chain) {
      if (one.amount_us <= below_us) continue;
      const Int128 more_us = one.amount_us - below_us;
      together[{step++, more_us}].push_back(one.quota);
      below_us = one.amount_us;
    }
  }
  std::vector<Step> steps;
  for (auto& [key, lowest] : together) {
    steps.push_back({std::move(lowest), key.second});
  }
  return steps;
}

absl::StatusOr<bool> BudgetChange::Promise(std::span<const ChainAsk> asked,
                                           int64_t now_us) {
  return PromiseSteps(StepsOf(asked), now_us);
}

absl::StatusOr<bool> BudgetChange::Promise(std::span<const uint32_t> lowest,
                                           Int128 amount_us, int64_t now_us) {
  return PromiseSteps(
      std::array{Step{{lowest.begin(), lowest.end()}, amount_us}}, now_us);
}

absl::StatusOr<bool> BudgetChange::PromiseSteps(std::span<const Step> steps,
                                                int64_t now_us) {
  RETURN_IF_ERROR(Mend(now_us));
  BudgetsFile* const file = keeper_->file_.get();
  const BudgetsLock lock(file, LeftUntil(deadline_));
  if (!lock.held()) return file->BusyError();
  promises_.push_back(0);
  for (const Step& step : steps) {
    auto chains = std::make_shared<const MeterChains>(file, step.lowest);
    const auto fits = FitsWithRecall(*chains, step.amount_us, now_us);
    if (!fits.ok() || !*fits) {
      TakeBackLast();
      if (fits.ok()) NoteLeft(steps, now_us);
      return fits;
    }
    // First, as it may want memory: what is taken is always in the list.
    Add(&promised_, std::move(chains), step.amount_us, step.lowest);
    ++promises_.back();
    promised_.back().chains->Take(step.amount_us);
  }
  return true;
}

absl::StatusOr<bool> BudgetChange::FitsWithRecall(const MeterChains& chains,
                                                  Int128 amount_us,
                                                  int64_t now_us) {
  if (chains.Fits(amount_us, now_us)) return true;
  ASSIGN_OR_RETURN(const bool made,
                   keeper_->MakeRoom(chains, amount_us, now_us, nullptr));
  return made && chains.Fits(amount_us, now_us);
}

void BudgetChange::NoteLeft(std::span<const Step> steps, int64_t now_us) {
  left_.clear();
  for (const Step& step : steps) {
    const MeterChains chains(keeper_->file_.get(), step.lowest);
    for (const Budget* const budget : chains.budgets()) {
      left_.emplace_back(budget->books.quota,
                         WideRoomAt(*budget, now_us) - budget->reserved_us);
    }
  }
}

std::optional<Int128> BudgetChange::LeftOf(uint32_t quota) const {
  for (const auto& [one, left] : left_) {
    if (one == quota) return left;
  }
  return std::nullopt;
}

void BudgetChange::TakeBackLast() {
  // Those of another generation were forgotten when it was made anew.
  const bool there = keeper_->file_->state().generation == generation_;
  for (; promises_.back() > 0; --promises_.back()) {
    if (there) promised_.back().chains->GiveBack(promised_.back().amount_us);
    promised_.pop_back();
  }
  promises_.pop_back();
}

absl::Status BudgetChange::Unpromise() {
  BudgetsFile* const file = keeper_->file_.get();
  const BudgetsLock lock(file, LeftUntil(deadline_));
  if (!lock.held()) return file->BusyError();
  CHECK(!promises_.empty());
  TakeBackLast();
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
    if (promise.chains->Contains(&budget)) taken_us -= promise.amount_us;
  }
  return taken_us;
}

absl::Status BudgetChange::Lower(std::span<const uint32_t> lowest,
                                 Int128 amount_us, int64_t now_us) {
  RETURN_IF_ERROR(Mend(now_us));
  BudgetsFile* const file = keeper_->file_.get();
  const BudgetsLock lock(file, LeftUntil(deadline_));
  if (!lock.held()) return file->BusyError();
  const auto chains = std::make_shared<const MeterChains>(file, lowest);
  Add(&promised_, chains, amount_us, lowest);
  chains->Take(amount_us);
  return keeper_->RecallOverdrawn(now_us, nullptr);
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
    change->Add(&change->promised_, **chains, one.recorded_us);
    change->Add(&change->drained_, **chains, one.admitted_us);
  }
  if (!right || !RecallOverdrawn(now_us, books).ok()) {
    file_->SetTorn();
    return std::nullopt;
  }
  if (whole) change->bucket_ = epoch_->Get().bucket;
  return *std::move(change);
}

}  // namespace drawdown
