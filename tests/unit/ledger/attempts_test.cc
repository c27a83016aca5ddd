// What a posting knows of a run's attempts, while runs go on to the store.
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "ledger/memory_store.h"
#include "ledger/posting.h"
#include "tests/support/status.h"
#include "tests/support/units.h"

namespace drawdown {
namespace {

class AttemptsTest : public testing::Test {
 protected:
  void SetUp() override { Begin(); }

  void Begin() {
    auto transaction = store_->BeginWrite();
    ASSERT_THAT(transaction, IsOk());
    auto posting = Posting::Begin(*std::move(transaction), Header(), 0);
    ASSERT_THAT(posting, IsOk());
    posting_ = *std::move(posting);
  }
  void CommitAndBegin() {
    ASSERT_THAT(posting_->Commit(), IsOk());
    posting_.reset();
    Begin();
  }
  absl::Status Start(const std::string& run_id, uint32_t attempt) {
    RunStarting start;
    start.change.run_id = run_id;
    start.change.attempt = attempt;
    start.change.micro_gpus = kGpu;
    start.tenant = "acme";
    start.pool = "p";
    return posting_->StartRun(start, 0).status();
  }
  Verdict Import(const std::string& run_id) {
    RunImported row;
    row.run_id = run_id;
    row.tenant = *posting_->Intern(NameKind::kTenant, "acme", false);
    row.pool = *posting_->Intern(NameKind::kPool, "p", false);
    row.micro_gpus = kGpu;
    row.start_us = 0;
    row.end_us = kHour;
    row.source_state = "COMPLETED";
    const auto verdict = posting_->Post(row);
    EXPECT_THAT(verdict, IsOk());
    return verdict.value_or(Verdict::kUnchanged);
  }
  // So many that those in order go to the store.
  void ImportMany(const std::string& prefix) {
    for (int i = 0; i < 3'000; ++i) Import(prefix + std::to_string(10'000 + i));
  }

  std::unique_ptr<Store> store_ = NewMemoryStore();
  std::unique_ptr<Posting> posting_;
};

// What is not in the store when a start asks for it may be later.
TEST_F(AttemptsTest, ARunThatIsImportedAfterAStartThatFailedIsFound) {
  RunStarting start;
  start.change.run_id = "a";
  start.device = "gpu0";  // without a share
  start.tenant = "acme";
  start.pool = "p";
  ASSERT_FALSE(posting_->StartRun(start, 0).ok());
  ASSERT_EQ(Import("a"), Verdict::kNew);
  ImportMany("b");
  EXPECT_EQ(Import("a"), Verdict::kUnchanged);
}

TEST_F(AttemptsTest, OfOnePostingAndOfOnesBefore) {
  ImportMany("z");
  CommitAndBegin();
  ASSERT_THAT(Start("a", 1), IsOk());
  EXPECT_FALSE(Start("a", 3).ok());
  EXPECT_THAT(Start("ab", 1), IsOk());
  CommitAndBegin();
  EXPECT_FALSE(Start("a", 3).ok());
  EXPECT_THAT(Start("a", 1), IsOk());  // It is in the books.
  EXPECT_THAT(Start("aa", 1), IsOk());
}

}  // namespace
}  // namespace drawdown
