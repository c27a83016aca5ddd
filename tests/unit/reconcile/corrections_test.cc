// Corrections: of this bill, of earlier ones, of usage that came late. The
// three examples of FOCUS 1.4 for closed periods are read from the shared data.
#include <cstdlib>
#include <filesystem>
#include <functional>
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

using ::testing::HasSubstr;

TestRow Corrected(TestRow row) {
  row.correction = true;
  return row;
}

TestRow CostOnly(int first, int last, std::string billed, std::string sku) {
  TestRow row = Corrected(OnDemandRow(first, last, "0", std::move(billed)));
  row.category = ChargeCategory::kAdjustment;
  row.quantity.reset();
  row.sku = std::move(sku);
  row.sku_price = "";
  return row;
}

Scenario TwoUnits() {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 2, "8").Build();
  return setup;
}

const TestRow kOriginal = OnDemandRow(0, 1, "3", "49.20");
const TestRow kNextHour = OnDemandRow(1, 2, "2", "32.80");

// The net effect of each style is one item beside the break of the original.
TEST(ReconcileCorrectionsTest, StylesOfCorrectionsAreLinked) {
  struct Case {
    const char* name;
    std::vector<TestRow> corrections;
    const char* net;
  };
  const Case cases[] = {
      {"delta", {Corrected(OnDemandRow(0, 1, "-1", "-16.40"))}, "-16.4"},
      {"negation and replacement",
       {Corrected(OnDemandRow(0, 1, "-3", "-49.20")),
        Corrected(OnDemandRow(0, 1, "2", "32.80"))},
       "-16.4"},
      {"correction of a correction",
       {Corrected(OnDemandRow(0, 1, "-2", "-32.80")),
        Corrected(OnDemandRow(0, 1, "1", "16.40"))},
       "-16.4"},
      {"cost only", {CostOnly(0, 1, "-16.40", "p6e")}, "-16.4"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<TestRow> rows = {kOriginal, kNextHour};
    rows.insert(rows.end(), c.corrections.begin(), c.corrections.end());
    const ReconcileResult result = Reconcile(TwoUnits(), rows);
    ExpectInvariants(result, rows);
    const auto linked = ItemsOf(result, BreakClass::kCorrectionLinked);
    ASSERT_EQ(linked.size(), 1u);
    EXPECT_EQ(FormatMoney(linked[0].difference), c.net);
    EXPECT_EQ(linked[0].pool, kGb200);
    EXPECT_THAT(linked[0].matched_on, HasSubstr("provider+pool+period"));
    EXPECT_TRUE(ItemsOf(result, BreakClass::kCorrectionOrphan).empty());
    MoneyAmount net;
    for (const Break& item : result.items) net += item.difference;
    EXPECT_EQ(FormatMoney(net), "0");
  }
}

// Of a charge for other time, what was metered then is not this period's.
TEST(ReconcileCorrectionsTest, OfTimingOnlyUnmeteredHoursAreOff) {
  struct Case {
    const char* metered;
    const char* nobodys;
  };
  for (const Case& c :
       {Case{"8", "0"}, Case{"9", "0"}, Case{"2", "24.6"}, Case{"0", "32.8"}}) {
    Scenario setup = TwoUnits();
    setup.metered = [&c](const std::vector<PoolWindow>& windows)
        -> absl::StatusOr<std::vector<GpuTime>> {
      return std::vector<GpuTime>(windows.size(), Hours(c.metered));
    };
    const std::vector<TestRow> rows = {OnDemandRow(0, 2, "4", "65.60"),
                                       OnDemandRow(-9, -8, "2", "32.80")};
    const ReconcileResult result = Reconcile(setup, rows);
    ExpectInvariants(result, rows);
    const auto timing = ItemsOf(result, BreakClass::kTiming);
    ASSERT_EQ(timing.size(), 1u);
    EXPECT_EQ(FormatMoney(timing[0].quantity_effect), c.nobodys);
  }
}

TEST(ReconcileCorrectionsTest, RefundsAreWhatTheContractDoesNotGrant) {
  TestRow credit = CostOnly(0, 1, "-20", "");
  credit.correction = false;
  TestRow adjustment = credit;
  credit.category = ChargeCategory::kCredit;
  adjustment.billed = "-3.50";
  TestRow before = adjustment;
  before.start_us = kStart - 2 * kMicrosPerHour;
  before.end_us = kStart - kMicrosPerHour;
  before.service = "another";
  const std::vector<TestRow> rows = {OnDemandRow(0, 2, "4", "65.60"), credit,
                                     adjustment, before};
  const ReconcileResult result = Reconcile(TwoUnits(), rows);
  ExpectInvariants(result, rows);
  MoneyAmount back;
  for (const Break& item : ItemsOf(result, BreakClass::kNonUsage)) {
    back += item.price_effect;
  }
  EXPECT_EQ(FormatMoney(back), "-23.5");
}

// One row of money beside a right bill: what it gives back of what is claimed.
TEST(ReconcileCorrectionsTest, OnlyMoneyThatNamesNothingElseIsARefund) {
  struct Case {
    const char* name;
    std::function<void(TestRow*)> change;
    const char* back;
  };
  const auto october = [](TestRow*) {};
  const std::vector<Case> cases = {
      {"of the service of the contract's rows", october, "-20"},
      {"without a service", [](TestRow* row) { row->service.clear(); }, "-20"},
      {"of another service",
       [](TestRow* row) { row->service = "Amazon Simple Storage Service"; },
       "0"},
      {"of the contract's SKU", [](TestRow* row) { row->sku = "p6e"; }, "-20"},
      {"of another SKU", [](TestRow* row) { row->sku = "s3-std"; }, "0"},
      {"of another SKU price", [](TestRow* row) { row->sku_price = "x"; }, "0"},
      {"of an instance", [](TestRow* row) { row->resource = "i-9"; }, "-20"},
      {"of a resource of no service",
       [](TestRow* row) {
         row->resource = "bucket-1";
         row->service.clear();
       },
       "0"},
      {"of the month after",
       [](TestRow* row) {
         row->start_us = kEnd + 24 * kMicrosPerHour;
         row->end_us = row->start_us + kMicrosPerHour;
       },
       "0"},
      {"of the period's first moment",
       [](TestRow* row) { row->start_us = row->end_us = kStart; }, "-20"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    for (const ChargeCategory category :
         {ChargeCategory::kCredit, ChargeCategory::kAdjustment}) {
      TestRow row = CostOnly(0, 1, "-20", "");
      row.correction = false;
      row.category = category;
      row.resource.clear();
      c.change(&row);
      // Of the period, and in the same group but for what is asked about.
      TestRow small = CostOnly(0, 1, "-1", "");
      small.correction = false;
      small.category = category;
      const std::vector<TestRow> rows = {OnDemandRow(0, 2, "4", "65.60"), row,
                                         small};
      const ReconcileResult result = Reconcile(TwoUnits(), rows);
      ExpectInvariants(result, rows);
      MoneyAmount back;
      for (const Break& item : ItemsOf(result, BreakClass::kNonUsage)) {
        back += item.price_effect;
      }
      EXPECT_EQ(FormatMoney(back - Usd("-1")), c.back);
    }
  }
}

TEST(ReconcileCorrectionsTest, AnOrphanOfAnotherServiceIsNoRefund) {
  TestRow bulk = CostOnly(0, 1, "-3.00", "");
  bulk.resource.clear();
  TestRow other = bulk;
  other.service = "Amazon Simple Storage Service";
  const std::vector<TestRow> rows = {OnDemandRow(0, 2, "4", "65.60"), bulk,
                                     other};
  const auto orphans =
      ItemsOf(Reconcile(TwoUnits(), rows), BreakClass::kCorrectionOrphan);
  ASSERT_EQ(orphans.size(), 2u);
  EXPECT_EQ(FormatMoney(orphans[0].price_effect + orphans[1].price_effect),
            "-3");
}

TEST(ReconcileCorrectionsTest, WithoutAnOriginalTheyAreOrphans) {
  const TestRow old = Corrected(OnDemandRow(-48, -47, "-1", "-16.40"));
  TestRow bulk = CostOnly(0, 1, "-3.00", "");
  TestRow unknown = CostOnly(0, 1, "-4.00", "p9");
  const std::vector<TestRow> rows = {OnDemandRow(0, 2, "4", "65.60"), old, bulk,
                                     unknown};
  const ReconcileResult result = Reconcile(TwoUnits(), rows);
  ExpectInvariants(result, rows);
  const auto orphans = ItemsOf(result, BreakClass::kCorrectionOrphan);
  ASSERT_EQ(orphans.size(), 3u);
  for (const Break& item : orphans) {
    EXPECT_EQ(item.difference, item.billed_cost);
  }
}

// May's bill beside June's: the rows that June corrects are at hand.
TEST(ReconcileCorrectionsTest, AnEarlierBillsRowsAreOriginals) {
  TestRow original = OnDemandRow(-48, -47, "3", "49.20");
  original.billing_start_us = kStart - 720 * kMicrosPerHour;
  original.billing_end_us = kStart;
  const TestRow of_it = Corrected(OnDemandRow(-48, -47, "-1", "-16.40"));
  const TestRow late = Corrected(OnDemandRow(-40, -39, "2", "32.80"));
  const std::vector<TestRow> rows = {original, of_it, late,
                                     OnDemandRow(0, 2, "4", "65.60")};
  const ReconcileResult result = Reconcile(TwoUnits(), rows);
  ExpectInvariants(result, rows);
  const auto linked = ItemsOf(result, BreakClass::kCorrectionLinked);
  ASSERT_EQ(linked.size(), 2u);
  EXPECT_EQ(linked[0].matched_on, "provider+pool+period+kind");
  EXPECT_EQ(linked[1].matched_on, "provider+pool+month+kind");
  EXPECT_THAT(linked[1].reason, HasSubstr("late usage"));
}

// The next bill brings, as a correction, what this period's bill lacked.
TEST(ReconcileCorrectionsTest, LateUsageIsComparedWithTheMeter) {
  TestRow late = Corrected(OnDemandRow(1, 2, "2", "32.80"));
  late.billing_start_us = kEnd;
  late.billing_end_us = kEnd + 720 * kMicrosPerHour;
  const std::vector<TestRow> rows = {OnDemandRow(0, 1, "2", "32.80"), late};
  const ReconcileResult result = Reconcile(TwoUnits(), rows);
  ExpectInvariants(result, rows);
  ASSERT_EQ(result.items.size(), 2u);
  EXPECT_EQ(result.items[0].kind, BreakClass::kMatched);
  EXPECT_EQ(result.items[1].kind, BreakClass::kCorrectionLinked);
  EXPECT_TRUE(result.items[1].metered == Hours("8"));
  EXPECT_TRUE(result.items[1].difference.zero());
  EXPECT_THAT(result.items[1].reason, HasSubstr("usage that came late"));
  late.billed = "40.00";
  const ReconcileResult dearer = Reconcile(TwoUnits(), {rows[0], late});
  EXPECT_EQ(FormatMoney(dearer.items[1].difference), "7.2");
}

TEST(ReconcileCorrectionsTest, AnotherCurrencyIsNoCorrectionOfIt) {
  TestRow euros = Corrected(OnDemandRow(0, 1, "-1", "-15"));
  euros.currency = "EUR";
  const std::vector<TestRow> rows = {kOriginal, kNextHour, euros};
  const ReconcileResult result = Reconcile(TwoUnits(), rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kCurrencyBreak).size(), 1u);
}

// --- corrections that our own statement of the period makes

constexpr int64_t kSeptember = kStart - 720 * kMicrosPerHour;

StatementLine CorrectionLine(ChargeKind kind, std::string_view hours,
                             std::string_view cost) {
  StatementLine line;
  line.kind = ChargeKind::kCorrection;
  line.corrects_kind = kind;
  line.corrects_period = "2026-09";
  line.gpu_time = Hours(hours);
  line.unit_price = Usd("2.05");
  line.cost = Usd(cost);
  if (kind != ChargeKind::kUnused) line.pool = kGb200;
  if (kind != ChargeKind::kOnDemand) line.commitment = kReserved;
  return line;
}

// Late in September: 3 GPU-hours that fit the reservation, 2 that did not.
Scenario LateInSeptember() {
  Scenario setup = TwoUnits();
  setup.corrected = {{"2026-09", kSeptember, kStart, 1}};
  setup.corrections = {CorrectionLine(ChargeKind::kOnDemand, "2", "8.20"),
                       CorrectionLine(ChargeKind::kCovered, "3", "6.15"),
                       CorrectionLine(ChargeKind::kUnused, "-3", "-6.15")};
  return setup;
}

// Units of 4 GPUs, in hours of September 30th.
const std::vector<TestRow> kTheSame = {
    OnDemandRow(0, 2, "4", "65.60"),
    Corrected(OnDemandRow(-9, -8, "0.25", "4.10")),
    Corrected(OnDemandRow(-5, -4, "0.25", "4.10")),
    Corrected(CoveredRow(-7, -6, "0.75", "6.15")),
    Corrected(UnusedRow(-7, -6, "-0.75")),
    Corrected(PurchaseRow(-7, -6, "3", "6.15")),
    Corrected(PurchaseRow(-7, -6, "-3", "-6.15"))};

TEST(ReconcileCorrectionsTest, WhatOurStatementPostsTooAgrees) {
  const ReconcileResult result = Reconcile(LateInSeptember(), kTheSame);
  ExpectInvariants(result, kTheSame);
  for (const Break& item : result.items) {
    EXPECT_TRUE(IsClean(item.kind)) << Serialized(result);
    EXPECT_TRUE(item.difference.zero()) << Serialized(result);
  }
  const std::string text = Serialized(result);
  EXPECT_THAT(text, HasSubstr("provider+pool+month+kind"));
  EXPECT_THAT(text, HasSubstr("that our statement of the period makes too: "
                              "2026-09 by 2 GPU-hours and 8.20 USD"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("our statement corrects")));
}

TEST(ReconcileCorrectionsTest, WhatIsOffByMoreThanRoundingIsAsBefore) {
  struct Case {
    const char* name;
    size_t row;
    const char* quantity;
    const char* billed;
    size_t orphans;
    const char* off;  // from what our statement corrects
  };
  // The two rows of on-demand usage are one correction: both are what is off.
  const Case cases[] = {{"money", 2, "0.25", "4.12", 2, "0.02"},
                        {"hours", 2, "0.30", "4.10", 2, "0"},
                        {"covered hours", 3, "1.25", "0", 1, "0"},
                        {"covered money", 3, "0.75", "1", 1, "1"},
                        {"unused hours", 4, "-0.50", "0", 1, "0"},
                        {"fee", 5, "3", "6.20", 1, "0.05"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<TestRow> rows = kTheSame;
    rows[c.row].quantity = c.quantity;
    rows[c.row].billed = c.billed;
    const ReconcileResult result = Reconcile(LateInSeptember(), rows);
    ExpectInvariants(result, rows);
    const auto orphans = ItemsOf(result, BreakClass::kCorrectionOrphan);
    EXPECT_EQ(orphans.size(), c.orphans) << Serialized(result);
    MoneyAmount off;
    for (const Break& item : orphans) {
      off += item.difference;
      EXPECT_THAT(item.reason, HasSubstr("our statement corrects 2026-09 by"));
    }
    EXPECT_EQ(FormatMoney(off), c.off);
  }
}

// Late usage may come as plain rows of a later bill, and its money alone.
TEST(ReconcileCorrectionsTest, LateRowsOfAClosedMonthAgreeWhateverTheirClass) {
  const auto plain = [](TestRow row) {
    row.correction = false;
    return row;
  };
  std::vector<TestRow> rows = kTheSame;
  for (TestRow& row : rows) row = plain(row);
  TestRow money = CostOnly(-9, -8, "8.20", "p6e");
  std::vector<TestRow> of_money = {rows[0], money,   rows[3],
                                   rows[4], rows[5], rows[6]};
  for (const std::vector<TestRow>& given : {rows, of_money}) {
    const ReconcileResult result = Reconcile(LateInSeptember(), given);
    ExpectInvariants(result, given);
    for (const Break& item : result.items) {
      EXPECT_TRUE(IsClean(item.kind)) << Serialized(result);
    }
    EXPECT_THAT(Serialized(result),
                ::testing::Not(HasSubstr("of which the bill has no row")));
  }
  // Too much is off by the excess alone.
  rows[1].billed = "6.10";
  const ReconcileResult more = Reconcile(LateInSeptember(), rows);
  ExpectInvariants(more, rows);
  MoneyAmount off;
  for (const Break& item : ItemsOf(more, BreakClass::kTiming)) {
    off += item.difference;
  }
  EXPECT_EQ(FormatMoney(off), "2");
}

// The statement is rounded to six places, the bill to two.
TEST(ReconcileCorrectionsTest, WhatRoundingExplainsIsOnTheLastRow) {
  Scenario setup = LateInSeptember();
  setup.corrections[0].cost = Usd("8.204");
  const ReconcileResult result = Reconcile(setup, kTheSame);
  ExpectInvariants(result, kTheSame);
  const auto tolerated = ItemsOf(result, BreakClass::kWithinTolerance);
  ASSERT_EQ(tolerated.size(), 2u) << Serialized(result);
  EXPECT_EQ(FormatMoney(tolerated[0].difference), "0");
  EXPECT_EQ(FormatMoney(tolerated[1].difference), "-0.004");
  setup.options.tolerance = Usd("0.003");
  EXPECT_EQ(
      ItemsOf(Reconcile(setup, kTheSame), BreakClass::kCorrectionOrphan).size(),
      2u);
}

TEST(ReconcileCorrectionsTest, TheOrderOfEqualCorrectionsChangesNothing) {
  Scenario setup = TwoUnits();
  setup.corrected = {{"2026-09", kSeptember, kStart, 1}};
  setup.corrections = {CorrectionLine(ChargeKind::kOnDemand, "2", "8.20")};
  TestRow first = Corrected(OnDemandRow(-9, -8, "0.5", "8.20"));
  first.corrects = "L1";
  TestRow second = first;
  second.corrects = "L2";
  EXPECT_EQ(Serialized(Reconcile(setup, {first, second})),
            Serialized(Reconcile(setup, {second, first})));
}

TEST(ReconcileCorrectionsTest, WhatTheBillDoesNotCorrectIsInANote) {
  const std::vector<TestRow> rows = {kTheSame[0], kTheSame[3], kTheSame[4],
                                     kTheSame[5], kTheSame[6]};
  const ReconcileResult result = Reconcile(LateInSeptember(), rows);
  EXPECT_THAT(Serialized(result),
              HasSubstr("our statement corrects 2026-09 by 8.20 USD, of which "
                        "the bill has no row for 8.20 USD"));
}

// A bill without fees has their money on covered and unused rows.
TEST(ReconcileCorrectionsTest, BillsOfEffectiveCostAgreeByIt) {
  std::vector<TestRow> rows = kTheSame;
  rows[4].effective = "-6.15";
  for (TestRow& row : rows) {
    row.amount = BilledAmount::kEffectiveCost;
    if (row.commitment.empty() && row.category == ChargeCategory::kUsage) {
      row.effective = row.billed;
    }
  }
  const ReconcileResult result = Reconcile(LateInSeptember(), rows);
  for (const Break& item : result.items) {
    EXPECT_TRUE(IsClean(item.kind)) << Serialized(result);
  }
}

// --- the examples of the specification

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
    MoneyAmount net;
    for (const Break& item : linked) net += item.difference;
    EXPECT_EQ(FormatMoney(net), c.net);
  }
}

}  // namespace
}  // namespace drawdown::testing
