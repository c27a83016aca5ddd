// Books of format 4, whose lines of what is held have no GPUs that the run of a
// hold does not use.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "ledger/hold_records.h"
#include "ledger/records.h"
#include "ledger/upgrade.h"
#include "ledger/verify.h"
#include "store/lmdb_store.h"
#include "tests/support/passing_on.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kNowUs = 1'700'000'000 * int64_t{1'000'000};

// Fails at the call of that number.
class FailsAt : public PassingOn {
 public:
  FailsAt(std::unique_ptr<WriteTransaction> below, int call)
      : PassingOn(std::move(below)), left_(call) {}
  absl::Status Put(Table table, std::string_view key,
                   std::string_view value) override {
    if (left_-- == 0) return MakeError(ErrorCode::kIo, "as told");
    return PassingOn::Put(table, key, value);
  }
  absl::Status Delete(Table table, std::string_view key) override {
    if (left_-- == 0) return MakeError(ErrorCode::kIo, "as told");
    return PassingOn::Delete(table, key);
  }
  absl::Status Commit() override {
    if (left_-- == 0) return MakeError(ErrorCode::kIo, "as told");
    return PassingOn::Commit();
  }

 private:
  int left_;
};

class OldFormatTest : public testing::Test {
 protected:
  // 4 GPUs of 6 are held for a run that has 3 of them.
  void SetUp() override {
    const auto ledger = Open();
    QuotaSetting gpus;
    gpus.scope.tenant = "acme";
    gpus.scope.period = QuotaPeriod::kAtOnce;
    gpus.limit = QuotaLimit{.nominal = 6 * kMicroGpusPerGpu};
    ASSERT_THAT(ledger->SetQuota(gpus), IsOk());
    ASSERT_THAT(
        ledger->PlaceHold({"h", "acme", "p", GpuTime(100 * kMicrosPerHour),
                           4 * kMicroGpusPerGpu, 24 * kMicrosPerHour}),
        IsOk());
    EXPECT_TRUE(Start(ledger.get(), "r", "h"));
    MakeOld();
  }

  std::unique_ptr<Ledger> Open() {
    OpenOptions options;
    options.create_if_missing = true;
    options.now_us = [] { return kNowUs; };
    auto ledger = Ledger::Open(path_, options);
    EXPECT_THAT(ledger, IsOk());
    return *std::move(ledger);
  }
  // Whether a run of 3 GPUs was admitted.
  static bool Start(Ledger* ledger, const std::string& id,
                    const std::string& hold) {
    RunStart start;
    start.key.run_id = id;
    start.tenant = "acme";
    start.pool = "p";
    start.micro_gpus = 3 * kMicroGpusPerGpu;
    start.at_us = kNowUs;
    start.hold_id = hold;
    const auto started = ledger->StartRun(start);
    EXPECT_THAT(started, IsOk());
    return started->admitted();
  }

  std::unique_ptr<Store> OpenStore() {
    auto store = OpenLmdbStore(path_, {.allow_any_filesystem = true});
    EXPECT_THAT(store, IsOk());
    return *std::move(store);
  }
  void MakeOld() {
    const auto books = *OpenStore()->BeginWrite();
    Header header = *DecodeHeader(**books->Get(Table::kMeta, kHeaderKey));
    header.format = 4;
    ASSERT_THAT(books->Put(Table::kMeta, kHeaderKey, EncodeHeader(header)),
                IsOk());
    const auto cursor = *books->NewCursor(Table::kHeld);
    int64_t kept = 0;
    for (bool any = *cursor->SeekAtLeast("e"); any; any = *cursor->Next()) {
      const std::string key(cursor->key());
      std::string old;
      if (key.starts_with("e")) {
        HeldLine line = *DecodeHeldLine(key, cursor->value());
        kept += std::exchange(line.micro_gpus, 0);
        old = EncodeHeldLine(key, line);
      } else if (key.starts_with("s")) {
        HeldSum sum = *DecodeHeldSum(key, cursor->value());
        sum.micro_gpus = 0;
        old = EncodeHeldSum(key, sum);
      } else {
        continue;
      }
      ASSERT_THAT(books->Put(Table::kHeld, key, old), IsOk());
    }
    EXPECT_EQ(kept, kMicroGpusPerGpu);
    ASSERT_THAT(books->Commit(), IsOk());
  }

  using Records = std::map<std::pair<int, std::string>, std::string>;
  Records All() {
    Records records;
    const auto books = *OpenStore()->BeginRead();
    for (int i = 0; i < kTableCount; ++i) {
      const auto cursor = *books->NewCursor(static_cast<Table>(i));
      for (bool any = *cursor->SeekAtLeast(""); any; any = *cursor->Next()) {
        records[{i, std::string(cursor->key())}] = cursor->value();
      }
    }
    return records;
  }

  ScratchDir dir_;
  const std::string path_ = dir_.Path("books");
};

TEST_F(OldFormatTest, TheirLinesAreMadeAnewWhenTheyAreOpened) {
  {
    // As they are, they are not what the journal calls for.
    const auto books = *OpenStore()->BeginRead();
    const Header header = *DecodeHeader(**books->Get(Table::kMeta, kHeaderKey));
    EXPECT_EQ(header.format, 4u);
    const auto verified = VerifyBooks(books.get(), header, kNowUs);
    ASSERT_THAT(verified, IsOk());
    EXPECT_FALSE(verified->ok);
  }
  const auto ledger = Open();
  EXPECT_EQ(ledger->Info().format, 5u);
  const auto verified = ledger->VerifyInProcess();
  ASSERT_THAT(verified, IsOk());
  EXPECT_EQ(verified->findings, std::vector<std::string>());
  EXPECT_FALSE(Start(ledger.get(), "other", ""));
  // And stay so for who opens them next.
  const Records after = All();
  EXPECT_EQ(Open()->Info().format, 5u);
  EXPECT_EQ(All(), after);
}

// A crash or a full disk leaves them as they were, for the next to make anew.
TEST_F(OldFormatTest, AreMadeAnewInOneCommit) {
  const Records before = All();
  int failed = 0;
  for (bool done = false; !done; ++failed) {
    const auto store = OpenStore();
    Header header;
    const absl::Status made = UpgradeBooks(
        std::make_unique<FailsAt>(*store->BeginWrite(), failed), &header);
    done = made.ok();
    if (done) break;
    ASSERT_THAT(made, IsError(ErrorCode::kIo, "as told"));
    ASSERT_EQ(All(), before) << "after " << failed << " calls";
  }
  // Three records go and come, then the header and the commit.
  EXPECT_GE(failed, 8);
  const Records after = All();
  EXPECT_NE(after, before);
  // Who waited for the lock meanwhile finds nothing to do.
  Header header;
  ASSERT_THAT(
      UpgradeBooks(std::make_unique<FailsAt>(*OpenStore()->BeginWrite(), 0),
                   &header),
      IsOk());
  EXPECT_EQ(header.format, kLedgerFormat);
  EXPECT_EQ(All(), after);
}

}  // namespace
}  // namespace drawdown
