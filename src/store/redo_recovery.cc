#include "store/redo_recovery.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/error.h"
#include "base/hash_map.h"
#include "store/lmdb_error.h"

namespace drawdown {
namespace {

MDB_val RedoVal(std::string_view bytes) {
  // LMDB does not write through it.
  return MDB_val{bytes.size(), const_cast<char*>(bytes.data())};
}

int Apply(MDB_txn* txn, MDB_dbi table, const RedoOperation& operation) {
  MDB_val key = RedoVal(operation.key);
  if (operation.deletes) {
    const int rc = mdb_del(txn, table, &key, nullptr);
    return rc == MDB_NOTFOUND ? MDB_SUCCESS : rc;
  }
  MDB_val value = RedoVal(operation.value);
  return mdb_put(txn, table, &key, &value, 0);
}

// The last operation on each key, by table and key: what came before it leaves
// nothing behind, and neighbours are on one page.
std::vector<RedoOperation> LastOfEachKey(
    const std::vector<RedoOperation>& operations) {
  HashSet<std::pair<Table, absl::string_view>> seen;
  std::vector<RedoOperation> last;
  for (auto one = operations.rbegin(); one != operations.rend(); ++one) {
    const absl::string_view key(one->key.data(), one->key.size());
    if (seen.insert({one->table, key}).second) last.push_back(*one);
  }
  std::sort(last.begin(), last.end(),
            [](const RedoOperation& a, const RedoOperation& b) {
              return std::tie(a.table, a.key) < std::tie(b.table, b.key);
            });
  return last;
}

}  // namespace

RedoRecovery::RedoRecovery(const std::string& directory, RedoFile* file,
                           RedoHeader header, std::string bytes)
    : directory_(directory),
      file_(file),
      header_(std::move(header)),
      checkpoint_(ParseMetaImage(header_.meta)),
      bytes_(std::move(bytes)),
      records_(
          ReadRedoRecords(bytes_, header_.generation, header_.transaction)) {}

absl::StatusOr<std::unique_ptr<RedoRecovery>> RedoRecovery::Read(
    const std::string& directory, RedoFile* file) {
  ASSIGN_OR_RETURN(const RedoFile::View view, file->Look());
  ASSIGN_OR_RETURN(std::string bytes, file->ReadRecords());
  return std::unique_ptr<RedoRecovery>(
      new RedoRecovery(directory, file, view.header, std::move(bytes)));
}

absl::Status RedoRecovery::CheckTogether(const std::string& directory,
                                         RedoFile* file) {
  ASSIGN_OR_RETURN(const auto recovery, Read(directory, file));
  return recovery->OpenDataFile().status();
}

absl::StatusOr<std::unique_ptr<RedoRecovery>> RedoRecovery::Begin(
    const std::string& directory, RedoFile* file) {
  ASSIGN_OR_RETURN(std::unique_ptr<RedoRecovery> recovery,
                   Read(directory, file));
  ASSIGN_OR_RETURN(const Fd data, recovery->OpenDataFile());
  RETURN_IF_ERROR(file->MarkMustRecover(recovery->header_.generation));
  RETURN_IF_ERROR(recovery->RollBack(data));
  return recovery;
}

// The checkpoint's own page is still that or a later one of this log; the other
// one was the one before it, unless it has been written since. Where a later
// meta page could not be written, also by a recovery, LMDB has put back the
// checkpoint's number and last page, and not its roots.
bool RedoRecovery::Descends(const MetaImage& image, uint64_t page) const {
  const std::optional<MetaPage> meta = ParseMetaImage(image);
  if (!meta.has_value()) return false;
  const uint64_t checkpoint = header_.transaction;
  if (meta->transaction == checkpoint) {
    return image == MetaImageAt(header_.meta, page) ||
           (records_.count > 0 && meta->last_page == checkpoint_->last_page);
  }
  if (meta->transaction > checkpoint) {
    return meta->transaction <= checkpoint + records_.count;
  }
  return page != (checkpoint & 1);
}

// Of a file that the log belongs to.
absl::StatusOr<Fd> RedoRecovery::OpenDataFile() const {
  const std::string path = directory_ + "/data.mdb";
  if (!checkpoint_.has_value()) {
    return MakeError(ErrorCode::kCorrupt,
                     absl::StrCat(directory_, "/redo: no meta page in it"));
  }
  Fd fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (fd.get() < 0) return ErrnoError(errno, absl::StrCat("open ", path));
  for (uint64_t page = 0; page < 2; ++page) {
    MetaImage image{};
    const auto at = static_cast<off_t>(page * checkpoint_->page_size);
    if (pread(fd.get(), image.data(), image.size(), at) < 0) {
      return ErrnoError(errno, absl::StrCat("read ", path));
    }
    if (Descends(image, page)) continue;
    return MakeError(
        ErrorCode::kCorrupt,
        absl::StrCat(path, " and ", directory_,
                     "/redo do not belong together: restore both from one "
                     "copy, or remove redo if data.mdb is a backup's"));
  }
  return fd;
}

absl::Status RedoRecovery::RollBack(const Fd& fd) const {
  const std::string path = directory_ + "/data.mdb";
  for (uint64_t page = 0; page < 2; ++page) {
    const MetaImage image = MetaImageAt(header_.meta, page);
    const auto at = static_cast<off_t>(page * checkpoint_->page_size);
    if (pwrite(fd.get(), image.data(), image.size(), at) !=
        static_cast<ssize_t>(image.size())) {
      return ErrnoError(errno, absl::StrCat("write ", path));
    }
  }
  if (fdatasync(fd.get()) == 0) return absl::OkStatus();
  return ErrnoError(errno, absl::StrCat("fdatasync ", path));
}

// In one transaction: a second one might take pages of the checkpoint, and a
// recovery that is broken off needs them again.
absl::Status RedoRecovery::Replay(
    MDB_env* env, const std::array<MDB_dbi, kTableCount>& tables) {
  const std::string what = absl::StrCat("recover ", directory_);
  if (records_.count > 0) {
    MDB_txn* txn = nullptr;
    RETURN_IF_ERROR(LmdbError(mdb_txn_begin(env, nullptr, 0, &txn), what));
    std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> open(txn, mdb_txn_abort);
    if (mdb_txn_id(txn) != header_.transaction + 1) {
      return MakeError(ErrorCode::kBusy,
                       absl::StrCat(directory_,
                                    ": another program has data.mdb open; the "
                                    "ledger recovers when it has ended"));
    }
    for (const RedoOperation& operation : LastOfEachKey(records_.operations)) {
      const MDB_dbi table = tables[static_cast<size_t>(operation.table)];
      RETURN_IF_ERROR(LmdbError(Apply(txn, table, operation), what));
    }
    RETURN_IF_ERROR(LmdbError(mdb_txn_commit(open.release()), what));
  }
  return file_->WriteClosed();
}

}  // namespace drawdown
