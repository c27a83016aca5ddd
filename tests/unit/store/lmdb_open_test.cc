// Opening: what is refused, what is shared, and by whom.
#include <dlfcn.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lmdb.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <thread>
#include <vector>

#include "tests/unit/store/scratch.h"

namespace drawdown {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

ErrorCode OpenCode(const std::string& directory) {
  return GetErrorCode(OpenLmdbStore(directory, TestOptions()).status());
}

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

ino_t InodeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_ino;
}

TEST(OpenLmdb, TellsWhatIsNotALedgerAndLeavesItAlone) {
  ScratchFolder folder;
  EXPECT_EQ(OpenCode(folder / "absent"), ErrorCode::kNotALedger);
  EXPECT_EQ(OpenCode(folder.path()), ErrorCode::kNotALedger);
  WriteFile(folder / "file", "x");
  EXPECT_EQ(OpenCode(folder / "file"), ErrorCode::kNotALedger);
  WriteFile(folder / "data.mdb", std::string(9000, 'x'));
  fs::create_directory(folder / "live");
  EXPECT_EQ(OpenCode(folder.path()), ErrorCode::kNotALedger);
  int entries = 0;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    static_cast<void>(entry);
    ++entries;
  }
  EXPECT_EQ(entries, 3) << "something was made in a folder that is no ledger";
}

TEST(OpenLmdb, RefusesSomeoneElsesEnvironment) {
  ScratchFolder folder;
  MDB_env* env = nullptr;
  ASSERT_EQ(mdb_env_create(&env), 0);
  ASSERT_EQ(mdb_env_open(env, folder.path().c_str(), 0, 0644), 0);
  MDB_txn* txn = nullptr;
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
  ASSERT_EQ(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
  fs::remove(folder / "lock.mdb");
  fs::resize_file(folder / "data.mdb", 1 << 20);
  EXPECT_EQ(OpenCode(folder.path()), ErrorCode::kNotALedger);
  EXPECT_FALSE(fs::exists(folder / "lock.mdb"));
  fs::create_directory(folder / "live");
  EXPECT_EQ(OpenCode(folder.path()), ErrorCode::kNotALedger);
}

TEST(OpenLmdb, FindsDamageBeforeLmdbDoes) {
  ScratchFolder folder;
  CreateAndOpen(folder / "ledger");
  const std::string data = folder / "ledger/data.mdb";
  fs::resize_file(data, 3 * 4096);
  EXPECT_EQ(OpenCode(folder / "ledger"), ErrorCode::kCorrupt);
}

TEST(OpenLmdb, OneDirectoryIsOneEnvironmentUnderAnyName) {
  ScratchFolder folder;
  std::unique_ptr<Store> first = CreateAndOpen(folder / "ledger");
  fs::create_directory_symlink(folder / "ledger", folder / "alias");
  auto second = OpenLmdbStore(folder / "alias", TestOptions());
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_TRUE(PutOne(first.get(), "k", "1").ok());
  auto reader = (*second)->BeginRead().value();
  first.reset();
  EXPECT_EQ(**reader->Get(Table::kCells, "k"), "1");
  EXPECT_TRUE(PutOne(second->get(), "k", "2").ok());
}

TEST(OpenLmdb, ThreadsMayOpenAndCloseAtWill) {
  ScratchFolder folder;
  ASSERT_NE(CreateAndOpen(folder / "ledger"), nullptr);
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 40; ++i) {
        auto store = OpenLmdbStore(folder / "ledger", TestOptions());
        ASSERT_TRUE(store.ok()) << store.status();
        if (i % 8 == 0) {
          ASSERT_TRUE(PutOne(store->get(), std::to_string(t), "v").ok());
        } else {
          GetOne(store->get(), "0");
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(OpenLmdb, ProcessesMayOpenAndCloseAtWill) {
  ScratchFolder folder;
  ASSERT_NE(CreateAndOpen(folder / "ledger"), nullptr);
  std::vector<pid_t> children;
  for (int p = 0; p < 4; ++p) {
    children.push_back(ForkChild([&] {
      for (int i = 0; i < 60; ++i) {
        auto store = OpenLmdbStore(folder / "ledger", TestOptions());
        if (!store.ok()) return 1;
        if (!PutOne(store->get(), std::to_string(p), "v").ok()) return 2;
      }
      return 0;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(WaitFor(child), 0);
}

TEST(OpenLmdb, RefusesASecondCopyOfTheLibrary) {
  ScratchFolder folder;
  std::unique_ptr<Store> store = CreateAndOpen(folder / "ledger");
  void* const copy = dlopen(DRAWDOWN_SECOND_COPY, RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(copy, nullptr) << dlerror();
  const auto open =
      reinterpret_cast<int (*)(const char*)>(dlsym(copy, "OpenInSecondCopy"));
  ASSERT_NE(open, nullptr);
  EXPECT_EQ(open((folder / "ledger").c_str()),
            static_cast<int>(ErrorCode::kAlreadyOpen));
  // The attempt has not cost us our locks.
  EXPECT_TRUE(PutOne(store.get(), "k", "1").ok());
  store.reset();
  EXPECT_EQ(open((folder / "ledger").c_str()), 0);
  dlclose(copy);
}

TEST(OpenLmdb, RefusesAnotherPidNamespaceWhileOneIsThere) {
  ScratchFolder folder;
  std::unique_ptr<Store> store = CreateAndOpen(folder / "ledger");
  constexpr int kNotPermitted = 77;
  const auto open_inside = [&] {
    return RunInChild([&] {
      if (unshare(CLONE_NEWPID) != 0) return kNotPermitted;
      return RunInChild([&] {
        const ErrorCode code = OpenCode(folder / "ledger");
        return static_cast<int>(code) % 200;
      });
    });
  };
  const int refused = open_inside();
  if (refused == kNotPermitted) {
    GTEST_SKIP() << "unshare(CLONE_NEWPID) is not permitted here";
  }
  EXPECT_EQ(refused, static_cast<int>(ErrorCode::kForeignNamespace) % 200);
  EXPECT_TRUE(PutOne(store.get(), "k", "1").ok());
  store.reset();
  EXPECT_EQ(open_inside(), 0) << "nobody else has it open any more";
}

TEST(OpenLmdb, MakesTheWriterLockAnewAfterAReboot) {
  ScratchFolder folder;
  const std::string lock = folder / "ledger/writer.lock";
  ASSERT_NE(CreateAndOpen(folder / "ledger"), nullptr);
  const ino_t inode = InodeOf(lock);
  ASSERT_EQ(OpenCode(folder / "ledger"), ErrorCode::kOk);
  EXPECT_EQ(InodeOf(lock), inode) << "of this boot, so kept";
  {
    // As another boot left it: locked, its owner gone without a trace.
    std::fstream file(lock, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(16);
    file << "00000000-0000-0000-0000-000000000000";
    for (int i = 0; i < 40; ++i) file.put('\x7f');
  }
  auto store = OpenLmdbStore(folder / "ledger", TestOptions());
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE(PutOne(store->get(), "k", "1").ok());
  EXPECT_NE(InodeOf(lock), inode);
  // Half a file, as a full disk leaves it.
  store->reset();
  fs::resize_file(lock, 20);
  EXPECT_EQ(OpenCode(folder / "ledger"), ErrorCode::kOk);
}

TEST(OpenLmdb, NamesAProcessThatIsOpening) {
  ScratchFolder folder;
  ASSERT_NE(CreateAndOpen(folder / "ledger"), nullptr);
  const int fd = open((folder / "ledger").c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(flock(fd, LOCK_EX), 0);
  LmdbOptions options = TestOptions();
  options.lock_timeout = std::chrono::milliseconds(30);
  const absl::Status status =
      OpenLmdbStore(folder / "ledger", options).status();
  EXPECT_EQ(GetErrorCode(status), ErrorCode::kBusy) << status;
  EXPECT_THAT(status.ToString(), HasSubstr("opening"));
  close(fd);
  EXPECT_EQ(OpenCode(folder / "ledger"), ErrorCode::kOk);
}

}  // namespace
}  // namespace drawdown
