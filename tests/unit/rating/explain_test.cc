// Why a GPU-hour was priced so.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "contract/parse.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rating/rating.h"

namespace drawdown {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;

constexpr int64_t kStart = 1'767'225'600 * kMicrosPerSecond;  // 2026-01-01

Contract Parse(uint32_t version, const std::string& text) {
  auto contract = ParseContract("f", R"(id: "c" provider: "p" currency: "USD"
              term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
           )" + text);
  EXPECT_TRUE(contract.ok()) << contract.status();
  contract->version = version;
  return *std::move(contract);
}

constexpr const char* kCommitments = R"(
  commitment { id: "first" category: USAGE model: CONTINUOUS interval: HOURLY
    applies { dimension: "pool" operator: IN value: "p/x/g" }
    step { from: "2026-01-01T00:00:00Z" quantity: "1" } price: "2" }
  commitment { id: "next" category: USAGE model: CONTINUOUS interval: HOURLY
    priority: 5 layer: 2
    step { from: "2026-01-01T00:00:00Z" quantity: "3" } price: "3"
    shortfall { policy: TAKE_OR_PAY } overage { factor: "1.5" } }
)";

std::vector<std::string> ReasonsOf(const ContractTimeline& contracts,
                                   const UsageTable& usage) {
  const Interval period = {kStart, kStart + 2 * kMicrosPerHour};
  const RatingInput input = {contracts, &usage, period, period.end_us};
  const auto rated = RateUsage(input);
  EXPECT_TRUE(rated.ok()) << rated.status();
  Statement statement = MakeStatement(input, *rated).value();
  Explain(input, *rated, &statement);
  std::vector<std::string> texts;
  for (const StatementReason& reason : statement.reasons) {
    const StatementLine& line = statement.lines[reason.line];
    texts.push_back(absl::StrCat(
        line.tenant, " ", std::string(ChargeKindName(line.kind)), " ",
        FormatGpuHours(reason.gpu_time), " v", reason.contract_version, " ",
        reason.rule, reason.because.empty() ? "" : " | ", reason.because));
  }
  return texts;
}

TEST(ExplainTest, SaysVersionRuleOrderAndWhyNoneBeforeIt) {
  const Contract contract = Parse(1, kCommitments);
  UsageTable usage;
  usage.tenants = {"a"};
  usage.pools = {"p/x/g", "p/x/h"};
  usage.cells = {{kStart, 0, 0, GpuTime(2 * kMicrosPerHour)},
                 {kStart, 0, 1, GpuTime(4 * kMicrosPerHour)}};
  EXPECT_THAT(
      ReasonsOf(contract, usage),
      ElementsAre(
          " unused 1.000000000 v1 commitment first, layer 1, burn order 1: not "
          "drawn by the interval's end, waived",
          " unused 3.000000000 v1 commitment next, layer 2, burn order 2: not "
          "drawn by the interval's end, take-or-pay",
          "a covered 1.000000000 v1 commitment first, layer 1, burn order 1: "
          "covered",
          "a covered 1.000000000 v1 commitment next, layer 2, burn order 2: "
          "covered | first had no hours left for it",
          "a covered 2.000000000 v1 commitment next, layer 2, burn order 2: "
          "covered | first does not apply",
          "a overage 2.000000000 v1 commitment next, layer 2, burn order 2: "
          "overage at 1.5 of its price | first does not apply; next had no "
          "hours left for it"));
}

// `a` has a fifth of 10 and may not have what `b` leaves; `half` takes half of
// each GPU-hour at most.
TEST(ExplainTest, SaysWhatAllotmentsAndSharesKeepFromATenant) {
  const Contract contract = Parse(1, R"(
      rate { pool: "p" price: "4" }
      commitment { id: "k" category: USAGE model: CONTINUOUS interval: HOURLY
        step { from: "2026-01-01T00:00:00Z" quantity: "10" } price: "2" }
      allotment { commitment: "k" tenant: "a" share: "0.2" }
      allotment { commitment: "k" tenant: "b" share: "0.8" may_borrow: true }
      commitment { id: "half" category: USAGE model: CONTINUOUS interval: HOURLY
        applies { dimension: "pool" operator: IN value: "p/x/h" fraction: "0.5" }
        priority: -1 price: "1"
        step { from: "2026-01-01T00:00:00Z" quantity: "100" } })");
  UsageTable usage;
  usage.tenants = {"a/x", "b"};
  usage.pools = {"p/x/h"};
  usage.cells = {{kStart, 0, 0, GpuTime(8 * kMicrosPerHour)},
                 {kStart, 1, 0, GpuTime(40 * kMicrosPerHour)}};
  EXPECT_THAT(
      ReasonsOf(contract, usage),
      AllOf(Contains("a/x on_demand 2.000000000 v1 rate p from "
                     "2026-01-01T00:00:00Z | half takes at most 0.5 of it, as "
                     "far as it has hours; k had no hours left in the "
                     "allotment of a, which may not borrow"),
            Contains("b on_demand 12.000000000 v1 rate p from "
                     "2026-01-01T00:00:00Z | half takes at most 0.5 of it, as "
                     "far as it has hours; k had no hours left for it")));
}

TEST(ExplainTest, SaysWhatAnAllotmentKeepsOfAShare) {
  const Contract contract = Parse(1, R"(
      rate { pool: "p" price: "4" }
      commitment { id: "k" category: USAGE model: CONTINUOUS interval: HOURLY
        applies { dimension: "pool" operator: IN value: "p/x/h" fraction: "0.5" }
        step { from: "2026-01-01T00:00:00Z" quantity: "10" } price: "2" }
      allotment { commitment: "k" tenant: "a" share: "0.2" })");
  UsageTable usage;
  usage.tenants = {"a"};
  usage.pools = {"p/x/h"};
  usage.cells = {{kStart, 0, 0, GpuTime(8 * kMicrosPerHour)}};
  EXPECT_THAT(ReasonsOf(contract, usage),
              Contains("a on_demand 6.000000000 v1 rate p from "
                       "2026-01-01T00:00:00Z | k takes at most 0.5 of it, as "
                       "far as it has hours in the allotment of a, which may "
                       "not borrow"));
}

TEST(ExplainTest, SaysWhatWasNotThere) {
  const Contract contract = Parse(1, R"(
      rate { pool: "p" price: "4" } rounding { level: STATEMENT scale: 0 }
      commitment { id: "slips" category: USAGE model: CONTINUOUS
        interval: HOURLY price: "2"
        step { from: "2026-01-01T00:00:00Z" quantity: "10" }
        delivered { from: "2026-01-01T00:00:00Z" quantity: "0" } }
      commitment { id: "money" category: SPEND model: CONTINUOUS
        interval: HOURLY layer: 2 shortfall { policy: TAKE_OR_PAY }
        step { from: "2026-01-01T00:00:00Z" cost: "1" } })");
  UsageTable usage;
  usage.tenants = {"a"};
  usage.pools = {"p/x/h"};
  usage.cells = {{kStart, 0, 0, GpuTime(kMicrosPerHour / 3)}};
  EXPECT_THAT(
      ReasonsOf(contract, usage),
      AllOf(Contains("a on_demand 0.333333333 v1 rate p from "
                     "2026-01-01T00:00:00Z | slips was not delivered"),
            Contains(" shortfall 0.000000000 v1 commitment money, layer 2: 1 "
                     "USD to spend, 0 USD counted by the interval's end, "
                     "take-or-pay"),
            Contains(" rounding 0.000000000 v1 what is owed, rounded at "
                     "STATEMENT level, less the lines")));
}

TEST(ExplainTest, EachVersionsPartIsAReasonOfItsOwn) {
  const Contract first = Parse(1, R"(rate { pool: "p" price: "4" }
                  credit { id: "sla" amount: "1" from: "2026-01-01T00:00:00Z"
                           until: "2026-02-01T00:00:00Z" })");
  const Contract second = Parse(2, R"(effective: "2026-01-01T01:00:00Z"
                  rate { pool: "p/*/h" tier { up_to: "1" price: "4" }
                                       tier { price: "4" } })");
  UsageTable usage;
  usage.tenants = {"a"};
  usage.pools = {"p/x/h"};
  usage.cells = {{kStart, 0, 0, GpuTime(2 * kMicrosPerHour)},
                 {kStart + kMicrosPerHour, 0, 0, GpuTime(3 * kMicrosPerHour)}};
  const Contract* versions[] = {&first, &second};
  EXPECT_THAT(
      ReasonsOf(ContractTimeline::Of(versions), usage),
      ElementsAre("a on_demand 2.000000000 v1 rate p from 2026-01-01T00:00:00Z",
                  "a on_demand 1.000000000 v2 rate p/*/h from "
                  "2026-01-01T00:00:00Z, tier up to 1.000000000 GPU-hours",
                  "a on_demand 2.000000000 v2 rate p/*/h from "
                  "2026-01-01T00:00:00Z, tier beyond 1.000000000 GPU-hours",
                  "a credit 0.000000000 v1 credit sla of 1, until "
                  "2026-02-01T00:00:00Z: pays on_demand"));
}

}  // namespace
}  // namespace drawdown
