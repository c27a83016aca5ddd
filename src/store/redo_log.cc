#include "store/redo_log.h"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "store/lmdb_error.h"

namespace drawdown {
namespace {

// Commits further apart are not in a row: what an open log costs when it is
// closed for want of them would be more than it spares.
constexpr std::chrono::milliseconds kInARow{100};

using OpenTxn = std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)>;

// The meta page of `transaction`, which is the newest, as it is in the file.
absl::StatusOr<MetaImage> ReadMetaImage(MDB_env* env, mdb_filehandle_t fd,
                                        uint64_t transaction) {
  MDB_stat stat;
  mdb_env_stat(env, &stat);
  MetaImage image;
  const auto at = static_cast<off_t>((transaction & 1) * stat.ms_psize);
  if (pread(fd, image.data(), image.size(), at) !=
      static_cast<ssize_t>(image.size())) {
    return ErrnoError(EIO, "read a meta page");
  }
  const std::optional<MetaPage> meta = ParseMetaImage(image);
  if (meta.has_value() && meta->transaction == transaction) return image;
  return MakeError(ErrorCode::kIo, "the meta page is not the last commit's");
}

// Whether there is a meta page of `transaction`, which LMDB has not taken note
// of: who committed it was killed in between, and the next write transaction
// finds out.
bool HasMetaPage(MDB_env* env, mdb_filehandle_t fd, uint64_t transaction) {
  return ReadMetaImage(env, fd, transaction).ok();
}

uint64_t NextGeneration(uint64_t generation) {
  // Counts up, and differs from what any copy of the ledger goes on to.
  uint32_t noise = 0;
  CHECK(getrandom(&noise, sizeof noise, 0) == sizeof noise);
  return (((generation >> 32) + 1) << 32) | noise;
}

}  // namespace

RedoLog::RedoLog(int directory_fd, const std::string& directory,
                 std::string_view boot_id, uint32_t commits_before)
    : directory_(directory),
      boot_id_(boot_id),
      commits_before_(commits_before),
      file_(directory_fd, directory) {}

RedoLog::~RedoLog() { CHECK(pin_ == nullptr); }

CacheId RedoLog::CacheIdOf(const struct stat& data) const {
  CacheId id;
  boot_id_.copy(id.boot_id.data(), id.boot_id.size());
  id.device = data.st_dev;
  id.inode = data.st_ino;
  return id;
}

bool RedoLog::HasOurGeneration(const RedoFile::View& view) const {
  return owned() && view.header.open && view.header.generation == generation_;
}

absl::Status RedoLog::BeforeWrite(MDB_env* env) {
  ASSIGN_OR_RETURN(RedoFile::View view, file_.Look());
  const bool ours = HasOurGeneration(view) && !failed_ &&
                    view.state == RedoFile::State::kOpen;
  if (!ours) {
    LetGo();
    RETURN_IF_ERROR(Close(env));
    view.header.open = false;
  }
  const bool room = used_ + largest_ <= kRedoRecordBytes &&
                    places_.count() + most_places_ <= kMaxRedoPlaces;
  if ((ours && room) || unavailable_ || !Pays(env)) return absl::OkStatus();
  return Open(env, view.header);
}

bool RedoLog::Pays(MDB_env* env) const {
  if (owned() || commits_before_ == 0) return true;
  if (in_a_row_ < commits_before_) return false;
  MDB_envinfo info;
  mdb_env_info(env, &info);
  return info.me_last_txnid == last_transaction_ &&
         Clock::now() - last_at_ < kInARow;
}

// A failed sync of LMDB's file with a log open: pages of acknowledged commits
// may be lost, and the kernel takes them for clean from now on.
absl::Status RedoLog::SyncData(MDB_env* env, const RedoHeader& header) {
  const int rc = mdb_env_sync(env, 1);
  if (rc == MDB_SUCCESS) return absl::OkStatus();
  if (header.open) {
    must_recover_ = true;
    // Where that fails, the recovery that this process waits for tries again.
    file_.MarkMustRecover(header.generation).IgnoreError();
  }
  return LmdbError(rc, absl::StrCat("sync ", directory_));
}

// Until the new header is on the disk the old one may be, and it needs its pin
// and its records; after it nothing of the old is needed.
absl::Status RedoLog::Open(MDB_env* env, const RedoHeader& before) {
  if (const absl::Status made = file_.Make(); !made.ok()) {
    // As without a log. What may pass by (no descriptor, say) is tried again.
    unavailable_ = GetErrorCode(made) == ErrorCode::kDiskFull;
    in_a_row_ = 0;
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(SyncData(env, before));
  MDB_txn* txn = nullptr;
  if (mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) != MDB_SUCCESS) {
    // All reader slots are taken, say: what began the old log goes on.
    return owned() ? Close(env) : absl::OkStatus();
  }
  OpenTxn pin(txn, mdb_txn_abort);
  RedoHeader header;
  header.open = true;
  header.generation = NextGeneration(before.generation);
  header.transaction = mdb_txn_id(pin.get());
  mdb_filehandle_t fd;
  struct stat data;
  RETURN_IF_ERROR(LmdbError(mdb_env_get_fd(env, &fd), "read a meta page"));
  // A log from before a commit that is in the file would not belong to it.
  if (HasMetaPage(env, fd, header.transaction + 1)) {
    return owned() ? Close(env) : absl::OkStatus();
  }
  if (fstat(fd, &data) != 0) return ErrnoError(errno, directory_);
  header.cache = CacheIdOf(data);
  ASSIGN_OR_RETURN(header.meta, ReadMetaImage(env, fd, header.transaction));
  if (!file_.WriteHeader(header).ok()) {
    unavailable_ = true;
    return Close(env);
  }
  LetGo();
  pin_ = pin.release();
  failed_ = false;
  owned_.store(true, std::memory_order_relaxed);
  generation_ = header.generation;
  next_transaction_ = header.transaction + 1;
  used_ = 0;
  largest_ = 0;
  places_ = RedoPlaces();
  most_places_ = 0;
  eighths_ = 0;
  return absl::OkStatus();
}

RedoPlaces RedoLog::PlacesWith(const RedoRecord& record) const {
  RedoPlaces places = places_;
  places.Add(record.places());
  return places;
}

bool RedoLog::Takes(const RedoRecord& record, uint64_t transaction) const {
  return owned() && record.small() && transaction == next_transaction_ &&
         used_ + record.size() <= kRedoRecordBytes &&
         PlacesWith(record).count() <= kMaxRedoPlaces;
}

absl::Status RedoLog::Append(RedoRecord* record, uint64_t transaction) {
  const std::string_view bytes = record->Seal(generation_, transaction);
  failed_ = true;  // until LMDB's commit, or until the log is closed
  RETURN_IF_ERROR(Wrote(file_.WriteRecord(used_, bytes)));
  used_ += bytes.size();
  largest_ = std::max<uint64_t>(largest_, bytes.size());
  const size_t places_before = places_.count();
  places_ = PlacesWith(*record);
  most_places_ = std::max(most_places_, places_.count() - places_before);
  ++next_transaction_;
  return absl::OkStatus();
}

absl::Status RedoLog::BeginSync() { return Wrote(file_.BeginSync()); }

absl::Status RedoLog::Sync() {
  RETURN_IF_ERROR(Wrote(file_.SyncRecord()));
  logged_.fetch_add(1, std::memory_order_relaxed);
  return absl::OkStatus();
}

// A file that cannot be written is not used again.
absl::Status RedoLog::Wrote(const absl::Status& status) {
  if (!status.ok()) unavailable_ = true;
  return status;
}

bool RedoLog::FilledAnEighth() {
  const uint64_t eighths = std::max<uint64_t>(
      8 * used_ / kRedoRecordBytes, 8 * places_.count() / kMaxRedoPlaces);
  return std::exchange(eighths_, eighths) != eighths;
}

void RedoLog::Committed(uint64_t transaction, const RedoRecord& record) {
  failed_ = false;
  const Clock::time_point now = Clock::now();
  const bool next =
      transaction == last_transaction_ + 1 && now - last_at_ < kInARow;
  in_a_row_ = record.small() ? (next ? in_a_row_ + 1 : 1) : 0;
  last_transaction_ = transaction;
  last_at_ = now;
}

absl::Status RedoLog::Close(MDB_env* env) {
  ASSIGN_OR_RETURN(const RedoFile::View view, file_.Look());
  if (must_recover_ || view.state == RedoFile::State::kMustRecover) {
    must_recover_ = true;
    return MakeError(
        ErrorCode::kIo,
        absl::StrCat(directory_,
                     ": a sync of data.mdb failed; the ledger recovers when "
                     "every process that has it open has ended"));
  }
  if (view.state == RedoFile::State::kOpen) {
    RETURN_IF_ERROR(SyncData(env, view.header));
  }
  if (view.state == RedoFile::State::kOpen ||
      view.state == RedoFile::State::kUnconfirmed) {
    RETURN_IF_ERROR(file_.WriteClosed());
  }
  LetGo();
  return absl::OkStatus();
}

void RedoLog::LetGo() {
  owned_.store(false, std::memory_order_relaxed);
  if (pin_ != nullptr) mdb_txn_abort(pin_);
  pin_ = nullptr;
}

bool RedoLog::TakenOver() {
  if (!owned()) return false;
  const absl::StatusOr<RedoFile::View> view = file_.Look();
  return view.ok() && !HasOurGeneration(*view);
}

}  // namespace drawdown
