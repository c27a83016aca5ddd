// Checks of what a bill says beside its charges: ContractApplied, Contract
// Commitment, unused rows, open billing periods.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/named_checks.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using Outcome = ReconcileCheck::Outcome;
using ::testing::HasSubstr;
using ::testing::Not;

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
  const AppliedCommitment huge =
      Applied(kReserved, "40000000000000000000000000000");
  EXPECT_THAT(AppliedCheck({huge, huge}).detail, HasSubstr("applied overflow"));
  EXPECT_EQ(AppliedCheck({huge, huge}).outcome, Outcome::kFailed);
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

// Sums that are right do not make up for it.
TEST(ContractAppliedTest, NoMoreHoursAreAppliedThanTheChargeHas) {
  Scenario setup;
  setup.rated = BookBuilder().Covered(kGb200, 0, 2, "80").Build();
  const auto check = [&](std::string_view first, std::string_view second,
                         TestRow row = CoveredRow(0, 1, "20", "164.00")) {
    TestRow next = CoveredRow(1, 2, "20", "164.00");
    row.applied = {Applied(kReserved, first)};
    next.applied = {Applied(kReserved, second)};
    return ChecksNamed(Reconcile(setup, {row, next}), "contract_applied").at(0);
  };
  EXPECT_EQ(check("80", "80").outcome, Outcome::kPassed);
  EXPECT_EQ(check("81", "79").outcome, Outcome::kFailed);
  EXPECT_THAT(check("81", "79").detail,
              HasSubstr("2 applied amounts; 1 more than the charge"));
  EXPECT_THAT(check("-81", "79").detail, HasSubstr("1 more than the charge"));
  EXPECT_THAT(check("81", "-81").detail, HasSubstr("2 more than the charge"));
  // A unit of the last place of either.
  EXPECT_EQ(check("80.1", "80.0").outcome, Outcome::kPassed);
  EXPECT_EQ(check("80.2", "79.8").outcome, Outcome::kFailed);
  TestRow consumed = CoveredRow(0, 1, "20", "164.00");
  consumed.consumed = "20.25";
  consumed.consumed_unit = "Hours";
  EXPECT_EQ(check("81", "79", consumed).outcome, Outcome::kPassed);
  // Hours that are not known, and what is no usage, are not compared.
  TestRow unmeasured = CoveredRow(0, 1, "20", "164.00");
  unmeasured.unit = "1,000 Hours";
  EXPECT_EQ(check("81", "79", unmeasured).outcome, Outcome::kPassed);
  TestRow bought = PurchaseRow(0, 1, "20", "164.00");
  EXPECT_THAT(check("81", "80", bought).detail, Not(HasSubstr("more than")));
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
                          int scale = 2, const std::string& currency = "USD",
                          size_t times = 1) {
  TestRow row = CoveredRow(0, 1, "20", "999.00");
  row.currency = currency;
  AppliedCommitment applied;
  applied.commitment = "spend";
  applied.cost = {Usd(amount), scale, true};
  row.applied.assign(times, applied);
  row.billed = FormatMoney(applied.cost.amount);
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
  EXPECT_EQ(SpendCheck(setup, "90000000000000000000", 2, "USD", 2).outcome,
            Outcome::kFailed);
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
  row.billed = "-90000000000000000000";  // twice it does not fit
  EXPECT_EQ(CheckNamed(Reconcile(setup, {row}), "credits").outcome,
            Outcome::kFailed);
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
