#include "ledger/quota_accounts.h"

#include <algorithm>

#include "base/error.h"
#include "ledger/buckets.h"
#include "ledger/live_records.h"
#include "ledger/series.h"

namespace drawdown {

Account* QuotaAccounts::AccountOf(const StoredQuota& quota, int64_t at_us) {
  const QuotaWindow window = AccountWindow(quota, at_us, bucket_us_);
  return &added_[{quota.id, window.start_us}];
}

// The part of the segment within a stretch of time.
void QuotaAccounts::AddSegment(const StoredQuota& quota, const Segment& segment,
                               const TenantPiece& within, int sign) {
  if (!segment.end_us && within.to_us == TenantPiece::kEnd) {
    const Int128 level = Int128{segment.micro_gpus} * sign;
    opened_[quota.id] += level;
    if (quota.scope.period == QuotaPeriod::kAtOnce) return;
    const int64_t start_us = std::max(segment.start_us, within.from_us);
    Account* const account = AccountOf(quota, start_us);
    account->open += level;
    account->open_moment += FineTime(level) * start_us;
    return;
  }
  if (quota.scope.period == QuotaPeriod::kAtOnce) return;
  VisitSegmentCellsWithin(
      segment, bucket_us_, sign, within.Buckets(bucket_us_),
      [&](int32_t bucket, const Cell& cell) {
        const int64_t start_us = BucketStart(bucket, bucket_us_);
        Account* const account = AccountOf(quota, start_us);
        account->amount += cell.partial;
        account->level_change += cell.level_change;
        account->level_moment += FineTime(cell.level_change) * start_us;
      });
}

absl::StatusOr<QuotaAccounts::Stretches> QuotaAccounts::StretchesOf(
    uint32_t tenant, uint32_t pool) {
  ASSIGN_OR_RETURN(const auto* const pieces, index_->moves().PiecesOf(tenant));
  Stretches over;
  for (const TenantPiece& piece : *pieces) {
    ASSIGN_OR_RETURN(const QuotaIndex::Quotas* const quotas,
                     index_->Over(piece.tenant, pool, name_of_));
    for (const StoredQuota* const quota : *quotas) {
      if (!Wanted(*quota)) continue;
      std::vector<TenantPiece>& stretches = over[quota];
      if (!stretches.empty() && stretches.back().to_us == piece.from_us) {
        stretches.back().to_us = piece.to_us;
      } else {
        stretches.push_back(piece);
      }
    }
  }
  return over;
}

absl::Status QuotaAccounts::AddRun(const Run& run, int sign) {
  ASSIGN_OR_RETURN(const Stretches over, StretchesOf(run.tenant, run.pool));
  for (const auto& [quota, stretches] : over) {
    for (const TenantPiece& stretch : stretches) {
      for (const Segment& segment : run.segments) {
        AddSegment(*quota, segment, stretch, sign);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status QuotaAccounts::AddAmount(uint32_t tenant, uint32_t pool,
                                      int64_t bucket_us, GpuTime amount) {
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas* const quotas,
                   index_->Over(tenant, pool, name_of_));
  for (const StoredQuota* const quota : *quotas) {
    if (!Wanted(*quota) || quota->scope.period == QuotaPeriod::kAtOnce) {
      continue;
    }
    AccountOf(*quota, bucket_us)->amount += amount;
  }
  return absl::OkStatus();
}

absl::StatusOr<const QuotaAccounts::StoredUse*> QuotaAccounts::StoredUseOf(
    uint32_t quota, int64_t from_us) {
  const auto known = stored_.find(quota);
  if (known != stored_.end() && known->second.from_us <= from_us) {
    return &known->second;
  }
  StoredUse use;
  use.from_us = from_us;
  const std::string level = OpenLevelKey(quota);
  ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kQuotas, level));
  if (bytes) {
    ASSIGN_OR_RETURN(use.level, DecodeOpenLevel(level, *bytes));
  }
  const std::string first = AccountKey(quota, from_us);
  const std::string_view prefix =
      std::string_view(first).substr(0, 1 + sizeof(uint32_t));
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books_->NewCursor(Table::kQuotas));
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(first));
  while (found && cursor->key().starts_with(prefix)) {
    ASSIGN_OR_RETURN(const Account account,
                     DecodeAccount(cursor->key(), cursor->value()));
    use.accounts.emplace_back(WindowOfAccountKey(cursor->key()), account);
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  kept_accounts_ += 1 + use.accounts.size();
  if (kept_accounts_ > kMaxKeptAccounts) {
    stored_.clear();
    kept_accounts_ = 1 + use.accounts.size();
  }
  return &stored_.insert_or_assign(quota, std::move(use)).first->second;
}

// Visits accounts of windows from `from_us` on, in no order.
template <typename Visit>
absl::Status QuotaAccounts::VisitAccounts(const StoredQuota& quota,
                                          int64_t from_us, const Visit& visit) {
  ASSIGN_OR_RETURN(const StoredUse* const stored,
                   StoredUseOf(quota.id, from_us));
  for (const auto& [window_us, account] : stored->accounts) {
    if (window_us >= from_us) visit(window_us, account);
  }
  for (auto it = added_.lower_bound({quota.id, from_us});
       it != added_.end() && it->first.first == quota.id; ++it) {
    visit(it->first.second, it->second);
  }
  return absl::OkStatus();
}

absl::StatusOr<Int128> QuotaAccounts::OpenLevel(const StoredQuota& quota,
                                                int64_t from_us) {
  ASSIGN_OR_RETURN(const StoredUse* const stored,
                   StoredUseOf(quota.id, from_us));
  const auto opened = opened_.find(quota.id);
  return opened == opened_.end() ? stored->level
                                 : stored->level + opened->second;
}

absl::Status QuotaAccounts::ReadMetered() {
  metered_.emplace();
  ASSIGN_OR_RETURN(const std::optional<LiveEpoch> epoch, ReadLiveEpoch(books_));
  if (!epoch) return absl::OkStatus();
  for (size_t bank = 0; bank < metered_->buckets_us.size(); ++bank) {
    metered_->buckets_us[bank] = BucketStart(epoch->buckets[bank], bucket_us_);
  }
  return VisitOpenUsage(
      books_,
      [&](uint32_t tenant, uint32_t pool, size_t bank,
          GpuTime amount) -> absl::Status {
        ASSIGN_OR_RETURN(
            tenant, index_->moves().At(tenant, metered_->buckets_us[bank]));
        ASSIGN_OR_RETURN(const QuotaIndex::Quotas* const quotas,
                         index_->Over(tenant, pool, name_of_));
        for (const StoredQuota* const quota : *quotas) {
          if (quota->id >= metered_->by_quota.size()) {
            metered_->by_quota.resize(quota->id + 1);
          }
          metered_->by_quota[quota->id][bank] += amount;
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<GpuTime> QuotaAccounts::MeteredIn(const StoredQuota& quota,
                                                 const QuotaWindow& window) {
  if (!metered_) RETURN_IF_ERROR(ReadMetered());
  GpuTime sum;
  if (quota.id >= metered_->by_quota.size()) return sum;
  const auto& open = metered_->by_quota[quota.id];
  for (size_t bank = 0; bank < open.size(); ++bank) {
    const int64_t bucket_us = metered_->buckets_us[bank];
    if (bucket_us >= window.start_us && bucket_us < window.end_us) {
      sum += open[bank];
    }
  }
  return sum;
}

// Once for all quotas that are asked about.
absl::StatusOr<const QuotaAccounts::LaterLevels*> QuotaAccounts::LevelsAfter(
    int64_t at_us) {
  ASSIGN_OR_RETURN(const std::vector<LaterStart>* const later,
                   later_->After(at_us));
  if (levels_ && levels_->later_version == later_->version() &&
      levels_->index_version == index_->version()) {
    return &*levels_;
  }
  LaterLevels levels{later_->version(), index_->version(), {}};
  for (const LaterStart& one : *later) {
    ASSIGN_OR_RETURN(const Stretches over, StretchesOf(one.tenant, one.pool));
    for (const auto& [quota, stretches] : over) {
      const TenantPiece& last = stretches.back();
      if (last.to_us != TenantPiece::kEnd) continue;
      levels.by_quota[quota->id].push_back(
          {one.start_us, std::max(one.start_us, last.from_us), one.micro_gpus});
    }
  }
  return &levels_.emplace(std::move(levels));
}

absl::Status QuotaAccounts::TakeOutLater(const StoredQuota& quota,
                                         const QuotaWindow& window,
                                         int64_t at_us, QuotaUse* use) {
  ASSIGN_OR_RETURN(const LaterLevels* const levels, LevelsAfter(at_us));
  const auto found = levels->by_quota.find(quota.id);
  if (found == levels->by_quota.end()) return absl::OkStatus();
  for (const LaterLevel& one : found->second) {
    use->level -= one.micro_gpus;
    use->next_start_us =
        std::min(use->next_start_us.value_or(one.start_us), one.start_us);
    // What begins in a later window is not in this one's account.
    if (one.start_us >= window.end_us) continue;
    use->used += FineTime(one.micro_gpus) * (Int128{one.start_us} - at_us);
  }
  return absl::OkStatus();
}

absl::StatusOr<QuotaUse> QuotaAccounts::UseAt(const StoredQuota& quota,
                                              int64_t at_us) {
  QuotaUse use;
  const QuotaWindow window = CountingWindow(quota, at_us, bucket_us_);
  ASSIGN_OR_RETURN(use.level, OpenLevel(quota, window.start_us));
  if (quota.scope.period == QuotaPeriod::kAtOnce) {
    use.used = FineTime(use.level);
    return use;
  }
  WindowSums sums;
  RETURN_IF_ERROR(VisitAccounts(quota, window.start_us,
                                [&](int64_t start_us, const Account& account) {
                                  sums.changes += account.level_change;
                                  if (start_us < window.end_us)
                                    return sums.in.Add(account);
                                  sums.changes_after += account.level_change;
                                  sums.opened_after += account.open;
                                }));
  ASSIGN_OR_RETURN(const GpuTime metered, MeteredIn(quota, window));
  sums.in.amount += metered;
  use.used = UsedIn(window, sums, use.level, at_us);
  RETURN_IF_ERROR(TakeOutLater(quota, window, at_us, &use));
  if (use.used.valid()) return use;
  return MakeError(ErrorCode::kOverflow, "what is used of the quota of " +
                                             quota.scope.tenant +
                                             " does not fit 128 bits");
}

absl::StatusOr<std::map<uint32_t, FineTime>> QuotaAccounts::UsedMoreBy(
    const Run& before, const Run& after, int64_t at_us) {
  ASSIGN_OR_RETURN(const Stretches over, StretchesOf(after.tenant, after.pool));
  std::map<uint32_t, FineTime> more;
  const auto add_used = [&](int sign) -> absl::Status {
    for (const auto& [quota, stretches] : over) {
      if (quota->scope.period == QuotaPeriod::kAtOnce) continue;
      ASSIGN_OR_RETURN(const QuotaUse use, UseAt(*quota, at_us));
      more[quota->id] += use.used * sign;
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(add_used(-1));
  const auto added = added_;
  const auto opened = opened_;
  absl::Status status = AddRun(before, -1);
  if (status.ok()) status = AddRun(after, +1);
  if (status.ok()) status = add_used(+1);
  added_ = added;
  opened_ = opened;
  RETURN_IF_ERROR(status);
  return more;
}

absl::StatusOr<QuotaCourse> QuotaAccounts::CourseFrom(const StoredQuota& quota,
                                                      int64_t at_us,
                                                      GpuTime taken) {
  const QuotaWindow window = CountingWindow(quota, at_us, bucket_us_);
  ASSIGN_OR_RETURN(const Int128 level, OpenLevel(quota, window.start_us));
  std::map<int64_t, Account> accounts;
  const auto add_amount = [&](int64_t when_us, GpuTime amount) {
    if (amount.zero()) return;
    const QuotaWindow window = AccountWindow(quota, when_us, bucket_us_);
    accounts[window.start_us].amount += amount;
  };
  RETURN_IF_ERROR(VisitAccounts(quota, window.start_us,
                                [&](int64_t start_us, const Account& account) {
                                  accounts[start_us].Add(account);
                                }));
  if (!metered_) RETURN_IF_ERROR(ReadMetered());
  if (quota.id < metered_->by_quota.size()) {
    const auto& open = metered_->by_quota[quota.id];
    for (size_t bank = 0; bank < open.size(); ++bank) {
      add_amount(metered_->buckets_us[bank], open[bank]);
    }
  }
  add_amount(at_us, taken);
  return QuotaCourse(&quota, bucket_us_, level, accounts);
}

absl::Status QuotaAccounts::Drop(WriteTransaction* transaction,
                                 const std::set<uint32_t>& quotas) {
  ForgetStored();
  for (const uint32_t quota : quotas) {
    added_.erase(added_.lower_bound({quota, QuotaWindow::kNoEdge}),
                 added_.lower_bound({quota + 1, QuotaWindow::kNoEdge}));
    opened_.erase(quota);
    RETURN_IF_ERROR(transaction->Delete(Table::kQuotas, OpenLevelKey(quota)));
    const std::string first = AccountKey(quota, QuotaWindow::kNoEdge);
    const std::string_view prefix =
        std::string_view(first).substr(0, 1 + sizeof(uint32_t));
    while (true) {
      ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                       transaction->NewCursor(Table::kQuotas));
      ASSIGN_OR_RETURN(const bool found, cursor->SeekAtLeast(first));
      if (!found || !cursor->key().starts_with(prefix)) break;
      const std::string key(cursor->key());
      RETURN_IF_ERROR(transaction->Delete(Table::kQuotas, key));
    }
  }
  return absl::OkStatus();
}

absl::Status QuotaAccounts::Make(const std::set<uint32_t>& quotas) {
  if (quotas.empty()) return absl::OkStatus();
  only_ = quotas;
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> runs,
                   books_->NewCursor(Table::kRuns));
  ASSIGN_OR_RETURN(bool found, runs->SeekAtLeast(""));
  while (found) {
    ASSIGN_OR_RETURN(const Run run, DecodeRun(runs->key(), runs->value()));
    RETURN_IF_ERROR(AddRun(run, +1));
    ASSIGN_OR_RETURN(found, runs->Next());
  }
  RETURN_IF_ERROR(VisitCells(
      books_, [this](const CellKey& at, const Cell& cell) -> absl::Status {
        if (cell.recorded.zero()) return absl::OkStatus();
        return AddAmount(at.tenant, at.pool, BucketStart(at.bucket, bucket_us_),
                         cell.recorded);
      }));
  only_.clear();
  return absl::OkStatus();
}

void QuotaAccounts::ForgetStored() {
  stored_.clear();
  kept_accounts_ = 0;
}

absl::Status QuotaAccounts::Flush(WriteTransaction* transaction) {
  ForgetStored();
  for (const auto& [at, delta] : added_) {
    changed_.insert(at.first);
    const std::string key = AccountKey(at.first, at.second);
    Account account = delta;
    ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kQuotas, key));
    if (bytes) {
      ASSIGN_OR_RETURN(const Account stored, DecodeAccount(key, *bytes));
      account.Add(stored);
    }
    if (!account.valid()) {
      return MakeError(ErrorCode::kOverflow, "what is used of quota #" +
                                                 std::to_string(at.first) +
                                                 " does not fit 128 bits");
    }
    RETURN_IF_ERROR(account.empty()
                        ? transaction->Delete(Table::kQuotas, key)
                        : transaction->PutLate(Table::kQuotas, key,
                                               EncodeAccount(key, account)));
  }
  added_.clear();
  for (const auto& [quota, delta] : opened_) {
    changed_.insert(quota);
    ASSIGN_OR_RETURN(const auto bytes,
                     books_->Get(Table::kQuotas, OpenLevelKey(quota)));
    Int128 level = delta;
    if (bytes) {
      ASSIGN_OR_RETURN(const Int128 stored,
                       DecodeOpenLevel(OpenLevelKey(quota), *bytes));
      level += stored;
    }
    const std::string key = OpenLevelKey(quota);
    RETURN_IF_ERROR(level == 0
                        ? transaction->Delete(Table::kQuotas, key)
                        : transaction->PutLate(Table::kQuotas, key,
                                               EncodeOpenLevel(key, level)));
  }
  opened_.clear();
  return absl::OkStatus();
}

}  // namespace drawdown
