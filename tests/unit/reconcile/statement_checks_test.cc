// Checks of what a bill says beside its charges: invoices, ContractApplied,
// Contract Commitment, unused rows, open billing periods.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reconcile/invoice_checks.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using Outcome = ReconcileCheck::Outcome;
using ::testing::HasSubstr;

std::vector<ReconcileCheck> ChecksNamed(const ReconcileResult& result,
                                        const std::string& name) {
  std::vector<ReconcileCheck> checks;
  for (const ReconcileCheck& check : result.checks) {
    if (check.name == name) checks.push_back(check);
  }
  return checks;
}

// --- invoices

TestRow Invoiced(std::string billed, std::string invoice,
                 std::string detail = "") {
  TestRow row = OnDemandRow(0, 1, "1", std::move(billed));
  row.service = "Support";
  row.sku = row.sku_price = "support";
  row.unit = "Months";
  row.invoice = std::move(invoice);
  row.invoice_detail = std::move(detail);
  return row;
}

InvoiceLine LineOf(std::string invoice, std::string_view amount,
                   std::string detail = "") {
  InvoiceLine line;
  line.invoice_issuer = "Amazon Web Services";
  line.invoice_id = std::move(invoice);
  line.detail_id = std::move(detail);
  line.currency = Code("USD");
  line.category = ChargeCategory::kUsage;
  line.status = InvoiceStatus::kIssued;
  line.billed_cost = {Usd(amount), 2, true};
  return line;
}

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
  EXPECT_THAT(checks[0].detail, HasSubstr("0 rows come to 0.00 USD, invoiced "
                                          "7.00 USD, difference -7.00 USD"));
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

// --- ContractApplied

AppliedCommitment Applied(std::string_view commitment,
                          std::string_view quantity,
                          std::string_view unit = "GPU-Hours") {
  AppliedCommitment applied;
  applied.contract = "aws-2025";
  applied.commitment = commitment;
  applied.quantity = ParseDecimal(quantity).value();
  applied.unit = unit;
  return applied;
}

Scenario CoveredHour() {
  Scenario setup;
  setup.rated = BookBuilder().Covered(kGb200, 0, 1, "80").Build();
  return setup;
}

ReconcileCheck AppliedCheck(const std::vector<AppliedCommitment>& applied,
                            int hour = 0) {
  TestRow row = CoveredRow(hour, hour + 1, "20", "164.00");
  row.applied = applied;
  const auto checks =
      ChecksNamed(Reconcile(CoveredHour(), {row}), "contract_applied");
  EXPECT_EQ(checks.size(), 1u);
  return checks.empty() ? ReconcileCheck() : checks[0];
}

TEST(ContractAppliedTest, AppliedHoursAreWhatOurBooksCover) {
  EXPECT_EQ(AppliedCheck({Applied(kReserved, "80")}).outcome, Outcome::kPassed);
  const ReconcileCheck more = AppliedCheck({Applied(kReserved, "81")});
  EXPECT_EQ(more.outcome, Outcome::kFailed);
  EXPECT_THAT(more.detail,
              HasSubstr("applied 81 GPU-hours, covered by our books 80"));
  // Half a unit of the published place.
  EXPECT_EQ(AppliedCheck({Applied(kReserved, "80.04")}).outcome,
            Outcome::kFailed);
  EXPECT_EQ(AppliedCheck({}).outcome, Outcome::kNotExecutable);
}

TEST(ContractAppliedTest, OddElementsFail) {
  EXPECT_THAT(AppliedCheck({Applied(kReserved, "80", "Hours")}).detail,
              HasSubstr("1 in another unit"));
  const ReconcileCheck unknown = AppliedCheck({Applied("sp-77", "80")});
  EXPECT_EQ(unknown.outcome, Outcome::kFailed);
  EXPECT_THAT(unknown.detail, HasSubstr("sp-77: 1 applied amounts of what is "
                                        "no commitment of the contract"));
  AppliedCommitment cost;
  cost.commitment = kReserved;
  cost.cost = {Usd("164.01"), 2, true};
  EXPECT_THAT(AppliedCheck({Applied(kReserved, "80"), cost}).detail,
              HasSubstr("1 more than the charge"));
  EXPECT_THAT(AppliedCheck({Applied(kReserved, "80")}, -24 * 400).detail,
              HasSubstr("1 on charges while it was not in force"));
}

TEST(ContractAppliedTest, ContractsAreThoseOfTheCommitmentsRows) {
  AppliedCommitment applied = Applied(kReserved, "80");
  applied.contract = "AGR-2";
  TestRow row = CoveredRow(0, 1, "20", "164.00");
  row.applied = {applied};
  Scenario setup = CoveredHour();
  const auto check = [&] {
    return ChecksNamed(Reconcile(setup, {row}), "contract_applied").at(0);
  };
  EXPECT_EQ(check().outcome, Outcome::kPassed);  // nothing says which it is
  BilledCommitment billed;
  billed.id = kReserved;
  billed.contract_id = "AGR-1";
  setup.tables.commitments = {billed};
  EXPECT_EQ(check().outcome, Outcome::kFailed);
  EXPECT_THAT(check().detail,
              HasSubstr("ContractId \"AGR-2\", Contract Commitment says "
                        "\"AGR-1\""));
  setup.tables.commitments[0].contract_id = "AGR-2";
  EXPECT_EQ(check().outcome, Outcome::kPassed);
}

// 1,000 counted before the period, 164 in it, and 36 in the interval that
// begins at its last hour.
Scenario CountedSpend() {
  Scenario setup = CoveredHour();
  Commitment spend;
  spend.id = "spend";
  spend.category = CommitmentCategory::kSpend;
  spend.spend_steps = {{setup.contract.term.start_us, Usd("5000")}};
  setup.contract.commitments.push_back(spend);
  setup.rated.commitments.push_back("spend");
  const auto index = static_cast<uint32_t>(setup.rated.commitments.size() - 1);
  const int64_t next = kEnd - kMicrosPerHour;
  const int64_t first = kStart - 9 * kMicrosPerHour;
  for (const SpendMark& mark :
       {SpendMark{index, first, next, kStart, Usd("5000"), Usd("1000")},
        SpendMark{index, first, next, next, Usd("5000"), Usd("1164")},
        SpendMark{index, next, kEnd + 9, kEnd, Usd("5000"), Usd("36")}}) {
    setup.rated.spend_marks.push_back(mark);
  }
  return setup;
}

ReconcileCheck SpendCheck(const Scenario& setup, std::string_view amount,
                          int scale = 2, const std::string& currency = "USD") {
  TestRow row = CoveredRow(0, 1, "20", "999.00");
  row.currency = currency;
  AppliedCommitment applied;
  applied.commitment = "spend";
  applied.cost = {Usd(amount), scale, true};
  row.applied = {applied};
  return ChecksNamed(Reconcile(setup, {row}), "contract_applied").at(0);
}

TEST(ContractAppliedTest, AppliedCostsAreWhatOurBooksCount) {
  Scenario setup = CountedSpend();
  EXPECT_EQ(SpendCheck(setup, "200").outcome, Outcome::kPassed);
  EXPECT_EQ(SpendCheck(setup, "200.01").outcome, Outcome::kPassed);
  EXPECT_EQ(SpendCheck(setup, "200.01", 3).outcome, Outcome::kFailed);
  EXPECT_EQ(SpendCheck(setup, "199.98").outcome, Outcome::kFailed);
  EXPECT_THAT(SpendCheck(setup, "250").detail,
              HasSubstr("spend: 1 applied amounts; applied 250.00 USD, counted "
                        "by our books 200.00 USD"));
  EXPECT_THAT(SpendCheck(setup, "200", 2, "EUR").detail,
              HasSubstr("1 in another currency than USD"));
  setup.options.tolerance = Usd("50");
  EXPECT_EQ(SpendCheck(setup, "250").outcome, Outcome::kPassed);
  EXPECT_EQ(SpendCheck(setup, "250.01").outcome, Outcome::kFailed);
  setup.at_us = kEnd - kMicrosPerHour;
  EXPECT_EQ(SpendCheck(setup, "200").outcome, Outcome::kNotExecutable);
}

// --- Contract Commitment

TEST(CommitmentTermsTest, AreThoseOfTheContract) {
  BilledCommitment billed;
  billed.id = kReserved;
  billed.category = "Usage";
  billed.model = "Continuous";
  billed.fulfillment_interval = "Hourly";
  billed.currency = Code("USD");
  const auto outcome = [](const BilledCommitment& commitment) {
    Scenario setup = CoveredHour();
    setup.tables.commitments = {commitment};
    return ChecksNamed(Reconcile(setup, {}), "commitment_terms").at(0);
  };
  EXPECT_EQ(outcome(billed).outcome, Outcome::kPassed);
  BilledCommitment other = billed;
  other.model = "Discontinuous";
  other.currency = Code("EUR");
  EXPECT_EQ(outcome(other).outcome, Outcome::kFailed);
  EXPECT_THAT(outcome(other).detail,
              HasSubstr("model Discontinuous, contract Continuous; currency "
                        "EUR, contract USD"));
  other = billed;
  other.id = "another";
  EXPECT_EQ(outcome(other).outcome, Outcome::kNotExecutable);
  // What has been replaced, or may yet be agreed, is not what holds.
  for (const char* status : {"Superseded", "Proposed", "Pending"}) {
    other = billed;
    other.model = "Discontinuous";
    other.lifecycle_status = status;
    EXPECT_EQ(outcome(other).outcome, Outcome::kNotExecutable);
  }
  other = billed;
  other.lifecycle_status = "Canceled";
  EXPECT_EQ(outcome(other).outcome, Outcome::kFailed);
  other = billed;
  other.start_us = kStart;
  other.end_us = HourOf(24);
  EXPECT_EQ(outcome(other).outcome, Outcome::kFailed);
  EXPECT_THAT(outcome(other).detail, HasSubstr("end 2026-10-02T00:00:00Z"));
  other.end_us = kEnd;
  EXPECT_EQ(outcome(other).outcome, Outcome::kPassed);
  other.quantity = ParseDecimal("5000").value();
  other.unit = "Hours";
  EXPECT_EQ(outcome(other).outcome, Outcome::kNotExecutable);
}

TEST(CommitmentTermsTest, OneIntervalIsOfAStepOfThePeriod) {
  Scenario setup = CoveredHour();
  Commitment* usage = &setup.contract.commitments[0];
  ASSERT_EQ(usage->id, kReserved);
  usage->steps = {{kStart - kMicrosPerHour, Hours("50")},
                  {kStart, Hours("80")},
                  {HourOf(100), Hours("120")},
                  {kEnd, Hours("999")}};
  Expansion expansion;
  expansion.commitment = kReserved;
  expansion.adds = Hours("7");
  expansion.exercised_from_us = HourOf(200);
  setup.contract.expansions = {expansion};
  expansion.exercised_from_us = kEnd;
  setup.contract.expansions.push_back(expansion);
  Commitment spend;
  spend.id = "spend";
  spend.category = CommitmentCategory::kSpend;
  spend.spend_steps = {{kStart, Usd("1000")}};
  setup.contract.commitments.push_back(spend);
  const auto detail = [&](std::string_view quantity, const std::string& unit) {
    BilledCommitment billed;
    billed.id = kReserved;
    billed.quantity = ParseDecimal(quantity).value();
    billed.unit = unit;
    setup.tables.commitments = {billed};
    return ChecksNamed(Reconcile(setup, {}), "commitment_terms").at(0).detail;
  };
  const std::string same =
      "gb200-reserved: Contract Commitment says what the contract says";
  for (const char* quantity : {"80", "120", "87", "127.0"}) {
    EXPECT_EQ(detail(quantity, "GPU-Hours"), same) << quantity;
  }
  EXPECT_THAT(detail("20", "Instance-Hours"),
              HasSubstr("could not be compared"));
  for (const char* quantity : {"50", "999", "80.5", "134"}) {
    EXPECT_THAT(detail(quantity, "GPU-Hours"),
                HasSubstr("GPU-hours, contract 127 GPU-hours"))
        << quantity;
  }
  const auto cost = [&](std::string_view amount, std::string_view currency) {
    BilledCommitment billed;
    billed.id = "spend";
    billed.currency = Code(currency);
    billed.cost = {Usd(amount), 2, true};
    setup.tables.commitments = {billed};
    return ChecksNamed(Reconcile(setup, {}), "commitment_terms").at(0).detail;
  };
  EXPECT_THAT(cost("1000", "USD"), HasSubstr("says what the contract says"));
  EXPECT_THAT(cost("1000.01", "USD"),
              HasSubstr("cost of an interval 1,000.01 USD, contract 1,000.00"));
  // Another currency is said as such, and its amount not compared.
  EXPECT_EQ(cost("925", "EUR"), "spend: currency EUR, contract USD");
}

// --- unused rows

TEST(UnusedRowsTest, EachPeriodWithUnusedHoursHasOne) {
  Scenario setup;
  setup.rated =
      BookBuilder().Covered(kGb200, 0, 3, "80").Unused(0, 3, "20").Build();
  std::vector<TestRow> rows = {
      PurchaseRow(0, 3, "300", "615"), CoveredRow(0, 3, "60", "492"),
      UnusedRow(0, 1, "5"), UnusedRow(1, 2, "5"), UnusedRow(2, 3, "5")};
  EXPECT_EQ(CheckNamed(Reconcile(setup, rows), "unused_rows").outcome,
            Outcome::kPassed);
  rows.erase(rows.begin() + 3);
  const ReconcileResult result = Reconcile(setup, rows);
  EXPECT_EQ(CheckNamed(result, "unused_rows").outcome, Outcome::kFailed);
  EXPECT_THAT(CheckNamed(result, "unused_rows").detail,
              HasSubstr("1 charge periods without a row for what was not used, "
                        "20 GPU-hours"));
  rows.resize(2);
  EXPECT_EQ(CheckNamed(Reconcile(setup, rows), "unused_rows").outcome,
            Outcome::kNotExecutable);
}

// --- credits

TEST(CreditsTest, AreThoseThatTheContractGrants) {
  TestRow row = Invoiced("-25", "");
  row.category = ChargeCategory::kCredit;
  Scenario setup;
  EXPECT_EQ(CheckNamed(Reconcile(setup, {row}), "credits").outcome,
            Outcome::kNotExecutable);
  setup.rated =
      BookBuilder().Fee(ChargeKind::kCredit, 0, 744, "0", "-25", "").Build();
  EXPECT_EQ(CheckNamed(Reconcile(setup, {row}), "credits").outcome,
            Outcome::kPassed);
  row.billed = "-24";
  const ReconcileResult result = Reconcile(setup, {row});
  EXPECT_EQ(CheckNamed(result, "credits").outcome, Outcome::kFailed);
  EXPECT_EQ(CheckNamed(result, "credits").detail,
            "1 credit rows of -24.00 USD, the contract grants -25.00 USD");
}

// --- Billing Period

TEST(BillingPeriodTest, WhatTheProviderCallsOpenIsPending) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "8").Build();
  const std::vector<TestRow> rows = {OnDemandRow(0, 1, "3", "49.20")};
  EXPECT_FALSE(Reconcile(setup, rows).clean());
  BilledPeriod period;
  period.invoice_issuer = "aws";
  period.start_us = kStart;
  period.end_us = kEnd;
  setup.tables.periods = {period};
  const ReconcileResult open = Reconcile(setup, rows);
  EXPECT_TRUE(open.clean());
  EXPECT_TRUE(open.items[0].pending);
  ASSERT_EQ(open.notes.size(), 1u);
  EXPECT_THAT(open.notes[0], HasSubstr("billing period is open"));
  setup.tables.periods[0].closed = true;
  EXPECT_FALSE(Reconcile(setup, rows).clean());
}

// Another company may send the provider's invoices; others' say nothing.
TEST(BillingPeriodTest, IssuersOfTheProvidersRowsSaySoToo) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "8").Build();
  std::vector<TestRow> rows = {OnDemandRow(0, 1, "3", "49.20")};
  BilledPeriod period;
  period.invoice_issuer = "AMAZON Web Services, Inc.";
  period.start_us = kStart;
  period.end_us = kEnd;
  setup.tables.periods = {period};
  EXPECT_FALSE(Reconcile(setup, rows).clean());
  rows[0].issuer = "Amazon Web Services, Inc.";
  EXPECT_TRUE(Reconcile(setup, rows).clean());
}

TEST(BillingPeriodTest, RowsOfAnInvoiceThatIsNotIssuedArePending) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "8").Build();
  std::vector<TestRow> rows = {OnDemandRow(0, 1, "3", "49.20")};
  rows[0].invoice = "A";
  setup.tables.invoice_lines = {LineOf("A", "49.20"), LineOf("B", "7")};
  setup.tables.invoice_lines[1].status = InvoiceStatus::kOpen;
  setup.tables.invoice_lines[1].invoice_issuer = "Another Cloud";
  EXPECT_FALSE(Reconcile(setup, rows).clean());
  setup.tables.invoice_lines[0].status = InvoiceStatus::kOpen;
  const ReconcileResult open = Reconcile(setup, rows);
  EXPECT_TRUE(open.items[0].pending);
  EXPECT_THAT(open.notes[0], HasSubstr("invoice that is not issued yet"));
}

TEST(BiasTest, ManySmallDifferencesOnOneSideAreNamed) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 300, "8").Build();
  std::vector<TestRow> rows;
  for (int hour = 0; hour < 300; ++hour) {
    rows.push_back(OnDemandRow(hour, hour + 1, "2", "32.804"));
  }
  setup.options.tolerance = Usd("0.005");
  const ReconcileResult result = Reconcile(setup, rows);
  EXPECT_TRUE(result.clean());
  EXPECT_THAT(result.items[0].reason, HasSubstr("tolerance that was given"));
  ASSERT_EQ(result.notes.size(), 1u);
  EXPECT_THAT(result.notes[0],
              HasSubstr("300 items within the tolerance are billed too much, "
                        "0 the other way: together 1.20 USD"));
  rows.resize(200);
  EXPECT_THAT(Serialized(Reconcile(setup, rows)),
              ::testing::Not(HasSubstr("billed too much, 0")));
}

}  // namespace
}  // namespace drawdown::testing
