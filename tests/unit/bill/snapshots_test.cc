// Deliveries of which a later one replaces an earlier.
#include "absl/strings/str_cat.h"
#include "bill_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

using ::testing::ElementsAre;

// Deliveries as files, the latest first, as OpenBillFiles gives them.
std::vector<BillInput> Latest(
    const std::vector<std::pair<uint32_t, std::string>>& files) {
  std::vector<BillInput> inputs;
  for (const auto& [delivery, text] : files) {
    BillInput& input = inputs.emplace_back();
    input.source = MemorySource(std::to_string(inputs.size()) + ".csv", text);
    input.delivery = delivery;
  }
  return inputs;
}

BillCells Charge(const std::string& account, const std::string& month,
                 const std::string& next, const std::string& cost) {
  return With(GoodRow(), {{"BillingAccountId", account},
                          {"BillingPeriodStart", month + "-01T00:00:00Z"},
                          {"BillingPeriodEnd", next + "-01T00:00:00Z"},
                          {"BilledCost", cost}});
}

std::vector<std::string> CostsOf(const std::vector<BillInput>& files,
                                 BillSummary* summary) {
  std::vector<std::string> costs;
  const auto bill = ReadBill(files, [&costs](const BillRow& row) {
    costs.push_back(FormatMoney(row.billed_cost.amount));
    return absl::OkStatus();
  });
  EXPECT_TRUE(bill.ok()) << bill.status();
  if (bill.ok()) *summary = bill->summary;
  return costs;
}

TEST(SnapshotsTest, OfABillingPeriodTheLatestDeliveryCounts) {
  const std::string first = BillText({Charge("A", "2026-10", "2026-11", "1"),
                                      Charge("A", "2026-11", "2026-12", "2"),
                                      Charge("B", "2026-10", "2026-11", "3"),
                                      Charge("A", "2026-10", "2026-11", "4")});
  const std::string part = BillText({Charge("A", "2026-10", "2026-11", "5")});
  const std::string other = BillText({Charge("A", "2026-10", "2026-11", "5"),
                                      Charge("C", "2026-10", "2026-11", "6")});
  BillSummary summary;
  // The second delivery is of two files.
  EXPECT_THAT(CostsOf(Latest({{1, part}, {1, other}, {0, first}}), &summary),
              ElementsAre("5", "5", "6", "2", "3"));
  EXPECT_EQ(summary.rows, 5u);
  EXPECT_EQ(summary.files[2].rows, 4u);
  EXPECT_EQ(summary.files[2].superseded, 2u);
  EXPECT_EQ(FormatMoney(summary.by_currency.at("USD").billed_cost), "21");
  // Another provider's month is its own.
  const std::string theirs = BillText(
      {With(Charge("A", "2026-10", "2026-11", "7"), {{"ProviderName", "X"}})});
  EXPECT_THAT(CostsOf(Latest({{1, part}, {0, theirs}}), &summary),
              ElementsAre("5", "7"));
}

// A line of an OCI report.
struct OciLine {
  const char* start;
  const char* end;
  const char* cost;
  bool correction = false;
};

std::string OciReport(const std::vector<OciLine>& lines) {
  std::string text =
      "lineItem/referenceNo,lineItem/tenantId,lineItem/intervalUsageStart,"
      "lineItem/intervalUsageEnd,cost/myCost,cost/currencyCode,"
      "lineItem/isCorrection\n";
  for (const OciLine& line : lines) {
    absl::StrAppend(&text, "L", line.cost, ",t1,2026-10-", line.start, ":00Z,",
                    "2026-10-", line.end, ":00Z,", line.cost, ",USD,",
                    line.correction ? "true\n" : "false\n");
  }
  return text;
}

// How many rows count beside a later delivery's of the same day.
uint64_t Beside(const BillSummary& summary) {
  for (const Oddity& oddity : summary.oddities) {
    if (oddity.name == "beside_later_snapshot") return oddity.rows;
  }
  return 0;
}

// Without a billing period: what is cut anew, or withdrawn, is replaced, and
// days that the later delivery does not have are not.
TEST(SnapshotsTest, LinesWithoutABillingPeriodAreReplacedByTime) {
  const std::string first = OciReport({{"01T00:00", "01T12:00", "1"},
                                       {"01T03:00", "01T04:00", "2"},
                                       {"01T23:59", "02T01:00", "3"},
                                       {"02T00:00", "02T01:00", "4"},
                                       {"03T00:00", "03T01:00", "5"}});
  const std::string later = OciReport({{"01T00:00", "02T00:00", "6"},
                                       {"02T05:00", "02T06:00", "-7", true},
                                       {"05T00:00", "05T01:00", "8"}});
  BillSummary summary;
  EXPECT_THAT(CostsOf(Latest({{1, later}, {0, first}}), &summary),
              ElementsAre("6", "-7", "8", "4", "5"));
  EXPECT_EQ(summary.files[1].superseded, 3u);
  EXPECT_EQ(Beside(summary), 0u);
}

TEST(SnapshotsTest, DeliveriesThatMeetWithinADayLoseNothing) {
  const std::string early =
      OciReport({{"01T00:00", "01T06:00", "1"}, {"02T00:00", "02T06:00", "2"}});
  const std::string late = OciReport({{"02T06:00", "02T12:00", "3"},
                                      {"03T00:00", "03T06:00", "4"},
                                      {"04T00:00", "04T06:00", "5"}});
  BillSummary summary;
  EXPECT_THAT(CostsOf(Latest({{1, late}, {0, early}}), &summary),
              ElementsAre("3", "4", "5", "1", "2"));
  EXPECT_EQ(Beside(summary), 1u);  // that of the 2nd
  // Whichever is named last.
  EXPECT_THAT(CostsOf(Latest({{1, early}, {0, late}}), &summary),
              ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_EQ(Beside(summary), 1u);
  // A line that crosses midnight into what the later delivery begins with.
  const std::string across = OciReport({{"01T23:00", "02T07:00", "6"}});
  EXPECT_THAT(CostsOf(Latest({{1, late}, {0, across}}), &summary),
              ElementsAre("3", "4", "5", "6"));
  EXPECT_EQ(Beside(summary), 1u);
}

// Between its first line and its last one's end a delivery has all of a day.
TEST(SnapshotsTest, WhatWasWithdrawnWithinADeliveryIsReplaced) {
  const std::string first = OciReport({{"01T00:00", "01T01:00", "1"},
                                       {"01T05:00", "01T06:00", "2"},
                                       {"02T00:00", "02T01:00", "3"},
                                       {"03T00:00", "03T01:00", "4"},
                                       {"03T02:00", "03T03:00", "5"}});
  const std::string later = OciReport({{"01T02:00", "01T03:00", "6"},
                                       {"02T04:00", "02T05:00", "7"},
                                       {"03T00:00", "03T02:00", "8"}});
  BillSummary summary;
  EXPECT_THAT(CostsOf(Latest({{1, later}, {0, first}}), &summary),
              ElementsAre("6", "7", "8", "1", "5"));
  EXPECT_EQ(summary.files[1].superseded, 3u);
  EXPECT_EQ(Beside(summary), 2u);
}

// A third delivery says nothing of what the second withdrew, be it that all
// that the second had of that day is replaced.
TEST(SnapshotsTest, WhatWasWithdrawnStaysWithdrawn) {
  const std::string first = OciReport({{"02T03:00", "02T04:00", "50"},
                                       {"06T00:00", "07T12:00", "60"},
                                       {"05T03:00", "05T04:00", "-9", true}});
  const std::string second = OciReport({{"01T00:00", "01T01:00", "1"},
                                        {"02T08:00", "02T09:00", "2"},
                                        {"03T00:00", "03T01:00", "4"},
                                        {"06T00:00", "07T12:00", "5"},
                                        {"02T08:00", "02T09:00", "-9", true}});
  const std::string third = OciReport({{"02T08:00", "02T09:00", "2"},
                                       {"03T00:00", "03T01:00", "4"},
                                       {"06T00:00", "08T00:00", "6"}});
  BillSummary summary;
  EXPECT_THAT(CostsOf(Latest({{1, second}, {0, first}}), &summary),
              ElementsAre("1", "2", "4", "5", "-9"));
  EXPECT_THAT(CostsOf(Latest({{2, third}, {1, second}, {0, first}}), &summary),
              ElementsAre("2", "4", "6", "1"));
  EXPECT_EQ(summary.files[2].superseded, 3u);
  EXPECT_EQ(Beside(summary), 0u);
}

// The month's fee that is in each delivery is replaced, and replaces no hours.
TEST(SnapshotsTest, ALineOfMoreThanADayMakesNoDeliveryLonger) {
  const OciLine fee = {"01T00:00", "31T00:00", "3"};
  const std::string first = OciReport({{"01T12:00", "01T13:00", "1"},
                                       {"05T10:00", "05T11:00", "2"},
                                       {"05T14:00", "05T15:00", "4"},
                                       fee,
                                       {"09T00:00", "10T01:00", "7"}});
  const std::string later = OciReport({fee, {"05T12:00", "05T13:00", "5"}});
  BillSummary summary;
  EXPECT_THAT(CostsOf(Latest({{1, later}, {0, first}}), &summary),
              ElementsAre("3", "5", "1", "2", "4", "7"));
  EXPECT_EQ(summary.files[1].superseded, 1u);
  EXPECT_EQ(Beside(summary), 3u);  // of the 1st and the 5th
  // What was cut anew into hours is replaced, as all that begins then.
  const std::string hours = OciReport({{"09T00:00", "09T01:00", "8"}});
  EXPECT_THAT(CostsOf(Latest({{1, hours}, {0, first}}), &summary),
              ElementsAre("8", "1", "2", "4", "3"));
  // A day is not more than a day.
  const std::string day = OciReport({{"05T00:00", "06T00:00", "9"}});
  EXPECT_THAT(CostsOf(Latest({{1, day}, {0, first}}), &summary),
              ElementsAre("9", "1", "3", "7"));
}

// Days later a delivery may have no lines of what it corrects.
TEST(SnapshotsTest, ACorrectionThatIsDeliveredAgainCountsOnce) {
  const OciLine both = {"02T05:00", "02T06:00", "-7", true};
  const std::string early = OciReport({{"04T00:00", "04T01:00", "1"},
                                       both,
                                       {"02T05:00", "02T06:00", "-2", true},
                                       {"04T00:00", "04T01:00", "-3", true}});
  const std::string late = OciReport({{"04T00:00", "05T00:00", "4"}, both});
  BillSummary summary;
  // The -3 is of a time that the later delivery has anew.
  EXPECT_THAT(CostsOf(Latest({{1, late}, {0, early}}), &summary),
              ElementsAre("4", "-7", "-2"));
  EXPECT_EQ(summary.files[1].superseded, 3u);
  // In one delivery nothing stands for something else.
  EXPECT_THAT(CostsOf(Latest({{0, late}, {0, early}}), &summary),
              ElementsAre("4", "-7", "1", "-7", "-2", "-3"));
}

TEST(SnapshotsTest, OfTheOtherDatasetsToo) {
  const auto period = [](const char* status, const char* issuer) {
    return BillCells{{"BillingPeriodEnd", "2026-11-01T00:00:00Z"},
                     {"BillingPeriodStart", "2026-10-01T00:00:00Z"},
                     {"BillingPeriodStatus", status},
                     {"InvoiceIssuerName", issuer}};
  };
  const auto bill = ReadBill(
      Latest({{1, BillText({period("Closed", "Acme")})},
              {0, BillText({period("Open", "Acme"), period("Open", "Z")})}}),
      [](const BillRow&) { return absl::OkStatus(); });
  ASSERT_TRUE(bill.ok()) << bill.status();
  ASSERT_EQ(bill->periods.size(), 2u);
  EXPECT_TRUE(bill->periods[0].closed);
  EXPECT_EQ(bill->periods[1].invoice_issuer, "Z");
  EXPECT_EQ(bill->summary.files[1].superseded, 1u);
}

}  // namespace
}  // namespace drawdown
