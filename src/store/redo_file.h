// The file `redo` of a ledger's directory: reading and writing it so that what
// it says is on the disk. The bytes are redo_format.h's, the rules
// redo_log.h's.
#ifndef DRAWDOWN_SRC_STORE_REDO_FILE_H_
#define DRAWDOWN_SRC_STORE_REDO_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/files.h"
#include "store/redo_format.h"

namespace drawdown {

class RedoFile {
 public:
  enum class State {
    kAbsent,  // no file, or one without a header that can be read
    kClosed,  // and the disk knows it
    // Closed as far as the page cache tells: whoever wrote it may have been
    // killed before its sync.
    kUnconfirmed,
    kOpen,
    // Open, and a sync of LMDB's file has failed since: what is there is not to
    // be trusted, and the log has all of it.
    kMustRecover,
  };
  struct View {
    State state = State::kAbsent;
    RedoHeader header;  // when open
  };

  // `directory_fd` outlives it; `directory` is for messages.
  RedoFile(int directory_fd, const std::string& directory);

  // What it says now, to all processes of this boot.
  absl::StatusOr<View> Look();

  // All below REQUIRE the writer's lock, or that nobody else has the ledger.

  // Makes the file and its blocks, where they are not there yet; durable.
  absl::Status Make();
  // Each durable when OK; after an error either the old or the new may be.
  absl::Status WriteHeader(const RedoHeader& header);
  absl::Status WriteClosed();
  // In the page cache when OK, until SyncRecord().
  absl::Status WriteRecord(uint64_t at, std::string_view record);
  // Has the disk begin to write it, where the system can; waits for nothing.
  absl::Status BeginSync();
  absl::Status SyncRecord() { return Sync(); }
  // For all processes of this boot when OK, and as durable as the disk lets it
  // be: another boot recovers without.
  absl::Status MarkMustRecover(uint64_t generation);

  absl::StatusOr<std::string> ReadRecords();

 private:
  absl::Status OpenExisting();
  void ShareLikeDataFile(int fd) const;
  absl::Status Write(uint64_t at, std::string_view bytes);
  absl::Status Sync();

  const int directory_fd_;
  const std::string path_;
  Fd fd_;
  int write_error_ = 0;  // the errno of opening it for writing
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_REDO_FILE_H_
