#include "drawdown/ledger.h"

#include <filesystem>
#include <limits>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"
#include "base/uuid.h"
#include "engine/impl.h"
#include "engine/quota_budgets.h"
#include "ledger/memory_store.h"
#include "ledger/rebuild.h"
#include "ledger/tenant_moves.h"
#include "ledger/upgrade.h"

namespace drawdown {
namespace {

int64_t ClockNow(const OpenOptions& options) {
  return options.now_us ? options.now_us() : SystemClock().NowUs();
}

absl::Status CheckDrainInterval(std::chrono::milliseconds interval) {
  if (interval.count() >= 0 && interval <= std::chrono::hours(1)) {
    return absl::OkStatus();
  }
  return MakeError(ErrorCode::kInvalidArgument,
                   "drain interval of " + std::to_string(interval.count()) +
                       " ms: it is 0 to 3,600,000");
}

absl::Status CheckBucket(std::chrono::minutes bucket) {
  const auto minutes = bucket.count();
  if (minutes == 60 || minutes == 30 || minutes == 15) return absl::OkStatus();
  return MakeError(ErrorCode::kInvalidArgument,
                   "bucket of " + std::to_string(minutes) +
                       " minutes: a bucket is 60, 30 or 15 minutes");
}

absl::StatusOr<std::unique_ptr<LiveDirectory>> LiveDirectoryOf(
    const std::string& directory, const Header& header,
    const std::string& boot_id) {
  const std::optional<Uuid> uuid = ParseUuid(header.uuid);
  if (!uuid) {
    return MakeError(
        ErrorCode::kCorrupt,
        directory + ": the header's uuid is " + Quoted(header.uuid));
  }
  std::error_code error;
  const auto absolute = std::filesystem::canonical(directory, error);
  if (error) return ErrnoError(error.value(), directory);
  return std::make_unique<LiveDirectory>((absolute / "live").string(), *uuid,
                                         boot_id);
}

}  // namespace

LmdbOptions StoreOptions(const OpenOptions& options) {
  return {options.map_size_bytes, options.lock_timeout,
          options.allow_any_filesystem};
}

// --- Impl
// ----------------------------------------------------------------------

Ledger::Impl::Impl(std::string directory, OpenOptions options,
                   std::string boot_id, Header header,
                   std::unique_ptr<Store> store,
                   std::unique_ptr<LiveDirectory> live)
    : directory_(std::move(directory)),
      options_(std::move(options)),
      boot_id_(options_.now_us ? std::string() : std::move(boot_id)),
      header_(std::move(header)),
      store_(std::move(store)),
      group_commit_([this] { return BeginPosting(); }),
      live_(std::move(live)) {}

// A last drain, where there is a settler to have done it: what was counted
// before the ledger is closed is durable. If it fails the counts stay, and
// whoever opens the ledger next drains them.
Ledger::Impl::~Impl() {
  const bool settling = settler_ != nullptr;
  settler_.reset();
  if (settling) Drain().IgnoreError();
  if (budgets_ == nullptr) return;
  if (admitting_) DetachAdmission(budgets_.get());
  budgets_->Stop();
}

int64_t Ledger::Impl::NowUs() const { return ClockNow(options_); }

absl::StatusOr<std::unique_ptr<WriteTransaction>> Ledger::Impl::BeginWrite(
    std::optional<Deadline> deadline) const {
  return deadline ? store_->BeginWriteBefore(*deadline) : store_->BeginWrite();
}

absl::StatusOr<std::unique_ptr<Posting>> Ledger::Impl::BeginBarePosting(
    std::optional<Deadline> deadline) const {
  ASSIGN_OR_RETURN(std::unique_ptr<WriteTransaction> transaction,
                   BeginWrite(deadline));
  return Posting::Begin(std::move(transaction), header_, NowUs(),
                        &posting_memory_);
}

absl::StatusOr<std::unique_ptr<Posting>> Ledger::Impl::BeginPosting() const {
  ASSIGN_OR_RETURN(std::unique_ptr<Posting> posting, BeginBarePosting());
  // Asked under the writer lock: who begins to admit after this finds what is
  // committed here in the books.
  ASSIGN_OR_RETURN(BudgetKeeper* const budgets, Budgets());
  if (budgets != nullptr) {
    ASSIGN_OR_RETURN(const int64_t began_us,
                     drawdown::HoldTime(posting->books(), ReadClock()));
    ASSIGN_OR_RETURN(
        std::unique_ptr<LiveQuotas> live,
        BeginLiveQuotas(budgets, store_.get(), posting->books(), NowUs()));
    posting->SetLiveQuotas(std::move(live), began_us);
  }
  return posting;
}

absl::Status Ledger::Impl::PostAlone(
    const std::function<absl::Status(Posting*)>& post) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<Posting> posting, BeginPosting());
  RETURN_IF_ERROR(post(posting.get()));
  return posting->Commit().status();
}

absl::Status Ledger::Impl::PostGrouped(
    const std::function<absl::Status(Posting*)>& post) const {
  return group_commit_.Run(post);
}

absl::StatusOr<LiveBooks> Ledger::Impl::ReadLive() const {
  // In a forked child kForked, before any lock that the parent may have held.
  RETURN_IF_ERROR(BeginRead().status());
  constexpr int kTries = 16;
  for (int tried = 1;; ++tried) {
    ASSIGN_OR_RETURN(const std::vector<Uuid> files, live_->List());
    // After so many drains in a row, it is theirs to wait.
    const bool last = tried == kTries;
    std::unique_ptr<ReadTransaction> books;
    if (last) {
      ASSIGN_OR_RETURN(books, store_->BeginWrite());
    } else {
      ASSIGN_OR_RETURN(books, BeginRead());
    }
    ASSIGN_OR_RETURN(
        std::optional<LiveUsage> usage,
        ReadLiveUsage(books.get(), live_.get(), files, NowUs(), last));
    if (!usage) continue;
    RETURN_IF_ERROR(
        TenantMoves(books.get()).Place(bucket_us(), &usage->amounts));
    return LiveBooks{std::move(books), *std::move(usage)};
  }
}

absl::StatusOr<LiveAmounts> Ledger::Impl::ReadLiveOf(
    ReadTransaction* books) const {
  ASSIGN_OR_RETURN(const std::vector<Uuid> files, live_->List());
  ASSIGN_OR_RETURN(std::optional<LiveUsage> usage,
                   ReadLiveUsage(books, live_.get(), files, NowUs(), true));
  CHECK(usage.has_value());
  return std::move(usage->amounts);
}

absl::Status Ledger::Impl::WithBooks(
    std::optional<int64_t> as_of_us,
    const std::function<absl::Status(const BooksView&)>& read) const {
  if (!as_of_us) {
    ASSIGN_OR_RETURN(LiveBooks live, ReadLive());
    return read({live.transaction.get(), std::move(live.usage.amounts),
                 &kept_statements_});
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books, BeginRead());
  const std::unique_ptr<Store> past = NewMemoryStore();
  RETURN_IF_ERROR(Rebuild(books.get(), header_, past.get(), *as_of_us));
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> past_books,
                   past->BeginRead());
  return read({past_books.get(), LiveAmounts{{}, *as_of_us}});
}

int64_t Ledger::Impl::ResolveAt(std::optional<int64_t> at_us,
                                std::optional<int64_t> as_of_us) const {
  if (at_us) return *at_us;
  return as_of_us ? *as_of_us : NowUs();
}

// --- opening
// -------------------------------------------------------------------

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ledger::~Ledger() = default;

absl::Status Ledger::Create(const std::string& directory,
                            const OpenOptions& options) {
  RETURN_IF_ERROR(CheckBucket(options.bucket));
  Header header;
  header.bucket_us =
      std::chrono::duration_cast<std::chrono::microseconds>(options.bucket)
          .count();
  header.created_us = ClockNow(options);
  header.uuid = FormatUuid(NewUuid());
  ASSIGN_OR_RETURN(header.boot_id, BootId());
  header.lmdb_version = LmdbVersion();
  return CreateLmdbStore(directory, kHeaderKey, EncodeHeader(header),
                         StoreOptions(options));
}

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Open(
    const std::string& directory, const OpenOptions& options) {
  RETURN_IF_ERROR(CheckDrainInterval(options.drain_interval));
  if (options.create_if_missing) {
    const absl::Status created = Create(directory, options);
    if (!created.ok() && GetErrorCode(created) != ErrorCode::kLedgerExists) {
      return created;
    }
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Store> store,
                   OpenLmdbStore(directory, StoreOptions(options)));
  Header header;
  {
    ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                     store->BeginRead());
    ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kMeta, kHeaderKey));
    if (!bytes) {
      // The store has a ledger's tables, so it had one.
      return MakeError(ErrorCode::kCorrupt,
                       directory + " has no ledger header");
    }
    ASSIGN_OR_RETURN(header, DecodeHeader(*bytes));
  }
  if (header.format != kLedgerFormat) {
    ASSIGN_OR_RETURN(std::unique_ptr<WriteTransaction> old,
                     store->BeginWrite());
    RETURN_IF_ERROR(UpgradeBooks(std::move(old), &header));
  }
  ASSIGN_OR_RETURN(std::string boot_id, BootId());
  ASSIGN_OR_RETURN(std::unique_ptr<LiveDirectory> live,
                   LiveDirectoryOf(directory, header, boot_id));
  return std::unique_ptr<Ledger>(new Ledger(std::make_unique<Impl>(
      directory, options, std::move(boot_id), std::move(header),
      std::move(store), std::move(live))));
}

LedgerInfo Ledger::Info() const {
  LedgerInfo info;
  info.directory = impl_->directory();
  info.uuid = impl_->header().uuid;
  info.format = impl_->header().format;
  info.bucket_us = impl_->bucket_us();
  info.created_us = impl_->header().created_us;
  const auto books = impl_->BeginRead();
  if (!books.ok()) return info;
  const auto bytes = (*books)->Get(Table::kMeta, kTipKey);
  if (!bytes.ok() || !*bytes) return info;
  const auto tip = DecodeTip(**bytes);
  if (!tip.ok()) return info;
  info.entries = tip->next_sequence - 1;
  info.chain_hash = HexOf(tip->chain);
  return info;
}

}  // namespace drawdown
