// Folders and small helpers for tests of the store.
#ifndef DRAWDOWN_TESTS_UNIT_STORE_SCRATCH_H_
#define DRAWDOWN_TESTS_UNIT_STORE_SCRATCH_H_

#include <gtest/gtest.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "drawdown/status.h"
#include "store/lmdb_store.h"

namespace drawdown {

// An empty folder, removed at the end.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = testing::TempDir() + "/drawdown-store-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string path() const { return path_; }
  std::string operator/(const std::string& name) const {
    return path_ + "/" + name;
  }

 private:
  std::string path_;
};

// Tests may run in a container whose folders are on an overlay.
inline LmdbOptions TestOptions() {
  LmdbOptions options;
  options.allow_any_filesystem = true;
  return options;
}

// A fresh ledger directory, opened.
inline std::unique_ptr<Store> CreateAndOpen(
    const std::string& directory, const LmdbOptions& options = TestOptions()) {
  const absl::Status created =
      CreateLmdbStore(directory, "header", "test", options);
  EXPECT_TRUE(created.ok()) << created;
  absl::StatusOr<std::unique_ptr<Store>> store =
      OpenLmdbStore(directory, options);
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? std::move(*store) : nullptr;
}

inline absl::Status PutOne(Store* store, const std::string& key,
                           const std::string& value) {
  absl::StatusOr<std::unique_ptr<WriteTransaction>> txn = store->BeginWrite();
  if (!txn.ok()) return txn.status();
  const absl::Status put = (*txn)->Put(Table::kCells, key, value);
  return put.ok() ? (*txn)->Commit() : put;
}

// The value of `key` in the cells, or "(absent)", or the error.
inline std::string GetOne(Store* store, const std::string& key) {
  absl::StatusOr<std::unique_ptr<ReadTransaction>> txn = store->BeginRead();
  if (!txn.ok()) return txn.status().ToString();
  const auto value = (*txn)->Get(Table::kCells, key);
  if (!value.ok()) return value.status().ToString();
  return value->has_value() ? std::string(**value) : "(absent)";
}

// Runs `body` in a forked child and gives its exit status: what `body` returned
// or 256 + the signal that ended it.
template <typename Body>
pid_t ForkChild(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  return child;
}
inline int WaitFor(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}
template <typename Body>
int RunInChild(Body body) {
  return WaitFor(ForkChild(body));
}

// A line between a child and its parent: one waits until the other has told.
class Signal {
 public:
  Signal() { EXPECT_EQ(pipe(ends_), 0); }
  ~Signal() {
    close(ends_[0]);
    close(ends_[1]);
  }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void Tell() { EXPECT_EQ(write(ends_[1], "x", 1), 1); }
  bool Wait() {
    char byte;
    return read(ends_[0], &byte, 1) == 1;
  }

 private:
  int ends_[2];
};

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_STORE_SCRATCH_H_
