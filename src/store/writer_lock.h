// Who writes: one transaction at a time over all threads and processes, waited
// for with a deadline. LMDB's own writer lock has none, so it is only ever
// taken under this one.
//
// The lock is a robust, process-shared mutex in the file writer.lock: when its
// owner is killed the next one gets it. The file belongs to one boot of the
// kernel and is made anew after another, because a mutex does not survive.
#ifndef DRAWDOWN_SRC_STORE_WRITER_LOCK_H_
#define DRAWDOWN_SRC_STORE_WRITER_LOCK_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "base/files.h"

namespace drawdown {

class WriterLock {
 public:
  // REQUIRES: the directory is locked, so that nobody else makes the file.
  static absl::StatusOr<std::unique_ptr<WriterLock>> Open(
      const std::string& directory, const std::string& boot_id);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;  // Owns a mapping.
  WriterLock& operator=(const WriterLock&) = delete;

  // kBusy at the deadline, naming the owner's pid and for how long it has held
  // the lock. Threads of this process wait for one another first, so that the
  // deadline holds between them too.
  absl::Status Acquire(Deadline deadline);
  // By the thread that acquired it.
  void Release();

 private:
  struct Shared;

  WriterLock(std::string path, Shared* shared);
  absl::Status AcquireInProcess(Deadline deadline);
  void LeaveInProcess();
  absl::Status AcquireShared(Deadline deadline);
  absl::Status BusyError() const;

  const std::string path_;
  Shared* const shared_;
  std::mutex mutex_;
  std::condition_variable released_;
  bool held_ = false;
};

// Releases what has been acquired, also where memory runs out for an error.
class WriterHold {
 public:
  explicit WriterHold(WriterLock* writer) : writer_(writer) {}
  WriterHold(const WriterHold&) = delete;  // Releases once.
  WriterHold& operator=(const WriterHold&) = delete;
  ~WriterHold() {
    if (writer_ != nullptr) writer_->Release();
  }
  // It is released later, by whoever ends the transaction.
  void Keep() { writer_ = nullptr; }

 private:
  WriterLock* writer_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_WRITER_LOCK_H_
