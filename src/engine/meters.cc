// Live meters: binding, draining, looking at them.
#include <algorithm>
#include <new>
#include <system_error>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/hash_map.h"
#include "base/path.h"
#include "engine/impl.h"
#include "engine/quota_budgets.h"
#include "ledger/buckets.h"
#include "ledger/series.h"
#include "settle/drain.h"

namespace drawdown {
namespace {

// The id of a path the books know.
absl::StatusOr<std::optional<uint32_t>> FindName(ReadTransaction* books,
                                                 NameKind kind,
                                                 std::string_view path) {
  if (path.empty() || path.size() > kMaxPathBytes) return std::nullopt;
  const std::string key = NameByPathKey(kind, path);
  ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kNames, key));
  if (!bytes) return std::nullopt;
  ASSIGN_OR_RETURN(const Name name, DecodeName(key, *bytes));
  return name.id;
}

// None when any name is new.
absl::StatusOr<std::optional<std::vector<MeterIds>>> FindMeters(
    ReadTransaction* books, std::span<const MeterName> names) {
  std::vector<MeterIds> all;
  all.reserve(names.size());
  for (const MeterName& name : names) {
    ASSIGN_OR_RETURN(const auto tenant,
                     FindName(books, NameKind::kTenant, name.tenant));
    ASSIGN_OR_RETURN(const auto pool,
                     FindName(books, NameKind::kPool, name.pool));
    if (!tenant || !pool) return std::nullopt;
    all.push_back({*tenant, *pool});
  }
  return all;
}

void Merge(const DrainResult& more, DrainResult* into) {
  into->meters = std::max(into->meters, more.meters);
  into->gpu_time += more.gpu_time;
  into->files = more.files;
  into->retired += more.retired;
  into->regressions += more.regressions;
  into->flipped |= more.flipped;
}

// Sums over files what the view shows per meter.
class ViewBuilder {
 public:
  ViewBuilder(const NameTables& names, LiveView* view)
      : names_(names), view_(*view) {}

  void Add(const LiveFileCounts& file) {
    view_.owners.push_back({FormatUuid(file.owner.uuid), file.owner.pid,
                            file.counting, file.owner.created_us, file.meters,
                            file.lanes});
    view_.rejected += file.rejected;
    for (const LiveCount& count : file.counts) {
      LiveMeter& meter = Add(count);
      if (file.counting) meter.pids.push_back(file.owner.pid);
    }
  }
  LiveMeter& Add(const LiveCount& count) {
    const auto [it, first] =
        index_.try_emplace({count.ids.tenant, count.ids.pool}, order_.size());
    if (first) {
      order_.push_back({count.ids, order_.size()});
      meters_.emplace_back();
    }
    LiveMeter& meter = meters_[it->second];
    meter.open += count.open;
    meter.undrained += count.undrained;
    view_.undrained += count.undrained;
    return meter;
  }

  void Finish() {
    std::sort(order_.begin(), order_.end(),
              [this](const Place& a, const Place& b) { return Before(a, b); });
    view_.meters.reserve(order_.size());
    for (const Place& place : order_) {
      LiveMeter& meter =
          view_.meters.emplace_back(std::move(meters_[place.index]));
      meter.tenant = names_.moves.PathNow(names_.tenants.at(place.ids.tenant));
      meter.pool = names_.pools.at(place.ids.pool);
    }
    std::sort(view_.owners.begin(), view_.owners.end(),
              [](const LiveOwner& a, const LiveOwner& b) {
                return std::tie(a.pid, a.file) < std::tie(b.pid, b.file);
              });
  }

 private:
  struct Place {
    MeterIds ids;
    size_t index;  // into meters_
  };

  // A path has one id, so equal ids need no comparison of paths.
  bool Before(const Place& a, const Place& b) const {
    if (a.ids.tenant == b.ids.tenant) {
      return names_.pools.at(a.ids.pool) < names_.pools.at(b.ids.pool);
    }
    return names_.tenants.at(a.ids.tenant) < names_.tenants.at(b.ids.tenant);
  }

  const NameTables& names_;
  LiveView& view_;
  std::vector<LiveMeter> meters_;  // without names
  std::vector<Place> order_;
  HashMap<std::pair<uint32_t, uint32_t>, size_t> index_;
};

}  // namespace

// --- binding -----------------------------------------------------------------

absl::StatusOr<std::vector<MeterIds>> Ledger::Impl::InternMeters(
    std::span<const MeterName> names, const WriteOptions& options) const {
  {
    ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books, BeginRead());
    ASSIGN_OR_RETURN(std::optional<std::vector<MeterIds>> found,
                     FindMeters(books.get(), names));
    if (found) return *std::move(found);
  }
  std::vector<MeterIds> all;
  RETURN_IF_ERROR(PostGrouped([&](Posting* posting) -> absl::Status {
    all.clear();
    for (const MeterName& name : names) {
      MeterIds& ids = all.emplace_back();
      ASSIGN_OR_RETURN(
          ids.tenant,
          posting->Intern(NameKind::kTenant, name.tenant, options.strict));
      ASSIGN_OR_RETURN(ids.pool, posting->Intern(NameKind::kPool, name.pool,
                                                 options.strict));
    }
    return absl::OkStatus();
  }));
  return all;
}

// The epoch word, saying the bucket of now, and somebody to keep it so.
absl::StatusOr<std::shared_ptr<EpochFile>> Ledger::Impl::EnsureCounting() {
  ASSIGN_OR_RETURN(std::shared_ptr<EpochFile> word, live_->OpenEpoch());
  std::unique_lock<std::mutex> lock(live_mutex_);
  if (!counting_ || word == nullptr ||
      word->Get().bucket < BucketOf(NowUs(), bucket_us())) {
    lock.unlock();
    RETURN_IF_ERROR(Drain().status());
    ASSIGN_OR_RETURN(word, live_->OpenEpoch());
    CHECK(word != nullptr);
    lock.lock();
    counting_ = true;
  }
  if (!admitting_) {
    lock.unlock();
    ASSIGN_OR_RETURN(std::shared_ptr<BudgetKeeper> budgets, OpenBudgets(word));
    lock.lock();
    if (!admitting_) {
      RETURN_IF_ERROR(AttachAdmission({live_->path(), live_->ledger()}, word,
                                      NowUs(), std::move(budgets)));
      admitting_ = true;
    }
  }
  if (settler_ == nullptr && options_.drain_interval.count() > 0) {
    try {
      settler_ = std::make_unique<Settler>(
          options_.drain_interval,
          Settler::Work{[this] { SettlerRound(); },
                        [this] { return UntilNextBucket(); }});
    } catch (const std::system_error& error) {
      return MakeError(ErrorCode::kIo,
                       std::string("start a thread: ") + error.what());
    }
  }
  return word;
}

std::chrono::microseconds Ledger::Impl::UntilNextBucket() const {
  const int64_t now_us = NowUs();
  return std::chrono::microseconds(
      BucketStart(BucketOf(now_us, bucket_us()) + 1, bucket_us()) - now_us);
}

absl::StatusOr<std::vector<Meter>> Ledger::Impl::BindMeters(
    std::span<const MeterName> names, const WriteOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<MeterIds> ids,
                   InternMeters(names, options));
  ASSIGN_OR_RETURN(const std::shared_ptr<EpochFile> word, EnsureCounting());
  return drawdown::BindMeters({live_->path(), live_->ledger()}, word, NowUs(),
                              ids);
}

absl::StatusOr<Meter> Ledger::meter(std::string_view tenant,
                                    std::string_view pool,
                                    const WriteOptions& options) {
  const MeterName name = {std::string(tenant), std::string(pool)};
  ASSIGN_OR_RETURN(const std::vector<Meter> meters,
                   impl_->BindMeters({&name, 1}, options));
  return meters.front();
}

absl::StatusOr<std::vector<Meter>> Ledger::meters(
    std::span<const MeterName> names, const WriteOptions& options) {
  return impl_->BindMeters(names, options);
}

// --- admitting ---------------------------------------------------------------

absl::StatusOr<std::shared_ptr<BudgetKeeper>> Ledger::Impl::OpenBudgets(
    std::shared_ptr<EpochFile> word) const {
  std::lock_guard<std::mutex> lock(live_mutex_);
  if (budgets_ != nullptr) return budgets_;
  BudgetHooks hooks;
  hooks.now_us = [this] { return NowUs(); };
  hooks.snapshot = [this] { return BeginRead(); };
  hooks.drain = [this](Deadline deadline) { return Drain(deadline).status(); };
  hooks.with_writer_lock =
      [this](Deadline deadline, const BudgetHooks::Work& work) -> absl::Status {
    ASSIGN_OR_RETURN(const std::unique_ptr<WriteTransaction> books,
                     BeginWrite(deadline));
    return work(books.get());
  };
  BudgetKeeper::Options options;
  options.bucket_us = bucket_us();
  options.posting_patience = options_.lock_timeout;
  ASSIGN_OR_RETURN(
      budgets_,
      BudgetKeeper::Open(
          live_.get(), std::move(word),
          NewQuotaBudgets(bucket_us(), [this] { return ReadClock(); }),
          std::move(hooks), options));
  return budgets_;
}

absl::StatusOr<BudgetKeeper*> Ledger::Impl::Budgets() const {
  {
    std::lock_guard<std::mutex> lock(live_mutex_);
    if (budgets_ != nullptr) return budgets_.get();
  }
  if (!BudgetsFile::Exists(live_->path(), live_->boot_id())) return nullptr;
  ASSIGN_OR_RETURN(std::shared_ptr<EpochFile> word, live_->OpenEpoch());
  if (word == nullptr) return nullptr;
  ASSIGN_OR_RETURN(const std::shared_ptr<BudgetKeeper> budgets,
                   OpenBudgets(std::move(word)));
  return budgets.get();
}

// --- draining ----------------------------------------------------------------

absl::StatusOr<DrainResult> Ledger::Impl::DrainOnce(
    std::optional<Deadline> deadline) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<Posting> posting,
                   BeginBarePosting(deadline));
  ASSIGN_OR_RETURN(BudgetKeeper* const budgets, Budgets());
  ASSIGN_OR_RETURN(
      PreparedDrain drain,
      PrepareDrain(posting.get(), live_.get(), bucket_us(), NowUs(), budgets));
  // What was admitted went by the clock of holds, which no boot may set back.
  if (budgets != nullptr && drain.result.meters > 0) {
    RETURN_IF_ERROR(posting->HoldTime(ReadClock()).status());
  }
  RETURN_IF_ERROR(posting->Commit().status());
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books, BeginRead());
  RETURN_IF_ERROR(
      FinishDrain(&drain, live_.get(), bucket_us(), NowUs(), books.get()));
  return drain.result;
}

absl::StatusOr<DrainResult> Ledger::Impl::Drain(
    std::optional<Deadline> deadline) const {
  DrainResult all;
  // After a flip, what the old bucket's bank has counted is over and can be
  // journalled.
  for (bool again = true; again;) {
    ASSIGN_OR_RETURN(const DrainResult once, DrainOnce(deadline));
    Merge(once, &all);
    again = once.flipped;
  }
  return all;
}

// Skips the round when another process has drained in the last half interval
// and no bucket has begun.
void Ledger::Impl::SettlerRound() {
  try {
    const auto word = live_->OpenEpoch();
    if (word.ok() && *word != nullptr) {
      const int64_t now_us = NowUs();
      const int64_t since_us = now_us - (*word)->last_drain_us();
      const auto half = std::chrono::microseconds(options_.drain_interval) / 2;
      if (since_us >= 0 && since_us < half.count() &&
          (*word)->Get().bucket >= BucketOf(now_us, bucket_us())) {
        return;
      }
    }
    const absl::StatusOr<DrainResult> drained = Drain();
    std::lock_guard<std::mutex> lock(live_mutex_);
    drain_error_ = drained.ok() ? "" : std::string(drained.status().message());
  } catch (const std::bad_alloc&) {
    // The thread has nobody above to catch it, and tries again. Short enough to
    // need no memory itself.
    std::lock_guard<std::mutex> lock(live_mutex_);
    drain_error_ = "out of memory";
  }
}

std::string Ledger::Impl::drain_error() const {
  std::lock_guard<std::mutex> lock(live_mutex_);
  return drain_error_;
}

absl::StatusOr<DrainResult> Ledger::Drain() { return impl_->Drain(); }

// --- looking -----------------------------------------------------------------

absl::StatusOr<LiveView> Ledger::Live() const {
  ASSIGN_OR_RETURN(const LiveBooks live, impl_->ReadLive());
  ASSIGN_OR_RETURN(const NameTables names, ReadNames(live.transaction.get()));
  const LiveUsage& usage = live.usage;
  LiveView view;
  view.at_us = usage.amounts.until_us;
  view.regressions = usage.epoch.regressions;
  view.rejected = usage.epoch.rejected;
  view.bucket_us =
      BucketStart(usage.epoch.buckets[usage.epoch.active], impl_->bucket_us());
  if (usage.word != nullptr) {
    view.last_drain_us = usage.word->last_drain_us();
    view.flip_lateness_us = usage.word->last_lateness_us();
    view.longest_flip_lateness_us = usage.word->longest_lateness_us();
    view.flips = usage.word->flips();
  }
  view.drain_error = impl_->drain_error();
  ViewBuilder builder(names, &view);
  for (const LiveFileCounts& file : usage.files) builder.Add(file);
  for (const LiveCount& count : usage.carried) builder.Add(count);
  builder.Finish();
  return view;
}

}  // namespace drawdown
