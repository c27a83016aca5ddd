// Invoices against the rows that add up to them, and those that are open.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reconcile/invoice_checks.h"
#include "tests/unit/reconcile/named_checks.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using Outcome = ReconcileCheck::Outcome;
using ::testing::HasSubstr;

Outcome InvoiceOutcome(const std::vector<InvoiceLine>& lines,
                       const std::vector<TestRow>& rows,
                       std::optional<MoneyAmount> tolerance = std::nullopt) {
  Scenario setup;
  setup.tables.invoice_lines = lines;
  setup.options.tolerance = tolerance;
  const auto checks = ChecksNamed(Reconcile(setup, rows), "invoice_totals");
  EXPECT_EQ(checks.size(), 1u);
  return checks.empty() ? Outcome::kNotExecutable : checks[0].outcome;
}

TEST(InvoiceTotalsTest, AgreeWithinFocusTolerance) {
  const std::vector<TestRow> rows = {Invoiced("10", "A"),
                                     Invoiced("2.50", "A")};
  EXPECT_EQ(InvoiceOutcome({LineOf("A", "12.50")}, rows), Outcome::kPassed);
  EXPECT_EQ(InvoiceOutcome({LineOf("A", "13.50")}, rows), Outcome::kPassed);
  EXPECT_EQ(InvoiceOutcome({LineOf("A", "13.51")}, rows), Outcome::kFailed);
  EXPECT_EQ(InvoiceOutcome({LineOf("A", "10"), LineOf("A", "2.50")}, rows),
            Outcome::kPassed);
  EXPECT_EQ(InvoiceOutcome({LineOf("A", "12.52")}, rows, Usd("0.01")),
            Outcome::kFailed);
  EXPECT_EQ(InvoiceOutcome({LineOf("A", "12.51")}, rows, Usd("0.01")),
            Outcome::kPassed);
  const InvoiceLine huge = LineOf("A", "90000000000000000000");
  EXPECT_EQ(InvoiceOutcome({huge, huge}, rows), Outcome::kFailed);
}

TEST(InvoiceTotalsTest, TheToleranceIsNamed) {
  const auto detail = [](const InvoiceLine& line,
                         std::optional<MoneyAmount> tolerance = {}) {
    Scenario setup;
    setup.tables.invoice_lines = {line};
    setup.options.tolerance = tolerance;
    return ChecksNamed(Reconcile(setup, {Invoiced("10", "A")}),
                       "invoice_totals")
        .at(0)
        .detail;
  };
  EXPECT_THAT(detail(LineOf("A", "9.50")),
              HasSubstr("difference 0.50 USD, 1.00 USD tolerated"));
  EXPECT_THAT(detail(LineOf("A", "9.50"), Usd("0.25")),
              HasSubstr("difference 0.50 USD, 0.25 USD tolerated"));
  InvoiceLine yen = LineOf("A", "1250");
  yen.currency = Code("JPY");
  EXPECT_THAT(detail(yen), HasSubstr("0 rows come to 0 JPY, invoiced 1,250 "
                                     "JPY, difference -1,250 JPY, 100 JPY "
                                     "tolerated"));
}

TEST(InvoiceTotalsTest, TaxCountsOnlyInDetails) {
  TestRow tax = Invoiced("5", "A");
  tax.category = ChargeCategory::kTax;
  const std::vector<TestRow> rows = {Invoiced("10", "A"), tax};
  InvoiceLine taxed = LineOf("A", "9");
  taxed.category = ChargeCategory::kTax;
  EXPECT_EQ(InvoiceOutcome({LineOf("A", "10"), taxed}, rows), Outcome::kPassed);
  taxed.detail_id = "tax";
  std::vector<TestRow> detailed = rows;
  detailed[1].invoice_detail = "tax";
  EXPECT_EQ(InvoiceOutcome({LineOf("A", "10"), taxed}, detailed),
            Outcome::kFailed);
  taxed.billed_cost.amount = Usd("5");
  EXPECT_EQ(InvoiceOutcome({LineOf("A", "10"), taxed}, detailed),
            Outcome::kPassed);
}

TEST(InvoiceTotalsTest, WhatIsOpenVoidOrNotGivenIsNotExecutable) {
  const std::vector<TestRow> rows = {Invoiced("10", "A")};
  InvoiceLine line = LineOf("A", "99");
  line.status = InvoiceStatus::kOpen;
  EXPECT_EQ(InvoiceOutcome({line}, rows), Outcome::kNotExecutable);
  line.status = InvoiceStatus::kVoided;
  EXPECT_EQ(InvoiceOutcome({line}, rows), Outcome::kNotExecutable);
  EXPECT_EQ(InvoiceOutcome({}, rows), Outcome::kNotExecutable);

  Scenario setup;
  setup.tables.invoice_lines = {LineOf("B", "7")};
  const auto checks = ChecksNamed(Reconcile(setup, rows), "invoice_totals");
  ASSERT_EQ(checks.size(), 2u);
  EXPECT_EQ(checks[0].outcome, Outcome::kFailed);  // B: no rows for it
  EXPECT_THAT(checks[0].detail,
              HasSubstr("0 rows come to 0.00 USD, invoiced "
                        "7.00 USD, difference -7.00 USD, 1.00 "
                        "USD tolerated"));
  EXPECT_EQ(checks[1].outcome, Outcome::kNotExecutable);
  EXPECT_THAT(checks[1].detail, HasSubstr("invoice A of Amazon Web Services"));
}

TEST(InvoiceTotalsTest, DetailsOfEitherSideAreCompared) {
  const std::vector<TestRow> rows = {Invoiced("10", "A", "d1"),
                                     Invoiced("5", "A", "d3")};
  EXPECT_EQ(
      InvoiceOutcome({LineOf("A", "10", "d1"), LineOf("A", "5", "d3")}, rows),
      Outcome::kPassed);
  EXPECT_EQ(
      InvoiceOutcome({LineOf("A", "10", "d1"), LineOf("A", "5", "d2")}, rows),
      Outcome::kFailed);
  // Tax is often not in the rows.
  InvoiceLine tax = LineOf("A", "3", "t");
  tax.category = ChargeCategory::kTax;
  EXPECT_EQ(InvoiceOutcome(
                {LineOf("A", "10", "d1"), LineOf("A", "5", "d3"), tax}, rows),
            Outcome::kPassed);
}

TEST(InvoiceTotalsTest, VoidLinesAreTakenBackAndNamesAreOfAnyCase) {
  InvoiceLine taken_back = LineOf("A", "99");
  taken_back.status = InvoiceStatus::kVoided;
  InvoiceLine shouted = LineOf("A", "10");
  shouted.invoice_issuer = "AMAZON Web Services";
  const std::vector<TestRow> rows = {Invoiced("10", "A")};
  EXPECT_EQ(InvoiceOutcome({taken_back, shouted}, rows), Outcome::kPassed);
  shouted.billed_cost.amount = Usd("20");
  EXPECT_EQ(InvoiceOutcome({taken_back, shouted}, rows), Outcome::kFailed);
}

TEST(InvoiceTotalsTest, WhatIsNotOfTheseRowsIsNotExecutable) {
  const std::vector<TestRow> rows = {Invoiced("10", "A")};
  EXPECT_EQ(InvoiceOutcome({LineOf("A", "10")}, {Invoiced("10", "")}),
            Outcome::kNotExecutable);
  InvoiceLine before = LineOf("B", "7");
  before.billing_start_us = kStart - 720 * kMicrosPerHour;
  before.billing_end_us = kStart;
  InvoiceLine another = LineOf("C", "7");
  another.invoice_issuer = "Another Cloud";
  Scenario setup;
  setup.tables.invoice_lines = {LineOf("A", "10"), before, another};
  const auto checks = ChecksNamed(Reconcile(setup, rows), "invoice_totals");
  ASSERT_EQ(checks.size(), 3u);
  size_t passed = 0;
  for (const ReconcileCheck& check : checks) {
    EXPECT_NE(check.outcome, Outcome::kFailed) << check.detail;
    passed += check.outcome == Outcome::kPassed ? 1 : 0;
  }
  EXPECT_EQ(passed, 1u);
}

TEST(InvoiceTotalsTest, CurrenciesAreApart) {
  TestRow euros = Invoiced("10", "A");
  euros.currency = "EUR";
  Scenario setup;
  setup.tables.invoice_lines = {LineOf("A", "10")};
  const auto checks = ChecksNamed(Reconcile(setup, {euros}), "invoice_totals");
  ASSERT_EQ(checks.size(), 2u);
  EXPECT_EQ(checks[0].outcome, Outcome::kFailed);
  EXPECT_EQ(checks[1].outcome, Outcome::kNotExecutable);
}

// Who resells sends one invoice for several providers; others' are not ours.
TEST(InvoiceTotalsTest, RowsOfAllProvidersAreOfAnInvoice) {
  TestRow theirs = Invoiced("5", "A");
  theirs.provider = "Snowflake";
  const std::vector<TestRow> rows = {Invoiced("10", "A"), theirs};
  EXPECT_EQ(InvoiceOutcome({LineOf("A", "15")}, rows), Outcome::kPassed);
  EXPECT_EQ(InvoiceOutcome({LineOf("A", "10")}, rows), Outcome::kFailed);
  theirs.invoice = "B";
  theirs.issuer = "Snowflake";
  EXPECT_EQ(InvoiceOutcome({LineOf("A", "10")}, {rows[0], theirs}),
            Outcome::kPassed);
  EXPECT_EQ(InvoiceOutcome({LineOf("A", "10")}, {theirs}),
            Outcome::kNotExecutable);
}

// Only what an open invoice is of may still change.
TEST(InvoiceTotalsTest, AnOpenInvoiceMakesItsOwnPeriodPending) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "8").Build();
  TestRow more = OnDemandRow(0, 1, "3", "49.20");
  more.invoice = "A";
  TestRow other = Invoiced("7", "B");
  TestRow next = OnDemandRow(800, 801, "2", "32.80");
  next.billing_start_us = kEnd;
  next.billing_end_us = kEnd + 720 * kMicrosPerHour;
  next.invoice = "C";
  const std::vector<TestRow> rows = {more, other, next};
  for (const char* open : {"A", "B", "C"}) {
    SCOPED_TRACE(open);
    setup.tables.invoice_lines = {LineOf("A", "49.20"), LineOf("B", "7"),
                                  LineOf("C", "32.80")};
    for (InvoiceLine& line : setup.tables.invoice_lines) {
      if (line.invoice_id == open) line.status = InvoiceStatus::kOpen;
    }
    const auto items =
        ItemsOf(Reconcile(setup, rows), BreakClass::kQuantityBreak);
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(items[0].pending, std::string_view(open) == "A");
  }
}

// What an issued invoice asks too much is final; what it lacks may be on the
// open one.
TEST(InvoiceTotalsTest, OfIssuedInvoicesOnlyWhatIsMissingIsPending) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 4, "8").Build();
  const auto of = [](int hour, std::string units, std::string cost,
                     std::string invoice) {
    TestRow row = OnDemandRow(hour, hour + 1, std::move(units), cost);
    row.invoice = std::move(invoice);
    return row;
  };
  const std::vector<TestRow> rows = {
      of(0, "3", "49.20", "A"), of(1, "1", "16.40", "A"),
      of(2, "3", "49.20", "B"), of(3, "3", "49.20", "")};
  setup.tables.invoice_lines = {LineOf("A", "65.60"), LineOf("B", "49.20")};
  setup.tables.invoice_lines[1].status = InvoiceStatus::kOpen;
  const ReconcileResult result = Reconcile(setup, rows);
  std::map<int64_t, bool> pending;
  for (const Break& item : ItemsOf(result, BreakClass::kQuantityBreak)) {
    pending[(item.period_start_us - kStart) / kMicrosPerHour] = item.pending;
  }
  EXPECT_THAT(pending, ::testing::ElementsAre(
                           ::testing::Pair(0, false), ::testing::Pair(1, true),
                           ::testing::Pair(2, true), ::testing::Pair(3, true)));
  EXPECT_FALSE(result.clean());
}

// A hostile bill has an invoice, or a detail of one, in each row.
TEST(InvoiceTotalsTest, MoreThanCanBeKeptIsSaid) {
  InvoiceSums sums;
  BillRow row;
  row.invoice_issuer = "AWS";
  row.invoice_id = "A";
  row.currency = Code("USD");
  row.billed_cost.amount = Usd("1");
  const auto add = [&](std::string_view field, int count) {
    for (int i = 0; i < count; ++i) {
      const std::string name = absl::StrCat(std::string(field), i);
      (field == "detail" ? row.invoice_detail_id : row.invoice_id) = name;
      sums.Add(row, true, true);
    }
    row.invoice_detail_id = "";
  };
  const auto check = [&](InvoiceLine line) {
    return sums.Check(
        {line}, {kStart, kEnd}, [](std::string_view) { return true; },
        std::nullopt);
  };
  constexpr int kDetails = (1 << 18) + 1;
  add("detail", kDetails);
  InvoiceLine line = LineOf("A", std::to_string(kDetails));
  line.invoice_issuer = "AWS";
  auto checks = check(line);
  ASSERT_EQ(checks.size(), 2u);
  EXPECT_EQ(checks[0].outcome, Outcome::kPassed) << checks[0].detail;
  EXPECT_EQ(checks[1].outcome, Outcome::kNotExecutable);
  EXPECT_THAT(checks[1].detail, HasSubstr("262144 invoice details"));
  EXPECT_FALSE(sums.AnyOpen({line}));
  add("invoice", 1 << 16);
  checks = check(line);
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_THAT(checks[0].detail, HasSubstr("65536 invoices"));
  InvoiceLine open = LineOf("never named", "1");
  open.status = InvoiceStatus::kOpen;
  EXPECT_TRUE(sums.AnyOpen({open}));
}

}  // namespace
}  // namespace drawdown::testing
