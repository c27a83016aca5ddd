// Which quotas there are below a tenant, and what chains of slices are asked.
#include "ledger/quota_index.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ledger/memory_store.h"
#include "ledger/posting.h"
#include "tests/support/status.h"
#include "tests/support/units.h"

namespace drawdown {
namespace {

// Counts the quotas that are read.
class CountedQuotas : public ReadTransaction {
 public:
  explicit CountedQuotas(std::unique_ptr<ReadTransaction> books)
      : books_(std::move(books)) {}

  absl::StatusOr<std::optional<std::string_view>> Get(
      Table table, std::string_view key) override {
    if (table == Table::kQuotas) ++read;
    return books_->Get(table, key);
  }
  absl::StatusOr<std::unique_ptr<Cursor>> NewCursor(Table table) override {
    return books_->NewCursor(table);
  }

  int read = 0;

 private:
  const std::unique_ptr<ReadTransaction> books_;
};

class QuotaIndexTest : public testing::Test {
 protected:
  std::unique_ptr<Posting> Begin() {
    auto transaction = store_->BeginWrite();
    EXPECT_THAT(transaction, IsOk());
    auto posting = Posting::Begin(*std::move(transaction), Header(), 0);
    EXPECT_THAT(posting, IsOk());
    return *std::move(posting);
  }
  static void Limit(Posting* posting, const std::string& tenant,
                    const QuotaLimit& limit) {
    QuotaSetting setting;
    setting.scope.tenant = tenant;
    setting.scope.period = QuotaPeriod::kTotal;
    setting.limit = limit;
    setting.from_us = 0;
    ASSERT_THAT(posting->SetQuota(setting, {}), IsOk());
  }
  // The tenants of what is at or below it, and how many quotas were read.
  std::vector<std::string> Below(const std::string& tenant, int* read) {
    auto transaction = store_->BeginRead();
    EXPECT_THAT(transaction, IsOk());
    CountedQuotas books(*std::move(transaction));
    QuotaIndex index(&books);
    const auto quotas = index.AtOrBelow(tenant);
    EXPECT_THAT(quotas, IsOk());
    std::vector<std::string> tenants;
    for (const StoredQuota* const quota : *quotas) {
      tenants.push_back(quota->scope.tenant);
    }
    std::sort(tenants.begin(), tenants.end());
    *read = books.read;
    return tenants;
  }

  const std::unique_ptr<Store> store_ = NewMemoryStore();
};

TEST_F(QuotaIndexTest, QuotasBelowATenantAreReadAlone) {
  using Tenants = std::vector<std::string>;
  const auto posting = Begin();
  for (const char* tenant :
       {"acme", "acme-b", "acme/a", "acme/a/b", "acme.c"}) {
    Limit(posting.get(), tenant, {.nominal = 1});
  }
  for (int i = 0; i < 100; ++i) {
    Limit(posting.get(), "other/" + std::to_string(i), {.nominal = 1});
  }
  // Names without a quota, more than there are quotas.
  for (int i = 0; i < 300; ++i) {
    ASSERT_THAT(
        posting->Intern(NameKind::kTenant, "many/" + std::to_string(i), false),
        IsOk());
  }
  Limit(posting.get(), "many/7", {.nominal = 1});
  ASSERT_THAT(posting->Commit(), IsOk());
  int read = 0;
  EXPECT_EQ(Below("acme", &read), (Tenants{"acme", "acme/a", "acme/a/b"}));
  EXPECT_EQ(read, 3);
  EXPECT_EQ(Below("acme/a", &read), (Tenants{"acme/a", "acme/a/b"}));
  EXPECT_EQ(read, 2);
  EXPECT_EQ(Below("acme/a/b", &read), Tenants{"acme/a/b"});
  EXPECT_EQ(Below("nobody", &read), Tenants{});
  EXPECT_EQ(Below(std::string(600, 'x'), &read), Tenants{});
  EXPECT_EQ(read, 0);
  EXPECT_EQ(Below("many", &read), Tenants{"many/7"});
  EXPECT_EQ(Below("other", &read).size(), 100u);
  EXPECT_EQ(Below("", &read).size(), 106u);
}

// The slice in the middle is asked for less than the one in it: it keeps what
// it is not asked for, and the one above must have the rest.
TEST_F(QuotaIndexTest, ASliceKeepsWhatIsAskedOfOneInItAndNotOfIt) {
  for (const int64_t above : {55, 56}) {
    const auto posting = Begin();
    Limit(posting.get(), "acme", {.nominal = above * kHour});
    Limit(posting.get(), "acme/m", {.nominal = 50 * kHour, .slice = true});
    Limit(posting.get(), "acme/m/l", {.nominal = 20 * kHour, .slice = true});
    QuotaBooks* const books = posting->quotas();
    const auto over = books->index.Over("acme/m/l", "p");
    ASSERT_THAT(over, IsOk());
    ASSERT_EQ(over->size(), 3u);
    Ask ask;
    ask.gpu_time = GpuTime(10 * kHour);
    ask.of_quota = {{(*over)[0]->id, GpuTime(10 * kHour)},
                    {(*over)[1]->id, GpuTime(4 * kHour)},
                    {(*over)[2]->id, GpuTime(10 * kHour)}};
    Admitter admitter = books->AdmitterAt(0);
    const auto admission = admitter.Admit("acme/m/l", "p", ask);
    ASSERT_THAT(admission, IsOk());
    // 50 hours are set aside in it, then 46: 6 of the 10 are of its own.
    EXPECT_EQ(admission->admitted(), above == 56);
  }
}

}  // namespace
}  // namespace drawdown
