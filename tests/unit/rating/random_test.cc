// Random contracts and usage, rated and rated again by an independent model.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rating/rating.h"
#include "tests/support/status.h"
#include "tests/unit/rating/naive_model.h"
#include "tests/unit/rating/random_contract.h"

namespace drawdown {
namespace {

constexpr int kContracts = 2'000;
// The statement in the model's terms.
NaiveStatement AsNaive(const Statement& statement) {
  NaiveStatement lines;
  for (const StatementLine& line : statement.lines) {
    if (line.kind == ChargeKind::kRounding) continue;
    NaiveLine& naive =
        lines[{line.tenant, line.pool, line.commitment,
               std::string(ChargeKindName(line.kind)),
               line.unit_price ? FormatMoney(*line.unit_price) : "-"}];
    naive.gpu_us += line.gpu_time.count();
    if (!line.has_gpu_time) naive.money += line.cost->count();
  }
  return lines;
}

std::string Describe(const NaiveStatement& lines) {
  std::string text;
  for (const auto& [key, line] : lines) {
    absl::StrAppend(&text, std::get<0>(key), ",", std::get<1>(key), ",",
                    std::get<2>(key), ",", std::get<3>(key), ",",
                    std::get<4>(key), " ",
                    FormatGpuSeconds(GpuTime(line.gpu_us)), " ",
                    FormatMoney(MoneyAmount(line.money)), "\n");
  }
  return text;
}

// Bucket by bucket, in the order that Charge promises.
void ExpectOrdered(const RatedUsage& rated) {
  const auto key = [&rated](const Charge& charge) {
    const ChargeRule& rule = rated.rules[charge.rule];
    return std::make_tuple(rated.spans[charge.span].end_us, charge.tenant,
                           charge.pool, rule.commitment, rule.kind);
  };
  EXPECT_TRUE(std::is_sorted(
      rated.charges.begin(), rated.charges.end(),
      [&](const Charge& a, const Charge& b) { return key(a) < key(b); }));
}

TEST(RatingRandomTest, AgreesWithTheNaiveModel) {
  size_t lines = 0;
  for (int i = 0; i < kContracts; ++i) {
    RandomContract maker(static_cast<uint64_t>(i));
    const Contract contract = maker.MakeContract();
    const int64_t bucket = i % 3 == 0 ? kMicrosPerHour / 2 : kMicrosPerHour;
    const UsageTable usage = maker.MakeUsage(bucket);
    const Interval period = maker.MakePeriod(bucket);
    const CapacityTable capacity = maker.MakeCapacity();
    const RatingInput input = {&contract, &usage, period, maker.MakeAt(),
                               capacity};
    const auto rated = RateUsage(input);
    ASSERT_THAT(rated, IsOk()) << "contract " << i;
    ExpectOrdered(*rated);
    const auto statement = MakeStatement(input, *rated);
    ASSERT_THAT(statement, IsOk()) << "contract " << i;
    const NaiveStatement expected =
        RateNaively(contract, usage, capacity, period, input.at_us);
    ASSERT_EQ(Describe(AsNaive(*statement)), Describe(expected))
        << "DRAWDOWN_SEED=" << TestSeed() << " contract " << i;
    lines += expected.size();
  }
  // The comparison is of something.
  EXPECT_GT(lines, size_t{kContracts});
}

using JoinedKey = std::tuple<int64_t, int64_t, uint32_t /* pool */, ChargeRule>;

// What was charged, whoever's it is.
std::map<JoinedKey, Int128> SumsOf(const RatedUsage& rated) {
  std::map<JoinedKey, Int128> sums;
  for (const Charge& charge : rated.charges) {
    const Interval& span = rated.spans[charge.span];
    sums[{span.start_us, span.end_us, charge.pool, rated.rules[charge.rule]}] +=
        charge.amount;
  }
  return sums;
}

TEST(RatingRandomTest, ChargesOfJoinedTenantsAreTheSumsOfEachOnes) {
  size_t apart = 0;
  size_t joined = 0;
  for (int i = 0; i < kContracts / 4; ++i) {
    RandomContract maker(static_cast<uint64_t>(i));
    const Contract contract = maker.MakeContract();
    const UsageTable usage = maker.MakeUsage(kMicrosPerHour);
    const Interval period = maker.MakePeriod(kMicrosPerHour);
    RatingInput input = {&contract, &usage, period, maker.MakeAt(),
                         maker.MakeCapacity()};
    const auto each = RateUsage(input);
    input.join_tenants = true;
    const auto all = RateUsage(input);
    ASSERT_THAT(each, IsOk());
    ASSERT_THAT(all, IsOk());
    const auto sums = SumsOf(*each);
    ASSERT_TRUE(SumsOf(*all) == sums)
        << "DRAWDOWN_SEED=" << TestSeed() << " contract " << i;
    apart += each->charges.size();
    joined += all->charges.size();
  }
  EXPECT_LT(joined, apart * 9 / 10);
}

// What a credit is of must be told from the rest.
TEST(RatingRandomTest, ChargesStayApartWhereACreditNeedsThem) {
  RandomContract maker(0);
  Contract contract = maker.MakeContract();
  const UsageTable usage = maker.MakeUsage(kMicrosPerHour);
  const Interval term = {kTermStart, kTermStart + kTermDays * kDay};
  contract.credits.push_back({.id = "c",
                              .amount = *ParseMoney("1"),
                              .from_us = term.start_us,
                              .until_us = term.end_us});
  RatingInput input = {&contract, &usage, term, term.end_us,
                       maker.MakeCapacity()};
  const auto each = RateUsage(input);
  input.join_tenants = true;
  const auto all = RateUsage(input);
  ASSERT_THAT(each, IsOk());
  ASSERT_THAT(all, IsOk());
  EXPECT_EQ(each->charges.size(), all->charges.size());
}

// How far a status finds the commitment at an instant.
Int128 DrawnAt(const Contract& contract, const UsageTable& usage, int64_t at_us,
               const CapacityTable& capacity, const std::string& commitment) {
  const auto statuses = MakeStatus(contract, usage, at_us, capacity);
  EXPECT_THAT(statuses, IsOk());
  for (const CommitmentStatus& status : *statuses) {
    if (status.commitment == commitment) return status.drawn;
  }
  ADD_FAILURE() << "no status of " << commitment;
  return -1;
}

TEST(RatingRandomTest, MarksOfSpendAreWhatAStatusSays) {
  const Interval term = {kTermStart, kTermStart + kTermDays * kDay};
  size_t compared = 0;
  size_t at_start = 0;
  for (int i = 0; i < kContracts / 10; ++i) {
    RandomContract maker(static_cast<uint64_t>(i));
    const Contract contract = maker.MakeContract();
    const UsageTable usage = maker.MakeUsage(kMicrosPerHour);
    RatingInput input = {&contract, &usage, term, term.end_us,
                         maker.MakeCapacity()};
    const auto plain = RateUsage(input);
    ASSERT_THAT(plain, IsOk());
    for (int64_t at = term.start_us; at < term.end_us; at += kDay / 3) {
      input.marks.push_back(at);
    }
    const auto rated = RateUsage(input);
    ASSERT_THAT(rated, IsOk());
    ASSERT_EQ(rated->charges.size(), plain->charges.size());
    for (size_t c = 0; c < plain->charges.size(); ++c) {
      const Charge& charge = rated->charges[c];
      ASSERT_TRUE(charge.amount == plain->charges[c].amount);
      ASSERT_EQ(rated->rules[charge.rule],
                plain->rules[plain->charges[c].rule]);
    }
    for (const SpendMark& mark : rated->spend_marks) {
      if (mark.at_us == mark.interval_end_us) continue;
      const std::string& id = rated->commitments[mark.commitment];
      ASSERT_TRUE(mark.counted.count() ==
                  DrawnAt(contract, usage, mark.at_us, input.capacity, id))
          << "DRAWDOWN_SEED=" << TestSeed() << " contract " << i;
      ++compared;
    }
    // A period that begins later notes the same from its start on, but for the
    // intervals that end with its start.
    input.period.start_us += kTermDays / 2 * kDay;
    const auto later = RateUsage(input);
    ASSERT_THAT(later, IsOk());
    std::vector<SpendMark> from_start;
    for (const SpendMark& mark : rated->spend_marks) {
      if (mark.at_us < input.period.start_us) continue;
      if (mark.interval_end_us == input.period.start_us) continue;
      from_start.push_back(mark);
      at_start += mark.at_us == input.period.start_us;
    }
    ASSERT_EQ(later->spend_marks.size(), from_start.size()) << "contract " << i;
    for (size_t m = 0; m < from_start.size(); ++m) {
      ASSERT_EQ(later->spend_marks[m].at_us, from_start[m].at_us);
      ASSERT_TRUE(later->spend_marks[m].counted == from_start[m].counted);
    }
  }
  EXPECT_GT(compared, size_t{kContracts / 10});
  EXPECT_GT(at_start, 0u);
}

}  // namespace
}  // namespace drawdown
