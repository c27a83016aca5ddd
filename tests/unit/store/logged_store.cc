#include "tests/unit/store/logged_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "store/registry.h"
#include "store/transaction.h"

namespace drawdown {
namespace {

// A store that logs every commit that fits, from the first.
class LoggedStore : public Store {
 public:
  explicit LoggedStore(std::shared_ptr<Environment> environment)
      : environment_(std::move(environment)) {}
  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() override {
    return BeginLmdbRead(environment_, After(std::chrono::seconds(5)));
  }
  absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWrite() override {
    return BeginLmdbWrite(environment_, After(std::chrono::seconds(5)));
  }

 private:
  const std::shared_ptr<Environment> environment_;
};

EnvironmentOptions LoggedOptions(const std::string& boot_id,
                                 std::chrono::milliseconds log_idle) {
  EnvironmentOptions options;
  options.allow_any_filesystem = true;
  options.commits_before_log = 0;
  options.boot_id = boot_id;
  options.log_idle = log_idle;
  return options;
}

}  // namespace

std::string NewLedger(const ScratchFolder& folder) {
  const std::string ledger = folder / "ledger";
  EXPECT_NE(CreateAndOpen(ledger), nullptr);
  return ledger;
}

absl::StatusOr<std::unique_ptr<Store>> TryToOpenLogged(
    const std::string& directory, const std::string& boot_id,
    std::chrono::milliseconds log_idle) {
  auto environment =
      AcquireEnvironment(directory, LoggedOptions(boot_id, log_idle),
                         After(std::chrono::seconds(5)));
  if (!environment.ok()) return environment.status();
  return std::make_unique<LoggedStore>(*std::move(environment));
}

std::unique_ptr<Store> OpenLogged(const std::string& directory,
                                  const std::string& boot_id,
                                  std::chrono::milliseconds log_idle) {
  auto store = TryToOpenLogged(directory, boot_id, log_idle);
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *std::move(store) : nullptr;
}

RedoFile::View ViewOf(const std::string& directory) {
  const Fd fd = OpenDirectory(directory).value();
  return RedoFile(fd.get(), directory).Look().value();
}
RedoFile::State LogOf(const std::string& directory) {
  return ViewOf(directory).state;
}

void LeaveLogOpen(const std::string& ledger, int commits) {
  EXPECT_EQ(RunInChild([&] {
              auto store = OpenLogged(ledger);
              for (int i = 1; i <= commits; ++i) {
                if (!PutOne(store.get(), "k", std::to_string(i)).ok()) return 2;
              }
              // Without the end of `store`, which would close it.
              _exit(LogOf(ledger) == RedoFile::State::kOpen ? 0 : 1);
              return 3;
            }),
            0);
}

}  // namespace drawdown
