// Copies among rows that are not compared.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reconcile/group.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

Scenario MeteredOnce() {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "8").Build();
  return setup;
}

// Storage: no GPU time, not compared.
TestRow StorageRow(std::string resource, std::string billed) {
  TestRow row = OnDemandRow(0, 24, "1000", std::move(billed));
  row.service = "Object storage";
  row.sku = row.sku_price = "S3-STANDARD";
  row.unit = "GB-Mo";
  row.resource = std::move(resource);
  return row;
}

TEST(PassedCopiesTest, CopiesOfWhatIsNotComparedAreBilledTwice) {
  TestRow support = StorageRow("", "100.00");
  support.category = ChargeCategory::kPurchase;
  support.resource = "support-plan";
  support.line_id = "line-7";
  std::vector<TestRow> rows = {OnDemandRow(0, 1, "2", "32.80"),
                               StorageRow("bucket-1", "21.00"),
                               StorageRow("bucket-1", "21.00"),
                               StorageRow("bucket-1", "21.00"),
                               StorageRow("bucket-2", "21.00"),
                               support,
                               support};
  const ReconcileResult result = Reconcile(MeteredOnce(), rows);
  ExpectInvariants(result, rows);
  const auto items = ItemsOf(result, BreakClass::kDuplicateCharge);
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(FormatMoney(items[1].difference), "100");
  EXPECT_EQ(items[1].rows, 1u);
  EXPECT_EQ(items[1].resource, "support-plan");
  EXPECT_EQ(FormatMoney(items[0].difference), "42");
  EXPECT_EQ(FormatMoney(items[0].expected_cost), "0");
  EXPECT_EQ(items[0].rows, 2u);
  EXPECT_EQ(items[0].resource, "bucket-1");
  EXPECT_THAT(items[0].reason, HasSubstr("service Object storage"));
  MoneyAmount passed;
  for (const Break& item : ItemsOf(result, BreakClass::kNonUsage)) {
    passed += item.billed_cost;
  }
  EXPECT_EQ(FormatMoney(passed), "142");
  for (const std::string& note : result.notes) {
    EXPECT_THAT(note, ::testing::Not(HasSubstr("told"))) << note;
  }
}

// Two disks or two seats may look alike; a free row costs nothing twice, and
// what is given back twice is not billed twice.
TEST(PassedCopiesTest, WhatMayRightlyLookAlikeIsNotCalledACopy) {
  TestRow tax = StorageRow("", "6.00");
  tax.category = ChargeCategory::kTax;
  const TestRow credit = StorageRow("bucket-1", "-5.00");
  const TestRow free = StorageRow("bucket-1", "0");
  const TestRow request = StorageRow("bucket-1", "0.0000004");
  TestRow other = StorageRow("bucket-1", "21.00");
  other.provider = "Another Cloud";
  TestRow past = StorageRow("bucket-1", "21.00");
  past.billing_start_us = HourOf(-744);
  past.billing_end_us = kStart;
  past.start_us = HourOf(-48);
  past.end_us = HourOf(-24);
  const std::vector<TestRow> rows = {tax,  tax,     tax,    credit, credit,
                                     free, free,    other,  other,  past,
                                     past, request, request};
  const ReconcileResult result = Reconcile(MeteredOnce(), rows);
  ExpectInvariants(result, rows);
  EXPECT_TRUE(ItemsOf(result, BreakClass::kDuplicateCharge).empty());
  EXPECT_THAT(
      result.notes,
      Contains(HasSubstr("3 rows that are not compared (12.0000004 USD)")));
}

// A line's own id says what it is as a resource does.
TEST(PassedCopiesTest, ALineThatHasAnIdIsBilledOnce) {
  TestRow row = StorageRow("", "21.00");
  row.line_id = "line-7";
  const std::vector<TestRow> rows(2, row);
  const ReconcileResult result = Reconcile(MeteredOnce(), rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kDuplicateCharge).size(), 1u);
}

// Two idle nodes of one reservation, two seats of one agreement and two taxes
// of one bucket are two charges each.
TEST(PassedCopiesTest, AResourceIsUsedOnceAndBoughtOrTaxedTwice) {
  TestRow seat = StorageRow("agreement-1", "20.00");
  seat.category = ChargeCategory::kPurchase;
  TestRow tax = StorageRow("bucket-1", "1.20");
  tax.category = ChargeCategory::kTax;
  TestRow fee = StorageRow("bucket-1", "2.00");
  fee.category = ChargeCategory::kAdjustment;
  TestRow idle = OnDemandRow(0, 1, "1", "16.40");
  idle.capacity = idle.resource = "cr-1";
  idle.capacity_status = UsageStatus::kUnused;
  TestRow dear = OnDemandRow(1, 2, "1", "17.40");
  dear.capacity_status = UsageStatus::kUnused;
  TestRow left = UnusedRow(0, 1, "1", "8.20");
  left.commitment = left.resource = "cr-other";
  const std::vector<TestRow> rows = {seat, seat, tax,  tax,  fee,  fee,
                                     idle, idle, dear, dear, left, left};
  const ReconcileResult result = Reconcile(MeteredOnce(), rows);
  ExpectInvariants(result, rows);
  EXPECT_TRUE(ItemsOf(result, BreakClass::kDuplicateCharge).empty());
  EXPECT_THAT(
      result.notes,
      Contains(HasSubstr("6 rows that are not compared (65.20 USD) equal "
                         "others in every column (the dearest, 1: "
                         "purchase of what is no commitment")));
}

// Charged, taken back and charged again is charged once.
TEST(PassedCopiesTest, WhatIsGivenBackIsNotBilledTwice) {
  const TestRow charge = StorageRow("bucket-1", "5.00");
  const auto copies = [&](const TestRow& back, size_t charges) {
    std::vector<TestRow> rows(charges, charge);
    rows.push_back(back);
    const ReconcileResult result = Reconcile(MeteredOnce(), rows);
    ExpectInvariants(result, rows);
    std::reverse(rows.begin(), rows.end());
    EXPECT_EQ(Serialized(Reconcile(MeteredOnce(), rows)), Serialized(result));
    return SumOf(result, BreakClass::kDuplicateCharge, &Break::difference);
  };
  TestRow back = StorageRow("bucket-1", "-5.00");
  EXPECT_EQ(copies(back, 2), "0");
  EXPECT_EQ(copies(back, 3), "5");
  back.correction = true;
  EXPECT_EQ(copies(back, 2), "0");
  back.correction = false;
  back.category = ChargeCategory::kAdjustment;
  EXPECT_EQ(copies(back, 2), "0");
  back.category = ChargeCategory::kCredit;
  EXPECT_EQ(copies(back, 2), "0");
  back.resource = "";
  EXPECT_EQ(copies(back, 2), "0");
  // A part of it is not asked for either.
  back.billed = "-3.00";
  EXPECT_EQ(copies(back, 2), "0");
  EXPECT_EQ(copies(back, 3), "5");
  back.service = "";
  back.resource = "bucket-1";
  EXPECT_EQ(copies(back, 2), "0");
  // What is of another resource, service or currency is not of this one.
  back.resource = "bucket-2";
  EXPECT_EQ(copies(back, 2), "5");
  back.resource = "";
  back.service = "Another service";
  EXPECT_EQ(copies(back, 2), "5");
  back.service = charge.service;
  back.currency = "EUR";
  EXPECT_EQ(copies(back, 2), "5");
  back.currency = "USD";
  back.provider = "Another Cloud";
  EXPECT_EQ(copies(back, 2), "5");
}

// Of what is not compared too; a copy of it gives nothing back of others.
TEST(PassedCopiesTest, ACorrectionWithOneIdTwiceGivesBackOnce) {
  TestRow back = StorageRow("bucket-1", "-5.00");
  back.correction = true;
  back.line_id = "K";
  const TestRow charge = StorageRow("bucket-1", "5.00");
  std::vector<TestRow> rows = {charge, charge, charge, back, back};
  const ReconcileResult result = Reconcile(MeteredOnce(), rows);
  ExpectInvariants(result, rows);
  const auto items = ItemsOf(result, BreakClass::kDuplicateCharge);
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(FormatMoney(items[1].difference), "5");
  EXPECT_EQ(items[1].rows, 1u);
  EXPECT_EQ(FormatMoney(items[0].difference), "-5");
  EXPECT_EQ(items[0].rows, 1u);
  EXPECT_THAT(items[0].reason, HasSubstr("each a correction with the id"));
  std::reverse(rows.begin(), rows.end());
  EXPECT_EQ(Serialized(Reconcile(MeteredOnce(), rows)), Serialized(result));

  const auto copies = [&charge](const TestRow& twice) {
    return ItemsOf(Reconcile(MeteredOnce(), {charge, twice, twice}),
                   BreakClass::kDuplicateCharge)
        .size();
  };
  EXPECT_EQ(copies(back), 1u);
  back.category = ChargeCategory::kCredit;
  EXPECT_EQ(copies(back), 1u);
  TestRow other = back;
  other.line_id = "";
  EXPECT_EQ(copies(other), 0u);
  other = back;
  other.correction = false;
  EXPECT_EQ(copies(other), 0u);
  other = back;
  other.billed = "0";
  EXPECT_EQ(copies(other), 0u);
  other = back;
  other.billing_start_us = HourOf(-720);
  other.billing_end_us = kStart;
  other.start_us = HourOf(-48);
  other.end_us = HourOf(-24);
  EXPECT_EQ(copies(other), 0u);
}

// Within a period a reversal is usage of less than nothing, of whatever copies.
// That some services have such rows month by month is not told apart, and said.
TEST(PassedCopiesTest, UsageOfLessThanNothingIsTakenOff) {
  struct Case {
    std::vector<const char*> charges;
    std::vector<const char*> backs;
    const char* claimed;
  };
  const std::vector<Case> cases = {
      {{"5.00", "5.00"}, {"-10.00"}, "0"},
      {{"5.00", "5.00"}, {"-2.50", "-2.50"}, "0"},
      {{"5.00", "5.00", "3.00", "3.00"}, {"-8.00"}, "0"},
      {{"5.00", "5.00", "5.00"}, {"-15.00"}, "0"},
      {{"5.00", "5.00", "5.00", "5.00"}, {"-10.00"}, "5"},
      {{"5.00", "5.00", "5.00", "5.00"}, {"-3.00"}, "10"},
      {std::vector<const char*>(250, "5.00"), {"-1245.00"}, "0"},
  };
  for (const Case& c : cases) {
    std::vector<TestRow> rows;
    for (const char* billed : c.charges) {
      rows.push_back(StorageRow("bucket-1", billed));
    }
    for (const char* billed : c.backs) {
      rows.push_back(StorageRow("bucket-1", billed));
    }
    const ReconcileResult result = Reconcile(MeteredOnce(), rows);
    ExpectInvariants(result, rows);
    std::reverse(rows.begin(), rows.end());
    EXPECT_EQ(Serialized(Reconcile(MeteredOnce(), rows)), Serialized(result));
    EXPECT_EQ(SumOf(result, BreakClass::kDuplicateCharge, &Break::difference),
              c.claimed)
        << c.backs[0];
    EXPECT_THAT(result.notes,
                Contains(HasSubstr("not asked for: rows of less")))
        << c.backs[0];
  }
}

// A plain row of another month's bill is of that month; a credit of it may be
// of any.
TEST(PassedCopiesTest, UsageOfAnotherPeriodTakesNothingOff) {
  TestRow back = StorageRow("bucket-1", "-5.00");
  const auto claimed = [&back] {
    const std::vector<TestRow> rows = {StorageRow("bucket-1", "5.00"),
                                       StorageRow("bucket-1", "5.00"), back};
    return SumOf(Reconcile(MeteredOnce(), rows), BreakClass::kDuplicateCharge,
                 &Break::difference);
  };
  EXPECT_EQ(claimed(), "0");
  back.start_us = HourOf(-48);
  back.end_us = HourOf(-24);
  EXPECT_EQ(claimed(), "0");  // billed in this one
  back.billing_start_us = HourOf(-720);
  back.billing_end_us = kStart;
  for (const ChargeCategory category :
       {ChargeCategory::kUsage, ChargeCategory::kPurchase,
        ChargeCategory::kTax}) {
    back.category = category;
    EXPECT_EQ(claimed(), "5") << static_cast<int>(category);
  }
  for (const ChargeCategory category :
       {ChargeCategory::kCredit, ChargeCategory::kAdjustment}) {
    back.category = category;
    EXPECT_EQ(claimed(), "0") << static_cast<int>(category);
  }
}

// A day of hourly rows twice, and one row that takes back one of both.
TEST(PassedCopiesTest, OneRowTakesBackCopiesOfManyHours) {
  std::vector<TestRow> rows = {StorageRow("bucket-1", "-50.00")};
  for (uint32_t hour = 0; hour < 10; ++hour) {
    TestRow row = StorageRow("bucket-1", "5.00");
    row.start_us = HourOf(hour);
    row.end_us = HourOf(hour + 1);
    rows.insert(rows.end(), {row, row});
  }
  const ReconcileResult result = Reconcile(MeteredOnce(), rows);
  ExpectInvariants(result, rows);
  EXPECT_TRUE(ItemsOf(result, BreakClass::kDuplicateCharge).empty());
}

// So many amounts that are given back of few things hide nothing of another.
TEST(PassedCopiesTest, ManyAmountsThatAreGivenBackAreFewThings) {
  std::vector<TestRow> rows(2, StorageRow("bucket-1", "5.00"));
  for (int i = 1; i <= 66'000; ++i) {
    rows.push_back(StorageRow("bucket-2", "-" + std::to_string(i)));
  }
  EXPECT_EQ(SumOf(Reconcile(MeteredOnce(), rows), BreakClass::kDuplicateCharge,
                  &Break::difference),
            "5");
}

TEST(PassedCopiesTest, MoreThingsThanAreKeptAreSaid) {
  std::vector<TestRow> rows(2, StorageRow("bucket-1", "5.00"));
  for (int i = 0; i <= 65'536; ++i) {
    rows.push_back(StorageRow("bucket " + std::to_string(i), "-1.00"));
  }
  const ReconcileResult result = Reconcile(MeteredOnce(), rows);
  EXPECT_TRUE(ItemsOf(result, BreakClass::kDuplicateCharge).empty());
  EXPECT_THAT(result.notes,
              Contains(HasSubstr("gives back of more services and resources "
                                 "than are told apart")));
}

// Five thousand yen are not dearer than a hundred dollars; what a note names
// is as coarse as its group, whichever row came first, and in one line.
TEST(PassedCopiesTest, WhatANoteNamesDependsOnNoOrder) {
  TestRow yen = StorageRow("", "5000");
  yen.currency = "JPY";
  TestRow tax = StorageRow("a\nb" + std::string(3000, 'c'), "9.00");
  tax.category = ChargeCategory::kTax;
  std::vector<TestRow> rows = {yen, yen, tax, tax};
  std::string notes = Serialized(Reconcile(MeteredOnce(), rows));
  EXPECT_THAT(notes, HasSubstr("(the dearest in JPY, 1: no GPU usage"));
  std::reverse(rows.begin(), rows.end());
  EXPECT_EQ(Serialized(Reconcile(MeteredOnce(), rows)), notes);
  notes = absl::StrJoin(Reconcile(MeteredOnce(), {tax, tax}).notes, "|");
  EXPECT_THAT(notes, HasSubstr("resource \"a\\nbccc"));
  EXPECT_LT(notes.size(), 400u);

  rows.assign(2, StorageRow("", "5.00"));
  for (uint32_t i = 0; i <= GroupTable::kMostApart; ++i) {
    rows.push_back(StorageRow("", "1.00"));
    rows.back().service = "service " + std::to_string(i);
  }
  notes = Serialized(Reconcile(MeteredOnce(), rows));
  std::reverse(rows.begin(), rows.end());
  EXPECT_EQ(Serialized(Reconcile(MeteredOnce(), rows)), notes);
}

// A credit may be of anything, so it is said what is not asked for.
TEST(PassedCopiesTest, WhatMayBeGivenBackIsSaid) {
  TestRow back = StorageRow("", "-3.00");
  back.category = ChargeCategory::kCredit;
  std::vector<TestRow> rows(3, StorageRow("bucket-1", "5.00"));
  rows.push_back(back);
  const ReconcileResult result = Reconcile(MeteredOnce(), rows);
  ExpectInvariants(result, rows);
  EXPECT_EQ(SumOf(result, BreakClass::kDuplicateCharge, &Break::difference),
            "5");
  EXPECT_THAT(
      result.notes,
      Contains(HasSubstr(
          "1 row that is not compared (5.00 USD) equals others in every "
          "column (no GPU usage, service Object storage, resource "
          "\"bucket-1\", from 2026-10-01T00:00:00Z), and not asked for: "
          "rows of less than nothing of the same service or resource give "
          "3.00 USD back")));
}

// Of usage without hours no meter says whether there is too much of it.
TEST(PassedCopiesTest, CopiesOfUsageWithoutAQuantityAreNoted) {
  TestRow row = OnDemandRow(0, 1, "2", "32.80");
  row.quantity = std::nullopt;
  TestRow free = row;
  free.billed = "0";
  const std::vector<TestRow> rows = {row, row, row, free, free};
  for (const bool alike : {false, true}) {
    const ReconcileResult result = Reconcile(MeteredOnce(), rows, alike);
    ExpectInvariants(result, rows);
    EXPECT_TRUE(ItemsOf(result, BreakClass::kDuplicateCharge).empty());
    EXPECT_THAT(
        result.notes,
        Contains(HasSubstr("2 rows that are not compared (65.60 USD) equal "
                           "others in every column (the dearest, 2: usage "
                           "without hours of pool aws/us-east-1/gb200")))
        << alike;
  }
}

// The hours of the copies, not of what they are copies of.
TEST(PassedCopiesTest, CopiesOfIdleHoursSayTheirOwn) {
  TestRow idle = OnDemandRow(0, 1, "1", "16.40");
  idle.capacity_status = UsageStatus::kUnused;
  idle.line_id = "line-7";
  TestRow other = idle;
  other.quantity = "20";
  other.billed = "328.00";
  other.line_id = "line-8";
  const ReconcileResult result =
      Reconcile(MeteredOnce(), {idle, idle, idle, other});
  const auto items = ItemsOf(result, BreakClass::kDuplicateCharge);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].billed, Hours("8"));
  EXPECT_THAT(items[0].reason, HasSubstr(": 8 GPU-hours"));
}

// So many services that their groups are joined while rows are added.
TEST(PassedCopiesTest, CopiesAreFoundInGroupsThatWereJoined) {
  std::vector<TestRow> rows;
  for (uint32_t i = 0; i <= GroupTable::kMostApart; ++i) {
    rows.push_back(StorageRow("bucket-1", "1.00"));
    rows.back().service = "service " + std::to_string(i);
    if (i == 10) rows.push_back(rows[5]);  // before they are joined
  }
  rows.push_back(StorageRow("bucket-1", "3.00"));
  rows.push_back(rows.back());
  const ReconcileResult result = Reconcile(MeteredOnce(), rows);
  ExpectInvariants(result, rows);
  const auto items = ItemsOf(result, BreakClass::kDuplicateCharge);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].rows, 2u);
  EXPECT_EQ(FormatMoney(items[0].difference), "4");
}

}  // namespace
}  // namespace drawdown::testing
