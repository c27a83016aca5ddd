// Random histories of a ledger whose months are closed, beside a twin that is
// never closed: what is closed stays, what is owed in all comes to the same,
// and every answer that was ever given can be given again with --as-of.
//
// DRAWDOWN_SEED repeats a run; DRAWDOWN_CLOSE_STEPS sets the operations of each
// history (default 150).
#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/civil.h"
#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/random.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"
#include "tests/unit/engine/statement_text.h"

namespace drawdown {
namespace {

constexpr int64_t kHour = kMicrosPerHour;
constexpr const char* kMonths[] = {"2026-01", "2026-02", "2026-03", "2026-04",
                                   "2026-05", "2026-06", "2026-07"};

int Steps() {
  const char* const set = std::getenv("DRAWDOWN_CLOSE_STEPS");
  return set != nullptr ? std::atoi(set) : 150;
}

// What a version changes; empty: it has not that commitment, or no more.
struct Changes {
  std::string price = "4";
  std::string block = "150";
  std::string year = "2000";
  std::string spend = "20000";
  std::string canceled;  // the year's, from when
  bool claimed = false;
};

std::string Or(bool there, const std::string& text) {
  return there ? text : std::string();
}

// Commitments whose intervals are hours, months, quarters and a year, so that
// what is late in one month moves the next ones too.
std::string Terms(const Changes& changes, const std::string& effective,
                  const std::string& rounding) {
  return R"(id: "c" provider: "aws" currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2026-07-01T00:00:00Z" }
grace: "12h"
)" + effective +
         "rounding { level: " + rounding + " scale: 2 }\n" +
         R"(rate { pool: "aws" from: "2026-01-01T00:00:00Z" tier_interval: QUARTERLY
  tier { up_to: "300" price: ")" +
         changes.price + R"(" } tier { price: "3.1" } }
commitment { id: "r" category: USAGE model: CONTINUOUS interval: HOURLY layer: 1
  applies { dimension: "pool" operator: IN value: "aws/x" }
  step { from: "2026-01-01T00:00:00Z" quantity: "3" } price: "2"
  shortfall { policy: TAKE_OR_PAY } }
)" +
         Or(!changes.block.empty(), R"(
commitment { id: "b" category: USAGE model: DISCONTINUOUS interval: MONTHLY
  layer: 1 priority: 5 price: "1.9" shortfall { policy: TAKE_OR_PAY }
  rollover { intervals: 1 cap: "0.5" }
  step { from: "2026-01-01T00:00:00Z" quantity: ")" +
                                        changes.block + "\" } }") +
         Or(!changes.year.empty(), R"(
commitment { id: "y" category: USAGE model: DISCONTINUOUS interval: ANNUAL
  layer: 1 priority: 9 price: "1.8" shortfall { policy: TAKE_OR_PAY } )" +
                                       changes.canceled + R"(
  step { from: "2026-01-01T00:00:00Z" quantity: ")" +
                                       changes.year + "\" } }") +
         Or(!changes.spend.empty(), R"(
commitment { id: "s" category: SPEND model: DISCONTINUOUS interval: QUARTERLY
  layer: 2 shortfall { policy: TAKE_OR_PAY }
  step { from: "2026-01-01T00:00:00Z" cost: ")" +
                                        changes.spend + "\" } }") +
         R"(
credit { id: "sla" amount: "300" from: "2026-01-10T00:00:00Z"
  until: "2026-03-05T00:00:00Z" claim_by: "2026-07-01T00:00:00Z" )" +
         Or(changes.claimed, "claimed_at: \"2026-03-09T00:00:00Z\"") + " }\n";
}

// Two of October's hours of a pool, so that every class of break has something
// to be about.
constexpr char kBill[] =
    "BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,"
    "BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeClass,"
    "ChargeDescription,ChargeFrequency,ChargePeriodEnd,ChargePeriodStart,"
    "ContractedCost,EffectiveCost,InvoiceIssuerName,ListCost,ListUnitPrice,"
    "PricingQuantity,PricingUnit,ProviderName,PublisherName,RegionId,SkuId,"
    "ServiceCategory,ServiceName\n"
    "16.40,1234,Acme,USD,2026-02-01T00:00:00Z,2026-01-01T00:00:00Z,Usage,,p5,"
    "Usage-Based,2026-01-03T13:00:00Z,2026-01-03T12:00:00Z,16.40,16.40,aws,"
    "32.80,4.10,4,Hours,aws,aws,,x,Compute,EC2\n";

class History {
 public:
  History(uint64_t salt, bool twin, bool meters)
      : random_(salt), twin_(twin), meters_(meters) {
    Open("books", &ledger_);
    if (twin_) Open("twin", &other_);
    const std::string rounding = random_.OneIn(2) ? "LINE" : "STATEMENT";
    rounding_ = rounding;
    Apply(Terms({}, "", rounding));
    bill_ = dir_.Write("bill.csv", kBill);
  }

  // One operation on both, or a close, which the twin has none of.
  void Step() {
    now_us_ += random_.Between(1, kHour / 3);
    switch (random_.Between(0, meters_ ? 12 : 11)) {
      case 0:
      case 1:
      case 2:
        return Import();
      case 3:
        return Start();
      case 4:
        return Stop();
      case 5:
        return AddUsage();
      case 6:
        return AddCapacity();
      case 7:
        return Correct();
      case 8:
        return Amend();
      case 9:
      case 10:
        now_us_ += random_.Between(1, 250) * kHour;
        return;
      case 11:
        return Close();
      default:
        return Meter();
    }
  }

  int64_t now_us() const { return now_us_; }
  Ledger& ledger() { return *ledger_; }
  Ledger& twin() { return *other_; }
  size_t closed() const { return closed_; }
  bool at_end() const { return closed_ + 1 == std::size(kMonths); }

  Statement Of(const Ledger& ledger, const std::string& period,
               std::optional<int64_t> as_of_us = {}) const {
    StatementQuery query;
    query.contract = "c";
    query.period = period;
    query.as_of_us = as_of_us;
    const auto statement = ledger.MakeStatement(query);
    // After the term there is nothing but corrections, in their month.
    if (period == kMonths[std::size(kMonths) - 1] &&
        GetErrorCode(statement.status()) == ErrorCode::kNotFound) {
      return Statement();
    }
    EXPECT_THAT(statement, IsOk());
    return statement.ok() ? *statement : Statement();
  }

  // Every answer about statements, usage, status and reconciliation.
  // `closed`: the months that were closed then.
  std::string Answers(std::optional<int64_t> as_of_us, size_t closed) const {
    std::string text;
    for (const size_t month : {closed > 0 ? closed - 1 : 0, closed}) {
      if (month < std::size(kMonths)) {
        const Statement statement = Of(*ledger_, kMonths[month], as_of_us);
        text += TextOf(statement);
        if (statement.closed_us) text += FormatInstant(*statement.closed_us);
      }
    }
    UsageQuery usage;
    usage.as_of_us = as_of_us;
    usage.by = {UsageDimension::kTenant, UsageDimension::kPool,
                UsageDimension::kDay};
    const auto rows = ledger_->Usage(usage);
    EXPECT_THAT(rows, IsOk());
    for (const UsageRow& row : rows->rows) {
      for (const std::string& part : row.group) text += part + " ";
      text += FormatGpuSeconds(row.gpu_time) + "\n";
    }
    const auto statuses = ledger_->Status({}, as_of_us);
    EXPECT_THAT(statuses, IsOk());
    for (const CommitmentStatus& status : *statuses) {
      text += status.commitment + " " +
              FormatGpuSeconds(GpuTime(status.drawn)) + " " +
              FormatGpuSeconds(GpuTime(status.remaining)) + " " +
              FormatGpuSeconds(GpuTime(status.projected)) + " " +
              FormatInstant(status.interval_start_us) + "\n";
    }
    return text + BreaksText(as_of_us);
  }

 private:
  void Open(const std::string& name, std::unique_ptr<Ledger>* ledger) {
    OpenOptions options;
    options.create_if_missing = true;
    options.drain_interval = std::chrono::milliseconds(0);
    options.now_us = [this] { return now_us_; };
    auto opened = Ledger::Open(dir_.Path(name), options);
    ASSERT_THAT(opened, IsOk());
    *ledger = *std::move(opened);
  }
  template <typename Do>
  void Both(const Do& operation) {
    ASSERT_THAT(operation(ledger_.get()), IsOk());
    if (!twin_) return;
    ASSERT_THAT(operation(other_.get()), IsOk());
  }

  std::string BreaksText(std::optional<int64_t> as_of_us) const {
    StatementQuery query;
    query.contract = "c";
    query.period = kMonths[0];
    query.as_of_us = as_of_us;
    const auto result = ledger_->Reconcile(query, {bill_});
    EXPECT_THAT(result, IsOk());
    if (!result.ok()) return "";
    std::string text;
    for (const Break& item : result->items) {
      text += std::string(BreakClassName(item.kind)) + " " + item.pool + " " +
              item.tenant + " " + FormatMoney(item.difference) + " " +
              item.reason + "\n";
    }
    for (const std::string& note : result->notes) text += note + "\n";
    return text;
  }

  std::string SomeTenant() { return random_.OneIn(2) ? "acme/a" : "acme/b"; }
  std::string SomePool() { return random_.OneIn(2) ? "aws/x" : "aws/y"; }
  // Any instant of the months so far, often a recent one.
  int64_t SomeTime() {
    const int64_t since = random_.OneIn(2) ? kStart : now_us_ - 200 * kHour;
    const int64_t at = random_.Between(std::max(kStart, since), now_us_ - 1);
    return random_.OneIn(3) ? std::max(kStart, FloorTo(at, kHour)) : at;
  }

  RunRow SomeRow(const std::string& id) {
    RunRow row;
    row.key = {id};
    row.tenant = SomeTenant();
    row.pool = SomePool();
    row.micro_gpus = random_.OneIn(3) ? random_.Between(1, 9'999'999)
                                      : random_.Between(1, 9) * 1'000'000;
    row.start_us = SomeTime();
    row.end_us =
        std::min(now_us_, *row.start_us + random_.Between(1, 60 * kHour));
    return row;
  }
  void Import() {
    std::vector<RunRow> rows;
    for (int64_t i = random_.Between(1, 4); i > 0; --i) {
      rows.push_back(SomeRow("i" + std::to_string(next_id_++)));
      imported_.push_back(rows.back());
    }
    Both([&](Ledger* ledger) { return ledger->ImportRuns(rows).status(); });
  }
  void Start() {
    const RunRow row = SomeRow("o" + std::to_string(next_id_++));
    const RunStart start = {row.key, row.tenant, row.pool, row.micro_gpus,
                            *row.start_us};
    open_[row.key.run_id] = *row.start_us;
    Both([&](Ledger* ledger) { return ledger->StartRun(start).status(); });
  }
  void Stop() {
    if (open_.empty()) return;
    const auto run = open_.begin();
    const int64_t at_us = random_.Between(run->second, now_us_);
    Both([&](Ledger* ledger) { return ledger->StopRun({run->first}, at_us); });
    open_.erase(run);
  }
  void AddUsage() {
    UsageRecord record;
    record.usage_id = "u" + std::to_string(next_id_++);
    record.tenant = SomeTenant();
    record.pool = SomePool();
    record.start_us = SomeTime();
    record.end_us =
        std::min(now_us_, record.start_us + random_.Between(1, 50 * kHour));
    record.gpu_time = GpuTime(random_.Between(0, 90 * kHour));
    Both([&](Ledger* ledger) {
      return ledger->ImportUsage({&record, 1}).status();
    });
  }
  void AddCapacity() {
    CapacityRecord record;
    record.pool = SomePool();
    record.start_us = FloorTo(SomeTime(), kHour);
    record.end_us = record.start_us + random_.Between(1, 40) * kHour;
    record.micro_gpus = random_.Between(0, 6) * 1'000'000;
    record.capacity_id = std::to_string(next_id_++);
    Both([&](Ledger* ledger) {
      return ledger->ImportCapacity({&record, 1}).status();
    });
  }
  void Correct() {
    if (imported_.empty()) return;
    const RunRow& row = imported_[random_.Between(
        0, static_cast<int64_t>(imported_.size()) - 1)];
    const int64_t end_us =
        std::min(now_us_, *row.start_us + random_.Between(1, 30 * kHour));
    const std::string file = dir_.Write(
        "fix.csv", "run_id,tenant,pool,gpus,start,end,state\n" +
                       row.key.run_id + "," + SomeTenant() + "," + row.pool +
                       ",2," + FormatInstant(*row.start_us) + "," +
                       FormatInstant(end_us) +
                       (random_.OneIn(4) ? ",VOID\n" : ",\n"));
    Both([&](Ledger* ledger) {
      return ledger->CorrectRunsFile(file, "a test").status();
    });
  }
  // From the first open month on, whatever it says: so it says that to the
  // twin.
  void Amend() {
    if (closed_ >= 5) return;
    const std::string from =
        "effective: \"" + std::string(kMonths[closed_]) + "-01T00:00:00Z\"\n";
    Changes changes;
    changes.price = "4." + std::to_string(next_id_++);
    changes.block = OneOf({"150", "0", "400", ""});
    changes.year = OneOf({"2000", "300", "6000", ""});
    changes.spend = OneOf({"20000", "900", ""});
    if (random_.OneIn(3)) {
      changes.canceled = "status: CANCELED canceled_at: \"" +
                         std::string(kMonths[random_.Between(1, 5)]) +
                         "-01T00:00:00Z\"";
    }
    changes.claimed = random_.OneIn(2);
    const bool said = random_.OneIn(2);
    ASSERT_THAT(ledger_->ApplyContracts(
                    {{"c", Terms(changes, said ? from : "", rounding_)}}),
                IsOk());
    if (!twin_) return;
    ASSERT_THAT(
        other_->ApplyContracts({{"c", Terms(changes, from, rounding_)}}),
        IsOk());
  }
  std::string OneOf(const std::vector<std::string>& choices) {
    return choices[random_.Between(0,
                                   static_cast<int64_t>(choices.size()) - 1)];
  }
  void Apply(const std::string& text) {
    Both([&](Ledger* ledger) {
      return ledger->ApplyContracts({{"c", text}}).status();
    });
  }
  void Close() {
    if (at_end()) return;
    const auto result = ledger_->ClosePeriod("c", kMonths[closed_]);
    if (result.ok()) {
      ++closed_;
    } else {
      EXPECT_THAT(result, IsError(ErrorCode::kWrongState, "can be closed"));
    }
  }
  // Counted, and in the journal before the next answer: what is known of a
  // bucket is exact when it is over.
  void Meter() {
    auto meter = ledger_->meter(SomeTenant(), SomePool());
    ASSERT_THAT(meter, IsOk());
    meter->Record(random_.Between(1, 5 * kHour));
    for (int i = 0; i < 3; ++i) {
      ASSERT_THAT(ledger_->Drain(), IsOk());
      now_us_ += kHour;
    }
    ASSERT_THAT(ledger_->Drain(), IsOk());
  }

  static inline const int64_t kStart = *ParseInstant("2026-01-01T00:00:00Z");

  Random random_;
  const bool twin_;
  const bool meters_;
  ScratchDir dir_;
  int64_t now_us_ = kStart + 200 * kHour;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Ledger> other_;
  std::string rounding_;
  std::string bill_;
  int64_t next_id_ = 0;
  size_t closed_ = 0;
  std::vector<RunRow> imported_;
  std::map<std::string, int64_t> open_;
};

// What statements say of each month, by line: a correction is of the month it
// corrects.
using Owed = std::map<std::string, std::pair<GpuTime, MoneyAmount>>;

void Add(const Statement& statement, const std::string& month, Owed* owed) {
  for (StatementLine line : statement.lines) {
    std::string of = month;
    if (!line.corrects_period.empty()) {
      of = line.corrects_period;
      line.kind = line.corrects_kind;
      line.corrects_period.clear();
    }
    auto& sum =
        (*owed)[of + "|" + line.tenant + "|" + line.pool + "|" +
                line.commitment + "|" + std::string(ChargeKindName(line.kind)) +
                "|" + (line.unit_price ? FormatMoney(*line.unit_price) : "")];
    sum.first += line.gpu_time;
    sum.second += line.cost.value_or(MoneyAmount());
  }
}

std::string TextOf(const Owed& owed) {
  std::string text;
  for (const auto& [key, sum] : owed) {
    if (sum.first.zero() && sum.second.zero()) continue;
    text += key + " " + FormatGpuSeconds(sum.first) + " " +
            FormatMoney(sum.second) + "\n";
  }
  return text;
}

TEST(CloseRandomTest, WhatIsOwedInAllIsWhatOneRatingSays) {
  History history(1, /*twin=*/true, /*meters=*/false);
  std::map<std::string, std::string> closed;
  uint64_t corrections = 0;
  for (int step = 0; step < Steps(); ++step) {
    history.Step();
    if (testing::Test::HasFailure()) return;
    if (step % 5 != 0) continue;
    Owed ours;
    Owed theirs;
    for (const std::string month : kMonths) {
      const Statement statement = history.Of(history.ledger(), month);
      Add(statement, month, &ours);
      Add(history.Of(history.twin(), month), month, &theirs);
      MoneyAmount sum;
      for (const StatementLine& line : statement.lines) {
        sum += line.cost.value_or(MoneyAmount());
        corrections += line.kind == ChargeKind::kCorrection;
      }
      EXPECT_EQ(sum, statement.total);
      if (!statement.closed_us) continue;
      const auto [known, fresh] = closed.emplace(month, TextOf(statement));
      EXPECT_EQ(TextOf(statement), known->second) << "step " << step;
    }
    ASSERT_EQ(TextOf(ours), TextOf(theirs)) << "step " << step;
  }
  EXPECT_GT(closed.size(), 0u) << "no month was closed: nothing was tested";
  EXPECT_GT(corrections, 0u) << "nothing was late: nothing was tested";
  EXPECT_TRUE(history.ledger().VerifyInProcess()->ok);
}

TEST(CloseRandomTest, EveryAnswerCanBeGivenAgain) {
  History history(2, /*twin=*/false, /*meters=*/true);
  struct Given {
    size_t closed = 0;
    std::string text;
  };
  std::map<int64_t, Given> given;
  for (int step = 0; step < Steps(); ++step) {
    history.Step();
    if (testing::Test::HasFailure()) return;
    given[history.now_us()] = {history.closed(),
                               history.Answers({}, history.closed())};
  }
  for (const auto& [at_us, answer] : given) {
    ASSERT_EQ(history.Answers(at_us, answer.closed), answer.text)
        << FormatInstant(at_us);
  }
  EXPECT_GT(history.closed(), 0u) << "no month was closed";
}

}  // namespace
}  // namespace drawdown
