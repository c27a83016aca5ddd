// Bringing a ledger back after its redo log was left open: LMDB's file goes
// back to the log's checkpoint, whose pages nobody has touched, and the log's
// records are done again.
//
// Done when the log is open and nobody else has the ledger, after a power loss
// or where a sync of LMDB's file has failed. Not after a kill: the page cache
// then has all that anybody has seen, and no more. Whoever breaks it off
// anywhere and begins it anew ends with the same.
#ifndef DRAWDOWN_SRC_STORE_REDO_RECOVERY_H_
#define DRAWDOWN_SRC_STORE_REDO_RECOVERY_H_

#include <lmdb.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "store/redo_file.h"

namespace drawdown {

// REQUIRES of all: the ledger's directory is locked, and no other process has
// the ledger open.
class RedoRecovery {
 public:
  // kCorrupt when the data file is not one that the log belongs to. REQUIRES:
  // the log is open.
  static absl::Status CheckTogether(const std::string& directory,
                                    RedoFile* file);

  // Checks that too, and before LMDB is opened puts the data file back to its
  // checkpoint. Marks the log first, so that whatever fails from then on nobody
  // takes the checkpoint for the books. REQUIRES: the log is open.
  static absl::StatusOr<std::unique_ptr<RedoRecovery>> Begin(
      const std::string& directory, RedoFile* file);

  // Room in the memory map beyond the pages in use that Replay may need.
  static constexpr uint64_t kMapBytes = uint64_t{256} << 20;

  // After LMDB was opened: all records in one transaction, then the log is
  // closed.
  absl::Status Replay(MDB_env* env,
                      const std::array<MDB_dbi, kTableCount>& tables);

 private:
  RedoRecovery(const std::string& directory, RedoFile* file, RedoHeader header,
               std::string bytes);
  static absl::StatusOr<std::unique_ptr<RedoRecovery>> Read(
      const std::string& directory, RedoFile* file);
  absl::StatusOr<Fd> OpenDataFile() const;
  absl::Status RollBack(const Fd& fd) const;
  bool Descends(const MetaImage& image, uint64_t page) const;

  const std::string directory_;
  RedoFile* const file_;
  const RedoHeader header_;
  const std::optional<MetaPage> checkpoint_;
  const std::string bytes_;
  const RedoRecords records_;  // views into bytes_
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_REDO_RECOVERY_H_
