#include "settle/budget_keeper.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/fork.h"

namespace drawdown {
namespace {

constexpr std::array<uint32_t, kBanks> kAllBanks = {0, 1};

int64_t ToBudget(uint64_t amount) {
  return static_cast<int64_t>(std::min<uint64_t>(amount, kBudgetBound));
}

}  // namespace

BudgetKeeper::BudgetKeeper(LiveDirectory* live,
                           std::shared_ptr<EpochFile> epoch,
                           std::unique_ptr<BudgetBooks> books,
                           BudgetHooks hooks, const Options& options,
                           std::unique_ptr<BudgetsFile> file)
    : live_(live),
      epoch_(std::move(epoch)),
      books_(std::move(books)),
      hooks_(std::move(hooks)),
      options_(options),
      file_(std::move(file)),
      fork_generation_(ForkGeneration()) {}

absl::StatusOr<std::shared_ptr<BudgetKeeper>> BudgetKeeper::Open(
    LiveDirectory* live, std::shared_ptr<EpochFile> epoch,
    std::unique_ptr<BudgetBooks> books, BudgetHooks hooks,
    const Options& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<BudgetsFile> file,
                   BudgetsFile::Open(live->path(), live->boot_id()));
  return std::shared_ptr<BudgetKeeper>(
      new BudgetKeeper(live, std::move(epoch), std::move(books),
                       std::move(hooks), options, std::move(file)));
}

// --- what is right -----------------------------------------------------------

bool BudgetKeeper::IsSettled() const {
  return file_->state().begun == file_->state().published;
}

bool BudgetKeeper::IsStale(const Epoch& epoch, int64_t now_us) const {
  const BudgetsState& state = file_->state();
  return now_us >= state.valid_until_us || state.bucket != epoch.bucket;
}

absl::StatusOr<const BudgetKeeper::Chains*> BudgetKeeper::ChainsOf(
    const MeterIds& ids, ReadTransaction* books) {
  if (layout_ != file_->layout()) {
    chains_.clear();
    layout_ = file_->layout();
  }
  const std::pair<uint32_t, uint32_t> key = {ids.tenant, ids.pool};
  const auto found = chains_.find(key);
  if (found != chains_.end()) return &found->second;
  std::unique_ptr<ReadTransaction> snapshot;
  if (books == nullptr) {
    ASSIGN_OR_RETURN(snapshot, hooks_.snapshot());
    books = snapshot.get();
  }
  ASSIGN_OR_RETURN(const std::vector<uint32_t> lowest,
                   books_->Lowest(books, ids));
  Chains chains = std::make_shared<const MeterChains>(file_.get(), lowest);
  return &chains_.insert_or_assign(key, std::move(chains)).first->second;
}

absl::StatusOr<const MeterChains*> BudgetKeeper::ChainsOf(
    const AdmissionPlace& place, ReadTransaction* books) {
  const uint64_t layout = file_->layout();
  const MeterChains* const known = meters_.Find(place.meter, layout);
  if (known != nullptr) return known;
  ASSIGN_OR_RETURN(const Chains* const found, ChainsOf(*place.ids, books));
  meters_.Set(place.meter, layout, *found);
  return found->get();
}

// --- recalling ---------------------------------------------------------------

absl::Status BudgetKeeper::VisitFiles(
    const std::function<absl::Status(LanesReader*)>& visit) {
  ASSIGN_OR_RETURN(const std::vector<Uuid> files, live_->List());
  for (const Uuid& uuid : files) {
    auto taken = live_->TakeReader(uuid);
    if (!taken.ok()) {
      // Gone: all of it is in the books. Damaged: a drain sets it aside, and
      // has budgets made anew.
      const ErrorCode code = GetErrorCode(taken.status());
      if (code == ErrorCode::kNotFound || code == ErrorCode::kCorrupt) continue;
      return taken.status();
    }
    const absl::Status status = visit(taken->get());
    live_->GiveBack(*std::move(taken));
    RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

absl::Status BudgetKeeper::RecallFile(LanesReader* reader,
                                      std::span<const uint32_t> banks,
                                      const Budget* under,
                                      ReadTransaction* books) {
  if (!IsOfThisBoot(*reader)) return absl::OkStatus();
  absl::Status status;
  Chains chains;  // of the meter that is asked for
  const auto wanted = [&](uint32_t meter) {
    const std::optional<MeterIds> ids = reader->MeterAt(meter);
    if (!ids) return false;
    auto found = ChainsOf(*ids, books);
    if (!found.ok()) {
      status = found.status();
      return false;
    }
    chains = **found;
    return under == nullptr || chains->Contains(under);
  };
  const auto give_back = [&](uint32_t, uint64_t amount) {
    chains->GiveBack(ToBudget(amount));
  };
  const auto allowance_wanted = [&](uint32_t meter, const AllowanceWord& word) {
    // Most are not: asked before their meters' chains are looked up.
    const MeterChains upper(file_.get(), std::array{word.above});
    return (under == nullptr || !upper.Contains(under)) && wanted(meter);
  };
  const auto give_back_allowance = [&](uint32_t, const AllowanceWord& word) {
    drawdown::GiveBack(chains->Below(word.above), ToBudget(word.left));
  };
  for (const uint32_t bank : banks) {
    RETURN_IF_ERROR(reader->Recall(bank, wanted, give_back));
    RETURN_IF_ERROR(
        reader->RecallAllowances(bank, allowance_wanted, give_back_allowance));
  }
  return status;
}

absl::Status BudgetKeeper::RecallUnder(Budget* budget, ReadTransaction* books) {
  RETURN_IF_ERROR(VisitFiles([&](LanesReader* reader) {
    return RecallFile(reader, kAllBanks, budget, books);
  }));
  budget->filled = 0;
  budget->allowed = 0;
  return absl::OkStatus();
}

Int128 BudgetKeeper::MostClaimsFall(int64_t now_us) const {
  const BudgetsState& state = file_->state();
  const int64_t for_us = std::max<int64_t>(0, now_us - state.fallen_until_us);
  return state.falling_rate * for_us / kMicroGpusPerGpu + state.falling_count;
}

void BudgetKeeper::LetClaimsFall(int64_t now_us) {
  BudgetsState& state = file_->state();
  state.falling_count = 0;
  state.falling_rate = 0;
  state.fallen_until_us = now_us;
  const uint32_t end = state.end;
  uint32_t* link = &state.falling;
  // Never more than there are, whatever a damaged file says.
  for (uint32_t i = 0; i < end && *link != 0 && *link < end; ++i) {
    Budget& budget = file_->at(*link);
    if (!budget.claims_fall()) {
      *link = std::exchange(budget.next_falling, 0);
      continue;
    }
    const MeterChains chain(file_.get(), std::array{*link});
    chain.ForEach([&](BudgetChain budgets) { Fall(budgets, now_us); });
    state.fallen_until_us = std::min(state.fallen_until_us, budget.books.at_us);
    state.falling_rate += budget.books.falls;
    ++state.falling_count;
    link = &budget.next_falling;
  }
}

absl::StatusOr<bool> BudgetKeeper::MakeRoom(const MeterChains& chains,
                                            const BudgetAmounts& amounts_us,
                                            int64_t now_us,
                                            ReadTransaction* books) {
  using Asked = std::span<const Int128>;
  // All claims are looked at only where that can help.
  const Int128 most_fall = MostClaimsFall(now_us);
  bool in_vain = false;
  chains.ForEach(amounts_us, [&](BudgetChain chain, Asked asked) {
    ForEachTooSmall(chain, asked, now_us,
                    [&](const Budget* budget, Int128 short_by) {
                      in_vain |= !budget->has_unspent() && short_by > most_fall;
                    });
  });
  if (in_vain) return false;
  // Before anything is recalled: it may be what comes back that others seem to
  // claim.
  LetClaimsFall(now_us);
  std::vector<BudgetChain> short_of;  // from the lowest to one too small
  chains.ForEach(amounts_us, [&](BudgetChain chain, Asked asked) {
    const size_t first = short_of.size();
    ForEachTooSmall(chain, asked, now_us, [&](Budget* budget, Int128) {
      const auto at = std::find(chain.begin(), chain.end(), budget);
      short_of.push_back(chain.first(at - chain.begin() + 1));
    });
    // The highest first: all slices below it are recalled with it.
    std::reverse(short_of.begin() + static_cast<ptrdiff_t>(first),
                 short_of.end());
  });
  const bool helps = std::all_of(
      short_of.begin(), short_of.end(),
      [](BudgetChain chain) { return chain.back()->has_unspent(); });
  if (!helps) return false;
  for (const BudgetChain chain : short_of) {
    if (!chain.back()->has_unspent()) continue;
    RETURN_IF_ERROR(RecallUnder(chain.back(), books));
    for (Budget* const budget : chain) budget->filled = 0;
  }
  return true;
}

absl::Status BudgetKeeper::RecallOverdrawn(int64_t now_us,
                                           ReadTransaction* books) {
  bool fallen = false;  // what others claim is not more than it is
  for (uint32_t quota = 1; quota < file_->state().end; ++quota) {
    Budget& budget = file_->at(quota);
    if (!budget.exists() || !budget.has_unspent()) continue;
    // What is left of an allowance is not asked for the room of the quotas that
    // it is under: their clock must not take that room meanwhile.
    const bool falls = budget.books.falls != 0 && budget.allowed > 0;
    if (!falls && !IsOverdrawn(budget, now_us)) continue;
    if (!falls && !std::exchange(fallen, true)) {
      LetClaimsFall(now_us);
      if (!IsOverdrawn(budget, now_us)) continue;
    }
    RETURN_IF_ERROR(RecallUnder(&budget, books));
  }
  return absl::OkStatus();
}

absl::Status BudgetKeeper::RecallAll() {
  return VisitFiles([this](LanesReader* reader) {
    if (!IsOfThisBoot(*reader)) return absl::OkStatus();
    const auto all = [](uint32_t) { return true; };
    for (const uint32_t bank : kAllBanks) {
      RETURN_IF_ERROR(reader->Recall(bank, all, [](uint32_t, uint64_t) {}));
      RETURN_IF_ERROR(reader->RecallAllowances(
          bank, [](uint32_t, const AllowanceWord&) { return true; },
          [](uint32_t, const AllowanceWord&) {}));
    }
    return absl::OkStatus();
  });
}

void BudgetKeeper::WaitForSections() {
  const BudgetsLock lock(file_.get(), options_.patience);
  if (!lock.held()) file_->SetTorn();
}

void BudgetKeeper::RecallFrom(LanesReader* reader,
                              std::span<const uint32_t> banks,
                              ReadTransaction* books) {
  const bool any =
      std::any_of(banks.begin(), banks.end(),
                  [reader](uint32_t bank) { return reader->HasUnspent(bank); });
  if (!any) return;
  const BudgetsLock lock(file_.get(), options_.patience);
  if (!lock.held() || file_->torn() ||
      !RecallFile(reader, banks, nullptr, books).ok()) {
    file_->SetTorn();
  }
}

absl::Status BudgetKeeper::BeginQuotaChange() {
  const BudgetsLock lock(file_.get(), options_.posting_patience);
  if (!lock.held()) return file_->BusyError();
  file_->SetTorn();
  return RecallAll();
}

absl::Status BudgetKeeper::Recall(uint32_t quota) {
  const BudgetsLock lock(file_.get(), options_.patience);
  if (!lock.held()) return file_->BusyError();
  if (quota >= file_->state().end) return absl::OkStatus();
  return RecallUnder(&file_->at(quota), nullptr);
}

absl::StatusOr<int64_t> BudgetKeeper::Room(uint32_t quota, int64_t now_us) {
  const BudgetsLock lock(file_.get(), options_.patience);
  if (!lock.held()) return file_->BusyError();
  if (quota >= file_->state().end || !file_->at(quota).exists()) {
    return MakeError(ErrorCode::kNotFound,
                     absl::StrCat("no budget of quota ", quota));
  }
  return RoomAt(file_->at(quota), now_us);
}

// --- the end -----------------------------------------------------------------

void BudgetKeeper::Stop() {
  // In a forked child nothing runs; the calls were the parent's.
  if (fork_generation_ != ForkGeneration()) return;
  stopped_.store(true, std::memory_order_seq_cst);
  // Whoever takes the lock after us sees it. Where another process keeps the
  // lock, no thread of ours can be under it.
  bool locked = false;
  do {
    locked = file_->Lock(options_.patience);
  } while (!locked && file_->holder() == getpid());
  if (locked) file_->Unlock();
  std::unique_lock<std::mutex> lock(asking_mutex_);
  asked_.wait(lock, [this] { return asking_ == 0; });
  file_->LetGo();
}

}  // namespace drawdown
