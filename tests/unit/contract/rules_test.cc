#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "contract/contract.h"

namespace drawdown {
namespace {

ApplicabilityRule Rule(Dimension dimension, Operator op,
                       std::vector<std::string> values = {},
                       std::optional<int64_t> fraction_micro = {}) {
  return {dimension, op, std::move(values), fraction_micro};
}

constexpr Subject kSubject{.pool = "aws/us-east-1/gb200",
                           .region = "us-east-1",
                           .sku = "p6e",
                           .provider = "aws",
                           .tenant = "acme/chat",
                           .kind = ""};

TEST(AppliesTest, OperatorsCompareText) {
  struct {
    Operator op;
    std::vector<std::string> values;
    bool expected;
  } const cases[] = {
      {Operator::kIn, {"x", "aws/us-east-1/gb200"}, true},
      {Operator::kIn, {"aws/us-east-1"}, false},
      {Operator::kNotIn, {"aws/us-east-1"}, true},
      {Operator::kNotIn, {"x", "aws/us-east-1/gb200"}, false},
      {Operator::kStartsWith, {"x", "aws/us-"}, true},
      {Operator::kStartsWith, {"us-"}, false},
      {Operator::kNotStartsWith, {"us-"}, true},
      {Operator::kNotStartsWith, {"x", "aws/us-"}, false},
      {Operator::kContains, {"x", "east"}, true},
      {Operator::kContains, {"west"}, false},
      {Operator::kNotContains, {"west"}, true},
      {Operator::kNotContains, {"x", "east"}, false},
      {Operator::kEndsWith, {"x", "b200"}, true},
      {Operator::kEndsWith, {"b20"}, false},
      {Operator::kExists, {}, true},
      {Operator::kDoesNotExist, {}, false},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(Applies({Rule(Dimension::kPool, test.op, test.values)}, kSubject),
              test.expected)
        << static_cast<int>(test.op) << " " << test.values.size();
  }
}

TEST(AppliesTest, DimensionsReadTheirOwnText) {
  const std::pair<Dimension, const char*> cases[] = {
      {Dimension::kPool, "aws/us-east-1/gb200"},
      {Dimension::kRegion, "us-east-1"},
      {Dimension::kSku, "p6e"},
      {Dimension::kProvider, "aws"},
      {Dimension::kTenant, "acme/chat"},
  };
  for (const auto& [dimension, value] : cases) {
    EXPECT_TRUE(Applies({Rule(dimension, Operator::kIn, {value})}, kSubject))
        << value;
  }
  EXPECT_FALSE(Applies({Rule(Dimension::kKind, Operator::kExists)}, kSubject));
  EXPECT_TRUE(
      Applies({Rule(Dimension::kKind, Operator::kDoesNotExist)}, kSubject));
}

TEST(AppliesTest, AllFiltersMustHold) {
  const ApplicabilityRule east =
      Rule(Dimension::kRegion, Operator::kIn, {"us-east-1"});
  const ApplicabilityRule other =
      Rule(Dimension::kTenant, Operator::kIn, {"acme/research"});
  EXPECT_TRUE(Applies({}, kSubject));
  EXPECT_TRUE(Applies({east}, kSubject));
  EXPECT_FALSE(Applies({east, other}, kSubject));
}

TEST(AppliesTest, WeightsAreNotFilters) {
  const std::vector<ApplicabilityRule> rules = {
      Rule(Dimension::kRegion, Operator::kIn, {"us-west-2"}, 500'000),
      Rule(Dimension::kTenant, Operator::kStartsWith, {"acme"}, 250'000),
      Rule(Dimension::kProvider, Operator::kIn, {"aws"}, 100'000),
  };
  EXPECT_TRUE(Applies(rules, kSubject));
  // The first that matches, though later ones do too.
  EXPECT_EQ(ApplicableShareMicro(rules, kSubject), 250'000);
  EXPECT_EQ(ApplicableShareMicro({rules[0]}, kSubject), 1'000'000);
  EXPECT_EQ(ApplicableShareMicro(
                {Rule(Dimension::kProvider, Operator::kIn, {"aws"})}, kSubject),
            1'000'000);
}

Contract AwsContract() {
  Contract contract;
  contract.id = "c";
  contract.provider = "aws";
  contract.term = {0, 1'000 * kMicrosPerHour};
  return contract;
}

TEST(SubjectOfPoolTest, NamingWinsOverThePath) {
  Contract contract = AwsContract();
  contract.pools = {{"aws/us-east-1/gb200", "p6e", "use1", 4},
                    {"aws/us-west-2/h100", "", "", 8}};
  const Subject named = SubjectOfPool(contract, "aws/us-east-1/gb200");
  EXPECT_EQ(named.region, "use1");
  EXPECT_EQ(named.sku, "p6e");
  EXPECT_EQ(named.provider, "aws");
  const Subject plain = SubjectOfPool(contract, "aws/us-west-2/h100");
  EXPECT_EQ(plain.region, "us-west-2");
  EXPECT_EQ(plain.sku, "h100");
  const Subject flat = SubjectOfPool(contract, "aws/h100");
  EXPECT_EQ(flat.pool, "aws/h100");
  EXPECT_EQ(flat.region, "");
  EXPECT_EQ(flat.sku, "");
}

TEST(FindPoolNamingTest, ByExactName) {
  Contract contract = AwsContract();
  contract.pools = {{"aws/a/x", "s", "r", 4}};
  EXPECT_EQ(FindPoolNaming(contract, "aws/a/x"), &contract.pools[0]);
  EXPECT_EQ(FindPoolNaming(contract, "aws/a"), nullptr);
}

Commitment UsageCommitment(std::string id) {
  Commitment commitment;
  commitment.id = std::move(id);
  commitment.steps = {{0, GpuTime(1)}};
  return commitment;
}

TEST(PricesPoolTest, ByRateOfItsProvider) {
  Contract contract = AwsContract();
  EXPECT_FALSE(PricesPool(contract, "aws/a/h100"));
  contract.rates = {{.pool = "*/a"}};
  EXPECT_TRUE(PricesPool(contract, "aws/a/h100"));
  EXPECT_FALSE(PricesPool(contract, "aws/b/h100"));
  EXPECT_FALSE(PricesPool(contract, "gcp/a/h100"));
  EXPECT_FALSE(PricesPool(contract, "aws2/a/h100"));
}

TEST(PricesPoolTest, ByUsageCommitment) {
  Contract contract = AwsContract();
  contract.commitments = {UsageCommitment("u")};
  Commitment& commitment = contract.commitments[0];
  EXPECT_TRUE(PricesPool(contract, "aws/a/h100"));
  commitment.applies = {Rule(Dimension::kPool, Operator::kIn, {"aws/a/h100"}),
                        Rule(Dimension::kTenant, Operator::kIn, {"acme"})};
  EXPECT_TRUE(PricesPool(contract, "aws/a/h100"));
  EXPECT_FALSE(PricesPool(contract, "aws/a/h200"));
  commitment.lifecycle = CommitmentLifecycle::kProposed;
  EXPECT_FALSE(PricesPool(contract, "aws/a/h100"));
  commitment.lifecycle = CommitmentLifecycle::kActive;
  commitment.category = CommitmentCategory::kSpend;
  EXPECT_FALSE(PricesPool(contract, "aws/a/h100"));
}

TEST(FindRateTest, LiteralThenLatestThenLast) {
  Contract contract = AwsContract();
  contract.rates = {{.pool = "aws/*/h100", .from_us = 0},
                    {.pool = "aws/a/h100", .from_us = 0},
                    {.pool = "aws/a/h100", .from_us = 50},
                    {.pool = "aws/a/h100", .from_us = 50},
                    {.pool = "aws/*/h100", .from_us = 90}};
  const auto index = [&](const char* pool, int64_t at_us) {
    const Rate* rate = FindRate(contract, pool, at_us);
    return rate == nullptr ? -1 : rate - contract.rates.data();
  };
  EXPECT_EQ(index("aws/a/h100", -1), -1);
  EXPECT_EQ(index("aws/a/h100", 0), 1);
  EXPECT_EQ(index("aws/a/h100", 49), 1);
  EXPECT_EQ(index("aws/a/h100", 50), 3);
  EXPECT_EQ(index("aws/a/h100", 100), 3);
  EXPECT_EQ(index("aws/b/h100", 89), 0);
  EXPECT_EQ(index("aws/b/h100", 90), 4);
  EXPECT_EQ(index("aws/b/h200", 90), -1);
}

TEST(InForceTest, FromTheFirstStepUntilCancelled) {
  Commitment commitment = UsageCommitment("u");
  commitment.steps[0].from_us = 10;
  EXPECT_FALSE(InForce(commitment, 9));
  EXPECT_TRUE(InForce(commitment, 10));
  commitment.lifecycle = CommitmentLifecycle::kCancelled;
  commitment.cancelled_at_us = 20;
  EXPECT_TRUE(InForce(commitment, 19));
  EXPECT_FALSE(InForce(commitment, 20));
  commitment.lifecycle = CommitmentLifecycle::kProposed;
  EXPECT_FALSE(InForce(commitment, 10));
}

std::vector<std::string> Order(const Contract& contract, int64_t at_us) {
  std::vector<std::string> ids;
  for (const size_t i : BurnOrder(contract, 1, at_us)) {
    ids.push_back(contract.commitments[i].id);
  }
  return ids;
}

TEST(BurnOrderTest, PriorityThenEndThenPriceThenId) {
  Contract contract = AwsContract();
  for (const char* id : {"e", "d", "c", "b", "a"}) {
    contract.commitments.push_back(UsageCommitment(id));
    contract.commitments.back().priority = 5;
    contract.commitments.back().interval = FulfilmentInterval::kDaily;
    contract.commitments.back().price = MoneyAmount(2);
  }
  contract.commitments[0].priority = 1;  // e first, though it ends last
  contract.commitments[0].interval = FulfilmentInterval::kMonthly;
  contract.commitments[1].interval = FulfilmentInterval::kHourly;  // then d
  contract.commitments[2].price = MoneyAmount(1);                  // then c
  const std::vector<std::string> expected = {"e", "d", "c", "a", "b"};
  EXPECT_EQ(Order(contract, 0), expected);
}

TEST(BurnOrderTest, IntervalsEndWithTheTerm) {
  Contract contract = AwsContract();
  contract.term.end_us = 5 * kMicrosPerHour;
  contract.commitments = {UsageCommitment("b"), UsageCommitment("a")};
  contract.commitments[0].interval = FulfilmentInterval::kDaily;
  contract.commitments[1].interval = FulfilmentInterval::kMonthly;
  const std::vector<std::string> by_id = {"a", "b"};
  EXPECT_EQ(Order(contract, 0), by_id);
}

TEST(BurnOrderTest, OnlyUsageOfTheLayerInForceInTheTerm) {
  Contract contract = AwsContract();
  contract.commitments = {UsageCommitment("in"), UsageCommitment("layer2"),
                          UsageCommitment("later"), UsageCommitment("spend")};
  contract.commitments[1].layer = 2;
  contract.commitments[2].steps[0].from_us = kMicrosPerHour;
  contract.commitments[3].category = CommitmentCategory::kSpend;
  contract.commitments[3].spend_steps = {{0, MoneyAmount(1)}};
  EXPECT_EQ(Order(contract, 0), std::vector<std::string>{"in"});
  EXPECT_EQ(Order(contract, kMicrosPerHour).size(), 2u);
  EXPECT_TRUE(Order(contract, -1).empty());
  EXPECT_TRUE(Order(contract, contract.term.end_us).empty());
}

}  // namespace
}  // namespace drawdown
