// The order of items goes by what they say.
#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::HasSubstr;

void ExpectNoOrder(const Scenario& setup, std::vector<TestRow> rows) {
  const std::string forward = Serialized(Reconcile(setup, rows));
  std::reverse(rows.begin(), rows.end());
  EXPECT_EQ(Serialized(Reconcile(setup, rows)), forward);
}

// Two rows in another currency, covered by what their items do not name.
TEST(ItemOrderTest, ItemsThatDifferInWhatMayStillChangeHaveAnOrder) {
  Scenario setup = MeteredHours(1);
  for (const char* id : {"A", "B"}) {
    InvoiceLine line;
    line.invoice_issuer = "Amazon Web Services";
    line.invoice_id = id;
    line.currency = Code("USD");
    line.status = *id == 'A' ? InvoiceStatus::kIssued : InvoiceStatus::kOpen;
    setup.tables.invoice_lines.push_back(line);
  }
  std::vector<TestRow> rows(3, OnDemandRow(0, 1, "1", "16.40"));
  rows[0].currency = rows[1].currency = "EUR";
  rows[0].invoice = "A";
  rows[1].invoice = "B";
  rows[2].invoice = "B";
  rows[0].commitment = "plan-1";
  rows[1].commitment = "plan-2";
  const auto items =
      ItemsOf(Reconcile(setup, rows), BreakClass::kCurrencyBreak);
  ASSERT_EQ(items.size(), 2u);
  EXPECT_NE(items[0].pending, items[1].pending);
  ExpectNoOrder(setup, rows);
}

// Credits of which some name SKUs, which are too many for their item to say.
TEST(ItemOrderTest, ItemsThatDifferInWhatIsGivenBackHaveAnOrder) {
  std::vector<TestRow> rows(4, OnDemandRow(0, 1, "0", "-7"));
  for (TestRow& row : rows) {
    row.category = ChargeCategory::kCredit;
    row.quantity.reset();
    row.sku = row.sku_price = row.resource = "";
  }
  rows[2].sku = "disk";
  rows[3].sku = "traffic";
  const ReconcileResult result = Reconcile(MeteredHours(1), rows);
  EXPECT_EQ(SumOf(result, BreakClass::kNonUsage, &Break::price_effect), "-14");
  ExpectNoOrder(MeteredHours(1), rows);
}

// The service alone tells such corrections apart.
TEST(ItemOrderTest, ACorrectionOfNothingSaysItsService) {
  std::vector<TestRow> rows(2, CostOnly(0, 1, "7", ""));
  for (TestRow& row : rows) row.resource = "";
  rows[0].service = "Amazon S3";
  const auto items =
      ItemsOf(Reconcile(MeteredHours(1), rows), BreakClass::kCorrectionOrphan);
  ASSERT_EQ(items.size(), 2u);
  EXPECT_THAT(items[0].reason, HasSubstr("service Amazon Elastic"));
  EXPECT_THAT(items[1].reason, HasSubstr("service Amazon S3"));
}

}  // namespace
}  // namespace drawdown::testing
