// The three examples of FOCUS 1.4 for closed periods, from the shared data.
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/csv.h"
#include "base/source.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

constexpr int64_t kMay = 1'746'057'600'000'000;   // 2025-05-01
constexpr int64_t kJune = 1'748'736'000'000'000;  // 2025-06-01
constexpr int64_t kJuly = 1'751'328'000'000'000;  // 2025-07-01

std::vector<TestRow> ReadExample(const std::string& path) {
  std::vector<TestRow> rows;
  auto source = OpenSource(path);
  EXPECT_TRUE(source.ok()) << source.status();
  if (!source.ok()) return rows;
  CsvReader reader(source->get());
  EXPECT_TRUE(reader.ReadHeader().ok());
  for (;;) {
    const auto more = reader.Next();
    EXPECT_TRUE(more.ok()) << more.status();
    if (!more.ok() || !*more) return rows;
    std::map<std::string, std::string> cell;
    for (size_t i = 0; i < reader.header().size(); ++i) {
      cell[reader.header()[i]] = std::string(reader.fields()[i]);
    }
    TestRow row;
    row.category = cell["ChargeCategory"] == "Usage"
                       ? ChargeCategory::kUsage
                       : ChargeCategory::kAdjustment;
    row.correction = cell["ChargeClass"] == "Correction";
    row.billing_start_us = ParseInstant(cell["BillingPeriodStart"]).value();
    row.billing_end_us = ParseInstant(cell["BillingPeriodEnd"]).value();
    row.start_us = ParseInstant(cell["ChargePeriodStart"]).value();
    row.end_us = ParseInstant(cell["ChargePeriodEnd"]).value();
    row.resource = cell["ResourceId"];
    row.billed = cell["BilledCost"];
    row.effective = cell["EffectiveCost"];
    row.quantity.reset();
    if (!cell["PricingQuantity"].empty())
      row.quantity = cell["PricingQuantity"];
    row.unit = cell["PricingUnit"];
    row.sku = cell["SkuId"];
    row.sku_price = cell["SkuPriceId"];
    row.region = "";
    rows.push_back(row);
  }
}

// May's bill for the SKUs that the examples correct in June's.
std::vector<TestRow> MaysBill(const std::string& sku, int hour) {
  TestRow row;
  row.billing_start_us = kMay;
  row.billing_end_us = kJune;
  row.start_us = kMay + hour * kMicrosPerHour;
  row.end_us = row.start_us + kMicrosPerHour;
  row.sku = sku;
  row.sku_price = sku + "-01";
  row.region = "";
  row.resource = "R-111";
  row.quantity = "1000";
  row.billed = row.effective = "1500";
  return {row};
}

TEST(ReconcileCorrectionsTest, TheSpecificationsExamplesAreLinked) {
  const char* given = std::getenv("DRAWDOWN_SHARED_DATA");
  const std::string folder =
      std::string(given != nullptr ? given : DRAWDOWN_SHARED_DATA_DEFAULT) +
      "/focus/focus-spec-1.4-examples/";
  struct Case {
    const char* file;
    int originals_hour;  // of May 1st
    size_t linked;
    const char* net;
  };
  const Case cases[] = {
      {"correction_closed_period_s1_partial_reallocation_ledger.csv", 0, 1,
       "0"},
      {"correction_closed_period_s2_late_arriving_usage_ledger.csv", 5, 1,
       "1500"},
      {"correction_closed_period_s3_itemized_cost_only_ledger.csv", 0, 2,
       "0.002"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.file);
    if (!std::filesystem::exists(folder + c.file)) {
      GTEST_SKIP() << "no " << folder << c.file << ": set DRAWDOWN_SHARED_DATA";
    }
    Scenario setup;
    setup.contract.term = {kMay, kJuly};
    setup.contract.commitments.clear();
    setup.contract.pools = {{"aws/x/usg-123", "USG-123", "", 1},
                            {"aws/x/usg-456", "USG-456", "", 1}};
    setup.period = {kJune, kJuly};
    setup.at_us = kJuly;
    std::vector<TestRow> rows = ReadExample(folder + c.file);
    for (const char* sku : {"USG-123", "USG-456"}) {
      for (const TestRow& row : MaysBill(sku, c.originals_hour)) {
        rows.push_back(row);
      }
    }
    const ReconcileResult result = Reconcile(setup, rows);
    ExpectInvariants(result, rows);
    const auto linked = ItemsOf(result, BreakClass::kCorrectionLinked);
    EXPECT_EQ(linked.size(), c.linked) << Serialized(result);
    EXPECT_TRUE(ItemsOf(result, BreakClass::kCorrectionOrphan).empty());
    EXPECT_EQ(SumOf(result, BreakClass::kCorrectionLinked, &Break::difference),
              c.net);
  }
}

}  // namespace
}  // namespace drawdown::testing
