#include "drawdown/ledger.h"

#include <sys/random.h>

#include <limits>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/error.h"
#include "engine/impl.h"
#include "ledger/memory_store.h"
#include "ledger/rebuild.h"
#include "store/files.h"

namespace drawdown {
namespace {

std::string NewUuid() {
  unsigned char bytes[16];
  CHECK(getrandom(bytes, sizeof bytes, 0) == sizeof bytes);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;  // RFC 4122 version 4
  bytes[8] = (bytes[8] & 0x3f) | 0x80;  // and its variant
  std::string text;
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text += absl::StrFormat("%02x", bytes[i]);
  }
  return text;
}

int64_t ClockNow(const OpenOptions& options) {
  return options.now_us ? options.now_us() : SystemClock().NowUs();
}

absl::Status CheckBucket(std::chrono::minutes bucket) {
  const auto minutes = bucket.count();
  if (minutes == 60 || minutes == 30 || minutes == 15) return absl::OkStatus();
  return MakeError(ErrorCode::kInvalidArgument,
                   "bucket of " + std::to_string(minutes) +
                       " minutes: a bucket is 60, 30 or 15 minutes");
}

}  // namespace

LmdbOptions StoreOptions(const OpenOptions& options) {
  return {options.map_size_bytes, options.lock_timeout,
          options.allow_any_filesystem};
}

// --- Impl
// ----------------------------------------------------------------------

Ledger::Impl::Impl(std::string directory, OpenOptions options, Header header,
                   std::unique_ptr<Store> store)
    : directory_(std::move(directory)),
      options_(std::move(options)),
      header_(std::move(header)),
      store_(std::move(store)) {}

int64_t Ledger::Impl::NowUs() const { return ClockNow(options_); }

absl::StatusOr<std::unique_ptr<Posting>> Ledger::Impl::BeginPosting() const {
  ASSIGN_OR_RETURN(std::unique_ptr<WriteTransaction> transaction,
                   store_->BeginWrite());
  return Posting::Begin(std::move(transaction), header_, NowUs());
}

absl::Status Ledger::Impl::PostOne(
    const std::function<absl::Status(Posting*)>& post) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<Posting> posting, BeginPosting());
  RETURN_IF_ERROR(post(posting.get()));
  return posting->Commit().status();
}

absl::Status Ledger::Impl::WithBooks(
    std::optional<int64_t> as_of_us,
    const std::function<absl::Status(ReadTransaction*)>& read) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books, BeginRead());
  if (!as_of_us) return read(books.get());
  const std::unique_ptr<Store> past = NewMemoryStore();
  RETURN_IF_ERROR(Rebuild(books.get(), header_, past.get(), *as_of_us));
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> past_books,
                   past->BeginRead());
  return read(past_books.get());
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
  header.uuid = NewUuid();
  ASSIGN_OR_RETURN(header.boot_id, BootId());
  header.lmdb_version = LmdbVersion();
  return CreateLmdbStore(directory, kHeaderKey, EncodeHeader(header),
                         StoreOptions(options));
}

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Open(
    const std::string& directory, const OpenOptions& options) {
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
      return MakeError(ErrorCode::kNotALedger,
                       directory + " has no ledger header");
    }
    ASSIGN_OR_RETURN(header, DecodeHeader(*bytes));
  }
  return std::unique_ptr<Ledger>(new Ledger(std::make_unique<Impl>(
      directory, options, std::move(header), std::move(store))));
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

// --- runs
// ----------------------------------------------------------------------

absl::Status Ledger::StartRun(const RunStart& start,
                              const WriteOptions& options) {
  return impl_->PostOne([&](Posting* posting) -> absl::Status {
    RunChanged change;
    change.change = RunChange::kStart;
    change.run_id = start.key.run_id;
    change.attempt = start.key.attempt;
    change.at_us = start.at_us;
    change.micro_gpus = start.micro_gpus;
    ASSIGN_OR_RETURN(
        change.tenant,
        posting->Intern(NameKind::kTenant, start.tenant, options.strict));
    ASSIGN_OR_RETURN(change.pool, posting->Intern(NameKind::kPool, start.pool,
                                                  options.strict));
    return posting->Post(change).status();
  });
}

namespace {

RunChanged ChangeOf(const RunKey& key, RunChange kind, int64_t at_us) {
  RunChanged change;
  change.change = kind;
  change.run_id = key.run_id;
  change.attempt = key.attempt;
  change.at_us = at_us;
  return change;
}

}  // namespace

absl::Status Ledger::ResizeRun(const RunKey& key, int64_t micro_gpus,
                               int64_t at_us) {
  RunChanged change = ChangeOf(key, RunChange::kResize, at_us);
  change.micro_gpus = micro_gpus;
  return impl_->PostOne(
      [&](Posting* posting) { return posting->Post(change).status(); });
}

absl::Status Ledger::SuspendRun(const RunKey& key, int64_t at_us) {
  const RunChanged change = ChangeOf(key, RunChange::kSuspend, at_us);
  return impl_->PostOne(
      [&](Posting* posting) { return posting->Post(change).status(); });
}

absl::Status Ledger::ResumeRun(const RunKey& key, int64_t at_us) {
  const RunChanged change = ChangeOf(key, RunChange::kResume, at_us);
  return impl_->PostOne(
      [&](Posting* posting) { return posting->Post(change).status(); });
}

absl::Status Ledger::StopRun(const RunKey& key, int64_t at_us,
                             StopReason reason) {
  RunChanged change = ChangeOf(key, RunChange::kStop, at_us);
  change.reason = reason;
  return impl_->PostOne(
      [&](Posting* posting) { return posting->Post(change).status(); });
}

}  // namespace drawdown
