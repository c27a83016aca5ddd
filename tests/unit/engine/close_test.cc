// Closing months: what is frozen, and what becomes of what is recorded later.
#include <filesystem>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"
#include "tests/unit/engine/statement_text.h"

namespace drawdown {
namespace {

constexpr int64_t kHour = kMicrosPerHour;

int64_t At(const char* text) { return *ParseInstant(text); }

// Ten GPUs reserved at 2, on demand 4.
constexpr char kTerms[] = R"(
provider: "aws" currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2026-07-01T00:00:00Z" }
grace: "24h"
rounding { level: LINE scale: 2 }
rate { pool: "aws" price: "4" from: "2026-01-01T00:00:00Z" }
commitment { id: "r" category: USAGE model: CONTINUOUS interval: HOURLY layer: 1
  step { from: "2026-01-01T00:00:00Z" quantity: "10" } price: "2"
  shortfall { policy: TAKE_OR_PAY } }
)";

std::string Terms(const std::string& more = "") {
  return "id: \"c\"" + std::string(kTerms) + more;
}

class CloseTest : public testing::Test {
 protected:
  CloseTest() {
    Open();
    EXPECT_THAT(ledger_->ApplyContracts({{"c.textproto", Terms()}}), IsOk());
  }
  void Open() {
    ledger_.reset();
    OpenOptions options;
    options.create_if_missing = true;
    options.drain_interval = std::chrono::milliseconds(0);
    options.now_us = [this] { return now_us_; };
    auto ledger = Ledger::Open(dir_.Path("books"), options);
    ASSERT_THAT(ledger, IsOk());
    ledger_ = *std::move(ledger);
  }

  void Use(const char* id, const char* start, int64_t hours, int64_t gpus) {
    RunRow row;
    row.key = {id};
    row.tenant = "acme";
    row.pool = "aws/x";
    row.micro_gpus = gpus * kMicroGpusPerGpu;
    row.start_us = At(start);
    row.end_us = *row.start_us + hours * kHour;
    ++now_us_;
    ASSERT_THAT(ledger_->ImportRuns({&row, 1}), IsOk());
  }
  Statement Of(const std::string& period,
               std::optional<int64_t> as_of_us = {}) {
    StatementQuery query;
    query.contract = "c";
    query.period = period;
    query.as_of_us = as_of_us;
    const auto statement = ledger_->MakeStatement(query);
    EXPECT_THAT(statement, IsOk());
    return statement.ok() ? *statement : Statement();
  }
  std::string Lines(const std::string& period) {
    std::string text;
    for (const StatementLine& line : Of(period).lines) text += LineText(line);
    return text;
  }
  void ExpectSound() {
    const auto report = ledger_->VerifyInProcess();
    ASSERT_THAT(report, IsOk());
    EXPECT_TRUE(report->ok) << report->findings.front();
  }

  ScratchDir dir_;
  int64_t now_us_ = At("2026-02-05T00:00:00Z");
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(CloseTest, RefusesByNameWhatCannotBeClosedYet) {
  EXPECT_THAT(ledger_->ClosePeriod("none", "2026-01"),
              IsError(ErrorCode::kNotFound, "none"));
  EXPECT_THAT(ledger_->ClosePeriod("c", "2026"),
              IsError(ErrorCode::kInvalidArgument, "not a month"));
  EXPECT_THAT(ledger_->ClosePeriod("c", "2026-02"),
              IsError(ErrorCode::kWrongState, "2026-01 is to be closed first"));
  EXPECT_THAT(ledger_->ClosePeriod("c", "2025-12"),
              IsError(ErrorCode::kWrongState, "before the contract's first"));
  now_us_ = At("2026-02-02T00:00:00Z") - 1;
  EXPECT_THAT(ledger_->ClosePeriod("c", "2026-01"),
              IsError(ErrorCode::kWrongState, "from 2026-02-02T00:00:00Z on"));
  ++now_us_;
  EXPECT_THAT(ledger_->ClosePeriod("c", "2026-01"), IsOk());
}

TEST_F(CloseTest, FreezesTheStatementAndWhatItCameFrom) {
  Use("a", "2026-01-10T00:00:00Z", 10, 12);
  const std::string before = TextOf(Of("2026-01"));
  const std::string chain = ledger_->Info().chain_hash;
  const auto closed = ledger_->ClosePeriod("c", "2026-01");
  ASSERT_THAT(closed, IsOk());
  EXPECT_FALSE(closed->was_closed);
  EXPECT_EQ(closed->closed.chain_hash, chain);
  EXPECT_EQ(closed->closed.closed_us, now_us_);
  EXPECT_EQ(closed->closed.versions, (std::vector<ClosedVersion>{{"c", 1}}));
  EXPECT_FALSE(closed->closed.tzdata.empty());
  EXPECT_EQ(TextOf(closed->closed.statement), before);
  const uint64_t entries = ledger_->Info().entries;
  now_us_ += kHour;
  const auto again = ledger_->ClosePeriod("c", "2026-01");
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->was_closed);
  EXPECT_EQ(TextOf(again->closed.statement), before);
  EXPECT_EQ(ledger_->Info().entries, entries);
  const auto all = ledger_->ClosedPeriods();
  ASSERT_THAT(all, IsOk());
  ASSERT_EQ(all->size(), 1u);
  EXPECT_EQ(all->front().period, "2026-01");
  ExpectSound();
}

// Of each line what it is and why: GPU-hours that its reasons come to, rules.
std::string Explained(Ledger* ledger, const std::string& period) {
  StatementQuery query;
  query.contract = "c";
  query.period = period;
  query.explain = true;
  const auto statement = ledger->MakeStatement(query);
  EXPECT_THAT(statement, IsOk());
  if (!statement.ok()) return "";
  std::string text;
  for (uint32_t i = 0; i < statement->lines.size(); ++i) {
    const StatementLine& line = statement->lines[i];
    GpuTime sum;
    std::string rules;
    for (const StatementReason& reason : statement->reasons) {
      if (reason.line != i) continue;
      sum += reason.gpu_time;
      rules += " <" + reason.rule + ">";
    }
    EXPECT_EQ(sum, line.gpu_time) << LineText(line);
    text += line.tenant + " " + std::string(ChargeKindName(line.kind)) + " " +
            HoursText(line.gpu_time) + rules + "\n";
  }
  return text;
}

// January is closed with 30 reserved hours used and 2 on demand, then 30 more
// come.
TEST_F(CloseTest, ExplainsWhatIsFrozenAndWhatCorrectsIt) {
  Use("a", "2026-01-10T00:00:00Z", 10, 2);
  Use("full", "2026-01-20T00:00:00Z", 1, 12);
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-01"), IsOk());
  const std::string when = FormatInstant(now_us_);
  Use("b", "2026-01-10T00:00:00Z", 10, 3);
  Use("feb", "2026-02-01T00:00:00Z", 5, 1);
  const std::string frozen = " <frozen as it was closed at " + when +
                             "; what is known of it since is in corrections "
                             "of later months>\n";
  EXPECT_EQ(Explained(ledger_.get(), "2026-01"),
            " unused 7410" + frozen +
                "acme on_demand 2 <rate aws from 2026-01-01T00:00:00Z>\n"
                "acme covered 30" +
                frozen);
  now_us_ = At("2026-03-02T00:00:00Z");
  const std::string of = " line of 2026-01, closed at " + when +
                         ": the month rated again, less what was charged; now "
                         "commitment r, layer 1, burn order 1: ";
  EXPECT_EQ(
      Explained(ledger_.get(), "2026-02"),
      " unused 6715 <commitment r, layer 1, burn order 1: not drawn by the "
      "interval's end, take-or-pay>\n"
      " correction -30 <corrects the unused" +
          of +
          "not drawn by the interval's end, take-or-pay>\n"
          "acme covered 5 <commitment r, layer 1, burn order 1: covered>\n"
          "acme correction 30 <corrects the covered" +
          of + "covered>\n");
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-02"), IsOk());
  EXPECT_NE(Explained(ledger_.get(), "2026-02")
                .find("acme correction 30 <corrects the covered line of "
                      "2026-01; frozen as it was closed at 2026-03-02"),
            std::string::npos);
}

// 2 of the 10 reserved GPUs are used, then 3 more of them and 4 beyond: the
// reservation was paid for already.
TEST_F(CloseTest, LateUsageIsCorrectedInTheNextMonth) {
  Use("a", "2026-01-10T00:00:00Z", 10, 2);
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-01"), IsOk());
  const Statement closed = Of("2026-01");
  Use("b", "2026-01-10T00:00:00Z", 10, 3);
  EXPECT_EQ(TextOf(Of("2026-01")), TextOf(closed));
  // Of February nothing was used: 28 x 24 x 10 hours are not.
  now_us_ = At("2026-03-02T00:00:00Z");
  EXPECT_EQ(Lines("2026-02"),
            "||r|unused|6720|2|13440\n"
            "||r|correction|-30|2|-60|2026-01|unused\n"
            "acme|aws/x|r|correction|30|2|60|2026-01|covered\n");
  EXPECT_EQ(FormatMoney(Of("2026-02").total), "13440");
  Use("c", "2026-01-10T00:00:00Z", 10, 9);
  EXPECT_EQ(Lines("2026-02"),
            "||r|unused|6720|2|13440\n"
            "||r|correction|-80|2|-160|2026-01|unused\n"
            "acme|aws/x||correction|40|4|160|2026-01|on_demand\n"
            "acme|aws/x|r|correction|80|2|160|2026-01|covered\n");
  EXPECT_EQ(FormatMoney(Of("2026-02").total), "13600");
  // March is not the next one.
  EXPECT_EQ(Lines("2026-03").find("correction"), std::string::npos);
  ExpectSound();
}

TEST_F(CloseTest, CorrectionsAreClosedWithTheirMonthAndNotRepeated) {
  Use("a", "2026-01-10T00:00:00Z", 10, 12);
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-01"), IsOk());
  Use("late", "2026-01-10T00:00:00Z", 10, 1);
  now_us_ = At("2026-04-03T00:00:00Z");
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-02"), IsOk());
  const std::string february = TextOf(Of("2026-02"));
  EXPECT_NE(february.find("acme|aws/x||correction|10|4|40|2026-01|on_demand"),
            std::string::npos)
      << february;
  EXPECT_EQ(Lines("2026-03").find("correction"), std::string::npos);
  Use("later", "2026-01-10T00:00:00Z", 10, 3);
  EXPECT_EQ(TextOf(Of("2026-02")), february);
  EXPECT_NE(Lines("2026-03").find(
                "acme|aws/x||correction|30|4|120|2026-01|on_demand"),
            std::string::npos);
  ExpectSound();
}

// A run that is open over the edge and is then said to have ended before it:
// January's hours come back there, February's were never closed.
TEST_F(CloseTest, AStopBeforeTheEdgeIsACorrectionUpToIt) {
  RunStart start = {{"open"},
                    "acme",
                    "aws/x",
                    12 * kMicroGpusPerGpu,
                    At("2026-01-31T00:00:00Z")};
  ASSERT_THAT(ledger_->StartRun(start), IsOk());
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-01"), IsOk());
  ASSERT_THAT(ledger_->StopRun({"open"}, At("2026-01-31T20:00:00Z")), IsOk());
  now_us_ = At("2026-03-02T00:00:00Z");
  EXPECT_EQ(Lines("2026-02"),
            "||r|unused|6720|2|13440\n"
            "||r|correction|40|2|80|2026-01|unused\n"
            "acme|aws/x||correction|-8|4|-32|2026-01|on_demand\n"
            "acme|aws/x|r|correction|-40|2|-80|2026-01|covered\n");
}

TEST_F(CloseTest, VersionsAppliedLaterHoldForOpenMonths) {
  Use("a", "2026-01-10T00:00:00Z", 10, 12);
  Use("b", "2026-02-03T00:00:00Z", 10, 12);
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-01"), IsOk());
  const std::string january = TextOf(Of("2026-01"));
  std::string dearer = Terms();
  dearer.replace(dearer.find("\"4\""), 3, "\"5\"");
  const auto lines = ledger_->ApplyContracts({{"c.textproto", dearer}});
  ASSERT_THAT(lines, IsOk());
  EXPECT_EQ(lines->front(),
            "c: version 2 applied, from 2026-02-01T00:00:00Z on: the months "
            "before are closed");
  EXPECT_EQ(TextOf(Of("2026-01")), january);
  EXPECT_NE(Lines("2026-02").find("acme|aws/x||on_demand|20|5|100"),
            std::string::npos);
  EXPECT_EQ(Lines("2026-02").find("correction"), std::string::npos);
  // Late usage of January at January's price.
  Use("late", "2026-01-10T00:00:00Z", 10, 1);
  EXPECT_EQ(TextOf(Of("2026-01")), january);
  EXPECT_NE(
      Lines("2026-02").find("acme|aws/x||correction|10|4|40|2026-01|on_demand"),
      std::string::npos)
      << Lines("2026-02");
}

// Closed with a block of 365 hours a year, of which 10 of January's 31 were
// used, and a credit that may be claimed in March.
class AmendedCloseTest : public CloseTest {
 protected:
  static std::string Block(const std::string& more, const std::string& credit) {
    return R"(id: "c" provider: "aws" currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
rate { pool: "aws" price: "4" from: "2026-01-01T00:00:00Z" }
)" + more + R"(
credit { id: "sla" amount: "7" from: "2026-01-01T00:00:00Z"
  until: "2026-02-01T00:00:00Z" claim_by: "2026-03-01T00:00:00Z" )" +
           credit + "}";
  }
  static std::string Year(const std::string& quantity,
                          const std::string& status = "") {
    return R"(commitment { id: "y" category: USAGE model: DISCONTINUOUS
  interval: ANNUAL price: "2" shortfall { policy: TAKE_OR_PAY } )" +
           status + R"(
  step { from: "2026-01-01T00:00:00Z" quantity: ")" +
           quantity + "\" } }";
  }

  void CloseJanuary() {
    Apply(Block(Year("365"), ""));
    Use("one", "2026-01-01T00:00:00Z", 10, 1);
    now_us_ = At("2026-02-10T00:00:00Z");
    ASSERT_THAT(ledger_->ClosePeriod("c", "2026-01"), IsOk());
    frozen_ = Lines("2026-01");
    EXPECT_EQ(frozen_, "acme|aws/x|y|covered|10|2|20\n");
  }
  void Apply(const std::string& text) {
    ASSERT_THAT(ledger_->ApplyContracts({{"c.textproto", text}}), IsOk());
  }
  // What all months come to, and one rating of them all.
  void ExpectOneSum(const std::string& cost) {
    MoneyAmount sum;
    for (const char* month :
         {"2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06",
          "2026-07", "2026-08", "2026-09", "2026-10", "2026-11", "2026-12"}) {
      sum += Of(month).total;
    }
    EXPECT_EQ(FormatMoney(sum), cost);
    EXPECT_EQ(
        FormatMoney(Of("2026-01-01T00:00:00Z/2027-01-01T00:00:00Z").total),
        cost);
    EXPECT_EQ(Lines("2026-01"), frozen_);
  }

  std::string frozen_;
};

// 31 hours are what January is of the year: 21 are missing.
TEST_F(AmendedCloseTest, WhatAVersionEndsAtTheClosedEdgeIsOwedInTheNextMonth) {
  CloseJanuary();
  const std::string canceled = "status: CANCELED canceled_at: ";
  for (const std::string& text :
       {Block("", ""),
        Block(Year("365", canceled + "\"2026-02-01T00:00:00Z\""), ""),
        Block(Year("365", canceled + "\"2026-01-15T00:00:00Z\""), "")}) {
    Apply(text);
    now_us_ = At("2027-02-01T00:00:00Z");
    EXPECT_EQ(Lines("2026-02"), "||y|correction|21|2|42|2026-01|shortfall\n");
    ExpectOneSum("62");
  }
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-02"), IsOk());
  EXPECT_EQ(Lines("2026-03"), "");
  ExpectOneSum("62");
  ExpectSound();
}

TEST_F(AmendedCloseTest, ATermThatEndsAtTheClosedEdgeIsOwedToo) {
  CloseJanuary();
  std::string text = Block(Year("365"), "");
  text.replace(text.find("2027-01-01"), 10, "2026-02-01");
  Apply(text);
  now_us_ = At("2027-02-01T00:00:00Z");
  EXPECT_EQ(Lines("2026-02"), "||y|correction|21|2|42|2026-01|shortfall\n");
  EXPECT_EQ(Lines("2026-01"), frozen_);
}

// Of 0 a year from February on January's 31 are left of the year: 40 were used.
TEST_F(AmendedCloseTest, WhatAnIntervalLosesWasNotCovered) {
  CloseJanuary();
  Use("two", "2026-01-05T00:00:00Z", 30, 1);
  Apply(Block(Year("0"), ""));
  EXPECT_EQ(Lines("2026-02"),
            "acme|aws/x||correction|9|4|36|2026-01|on_demand\n"
            "acme|aws/x|y|correction|21|2|42|2026-01|covered\n");
  now_us_ = At("2027-02-01T00:00:00Z");
  ExpectOneSum("98");
}

// It is claimed when its month is over.
TEST_F(AmendedCloseTest, ACreditThatIsClaimedLaterPaysTheClosedMonth) {
  CloseJanuary();
  Apply(Block(Year("365"), "claimed_at: \"2026-02-09T00:00:00Z\" "));
  EXPECT_EQ(Lines("2026-02"), "acme|aws/x|y|correction|||-7|2026-01|credit\n");
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-02").status(),
              IsError(ErrorCode::kWrongState, "can be closed from"));
  now_us_ = At("2026-03-02T00:00:00Z");
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-02"), IsOk());
  EXPECT_EQ(Lines("2026-03"), "");
  now_us_ = At("2027-02-01T00:00:00Z");
  // 20, less 7, and 355 missing at the year's end.
  ExpectOneSum("723");
}

// It is agreed about when its month is over and closed.
TEST_F(AmendedCloseTest, ACreditThatALaterVersionBringsPaysTheClosedMonth) {
  CloseJanuary();
  Apply(Block(Year("365"), "") + R"(
      credit { id: "outage" amount: "5" from: "2026-01-01T00:00:00Z"
        until: "2026-02-01T00:00:00Z" claim_by: "2026-03-01T00:00:00Z"
        claimed_at: "2026-02-09T00:00:00Z" })");
  EXPECT_EQ(Lines("2026-02"), "acme|aws/x|y|correction|||-5|2026-01|credit\n");
  now_us_ = At("2027-02-01T00:00:00Z");
  ExpectOneSum("725");
}

// The version that said so has never held, and another has taken its place.
TEST_F(AmendedCloseTest, ACreditThatIsNoMoreClaimedIsTakenBack) {
  CloseJanuary();
  Apply("effective: \"2026-06-01T00:00:00Z\" " +
        Block(Year("365"), "claimed_at: \"2026-02-09T00:00:00Z\" "));
  EXPECT_EQ(Lines("2026-02"), "acme|aws/x|y|correction|||-7|2026-01|credit\n");
  now_us_ = At("2026-03-02T00:00:00Z");
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-02"), IsOk());
  Apply(Block(Year("365"), ""));
  EXPECT_EQ(Lines("2026-03"), "acme|aws/x|y|correction|||7|2026-01|credit\n");
  now_us_ = At("2027-02-01T00:00:00Z");
  ExpectOneSum("730");
}

TEST_F(CloseTest, ACalendarThatCutsClosedMonthsIsRefused) {
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-01"), IsOk());
  const std::string other = Terms("calendar { month_day: 15 }");
  EXPECT_THAT(ledger_->ApplyContracts({{"c.textproto", other}}),
              IsError(ErrorCode::kBadContract, "2026-02-01T00:00:00Z"));
}

// Another contract that prices a pool later does not take it out of a month
// that was closed without it.
// Else each later statement, status and forecast would fail.
TEST_F(CloseTest, AVersionIsOfOneProviderAndCurrency) {
  for (const auto& [was, is, field] :
       {std::make_tuple("\"USD\"", "\"EUR\"", "currency"),
        std::make_tuple("\"aws\"", "\"gcp\"", "provider")}) {
    std::string text = Terms();
    for (size_t at = text.find(was); at != std::string::npos;
         at = text.find(was)) {
      text.replace(at, 5, is);
    }
    const auto applied = ledger_->ApplyContracts({{"c.textproto", text}});
    EXPECT_THAT(applied, IsError(ErrorCode::kBadContract,
                                 std::string("c.textproto: ") + field +
                                     ": contract c is in the books with "));
  }
  EXPECT_EQ(Of("2026-01").contract_version, 1u);
}

TEST_F(CloseTest, APeriodOutsideOfTheTermIsRefused) {
  StatementQuery query;
  query.contract = "c";
  for (const char* period : {"2025-12", "2026-07", "2040"}) {
    query.period = period;
    EXPECT_THAT(ledger_->MakeStatement(query),
                IsError(ErrorCode::kNotFound,
                        "contract c runs from 2026-01-01T00:00:00Z to "
                        "2026-07-01T00:00:00Z: nothing from "));
  }
  query.period = "2025-12-31T00:00:00Z/2026-01-01T01:00:00Z";
  EXPECT_THAT(ledger_->MakeStatement(query), IsOk());
  // Usage that goes on when the term is over is told.
  now_us_ = At("2026-08-02T00:00:00Z");
  Use("late", "2026-07-10T00:00:00Z", 10, 1);
  query.period = "2026-07";
  const auto after = ledger_->MakeStatement(query);
  ASSERT_THAT(after, IsOk());
  ASSERT_EQ(after->notes.size(), 1u);
  EXPECT_EQ(after->notes[0],
            "36000 GPU-seconds outside the contract's term are not rated");
}

TEST_F(CloseTest, ContractsAppliedLaterDoNotTouchClosedMonths) {
  Use("a", "2026-01-10T00:00:00Z", 10, 12);
  ASSERT_THAT(ledger_->ApplyContracts({{"c.textproto", R"(
id: "c" provider: "aws" currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2026-07-01T00:00:00Z" }
rounding { level: LINE scale: 2 }
rate { pool: "aws/y" price: "4" from: "2026-01-01T00:00:00Z" })"}}),
              IsOk());
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-01"), IsOk());
  ASSERT_NE(Lines("2026-01").find("unpriced"), std::string::npos);
  ASSERT_THAT(ledger_->ApplyContracts({{"d.textproto", R"(
id: "d" provider: "aws" currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2026-07-01T00:00:00Z" }
rounding { level: LINE scale: 2 }
rate { pool: "aws/x" price: "9" from: "2026-01-01T00:00:00Z" })"}}),
              IsOk());
  Use("late", "2026-01-10T00:00:00Z", 10, 1);
  EXPECT_EQ(Lines("2026-02"), "acme|aws/x||correction|10|||2026-01|unpriced\n");
}

TEST_F(CloseTest, AsOfAnswersWhatWasClosedWhenItWas) {
  Use("a", "2026-01-10T00:00:00Z", 10, 12);
  const int64_t before_us = now_us_;
  const std::string open = TextOf(Of("2026-01", before_us));
  now_us_ += kHour;
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-01"), IsOk());
  const int64_t closed_us = now_us_;
  const std::string closed = TextOf(Of("2026-01"));
  Use("late", "2026-01-10T00:00:00Z", 10, 1);
  now_us_ += kHour;
  EXPECT_EQ(TextOf(Of("2026-01", before_us)), open);
  EXPECT_EQ(TextOf(Of("2026-01", closed_us)), closed);
  EXPECT_EQ(TextOf(Of("2026-01")), closed);
  EXPECT_EQ(TextOf(Of("2026-02", closed_us)).find("correction"),
            std::string::npos);
  const auto none = ledger_->ClosedPeriods("c", before_us);
  ASSERT_THAT(none, IsOk());
  EXPECT_TRUE(none->empty());
}

// What meters counted in the month's last bucket is not in the journal yet when
// it is closed at once.
TEST_F(CloseTest, DrainsFirst) {
  std::string terms = Terms();
  terms.replace(terms.find("24h"), 3, "0s");
  ASSERT_THAT(ledger_->ApplyContracts({{"c.textproto", terms}}), IsOk());
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-01"), IsOk());
  now_us_ = At("2026-03-01T00:00:00Z") - kHour / 2;
  auto meter = ledger_->meter("acme", "aws/x");
  ASSERT_THAT(meter, IsOk());
  meter->Record(20 * kHour);
  now_us_ += kHour / 2;
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-02"), IsOk());
  const std::string february = TextOf(Of("2026-02"));
  EXPECT_NE(february.find("acme|aws/x||on_demand|10|4|40"), std::string::npos)
      << february;
  // When it gets there, it is late for nothing.
  now_us_ += 3 * kHour;
  ASSERT_THAT(ledger_->Drain(), IsOk());
  EXPECT_EQ(Lines("2026-03").find("correction"), std::string::npos);
  EXPECT_EQ(TextOf(Of("2026-02")), february);
  ExpectSound();
}

TEST_F(CloseTest, OtherPeriodsAreRatedFromAllThatIsKnown) {
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-01"), IsOk());
  Use("late", "2026-01-10T00:00:00Z", 10, 12);
  const Statement quarter = Of("2026-01-01T00:00:00Z/2026-04-01T00:00:00Z");
  EXPECT_NE(TextOf(quarter).find("acme|aws/x||on_demand|20|4|80"),
            std::string::npos);
  ASSERT_EQ(quarter.notes.size(), 1u);
  EXPECT_NE(quarter.notes[0].find("closed"), std::string::npos);
}

TEST_F(CloseTest, SalvageKeepsWhatWasClosed) {
  Use("a", "2026-01-10T00:00:00Z", 10, 12);
  ASSERT_THAT(ledger_->ClosePeriod("c", "2026-01"), IsOk());
  Use("late", "2026-01-10T00:00:00Z", 10, 1);
  const std::string january = TextOf(Of("2026-01"));
  const std::string february = TextOf(Of("2026-02"));
  ledger_.reset();
  ASSERT_THAT(Salvage(dir_.Path("books"), dir_.Path("saved")), IsOk());
  std::filesystem::remove_all(dir_.Path("books"));
  std::filesystem::rename(dir_.Path("saved"), dir_.Path("books"));
  Open();
  EXPECT_EQ(TextOf(Of("2026-01")), january);
  EXPECT_EQ(TextOf(Of("2026-02")), february);
  ExpectSound();
}

}  // namespace
}  // namespace drawdown
