#include "reconcile/bill_names.h"

#include <cstdint>
#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace drawdown {
namespace {

using Result = PoolMatch::Result;

Contract TwoRegions() {
  Contract contract;
  contract.provider = "aws";
  contract.provider_aliases = {"Amazon Web Services"};
  contract.pools = {{"aws/east/h100", "p5", "us-east-1", 8},
                    {"aws/west/h100", "p5", "us-west-2", 8},
                    {"aws/any/a100", "p4d", "", 8},
                    {"aws/any/b200", "price-9", "", 8}};
  Commitment commitment;
  commitment.id = "h100-block";
  commitment.applies = {{Dimension::kPool,
                         Operator::kStartsWith,
                         {"aws/east", "aws/west"},
                         std::nullopt}};
  contract.commitments = {commitment};
  return contract;
}

TEST(BillNamesTest, FindsPoolsBySkuThenSkuPriceAndRegion) {
  const Contract contract = TwoRegions();
  const BillNames names(contract);
  struct Case {
    std::string sku;
    std::string sku_price;
    std::string region;
    Result result;
    std::string pool;
  };
  const Case cases[] = {
      {"p5", "", "us-west-2", Result::kFound, "aws/west/h100"},
      {"p5", "price-9", "us-east-1", Result::kFound, "aws/east/h100"},
      {"p5", "", "", Result::kAmbiguous, "aws/east/h100"},
      {"p5", "", "eu-west-1", Result::kOtherRegion, "aws/east/h100"},
      {"p5", "price-9", "eu-west-1", Result::kFound, "aws/any/b200"},
      {"p4d", "", "eu-west-1", Result::kFound, "aws/any/a100"},
      {"p4d", "", "", Result::kFound, "aws/any/a100"},
      {"X", "price-9", "", Result::kFound, "aws/any/b200"},
      {"P5", "", "us-west-2", Result::kFound, "aws/west/h100"},
      {" p5 ", "", "us-west-2", Result::kFound, "aws/west/h100"},
      {"x", "PRICE-9", "", Result::kFound, "aws/any/b200"},
      {"q5", "", "us-west-2", Result::kUnknownSku, ""},
      {"", "", "us-west-2", Result::kUnknownSku, ""},
  };
  for (const Case& c : cases) {
    BillRow row;
    row.sku = c.sku;
    row.sku_price = c.sku_price;
    row.region = c.region;
    const PoolMatch match = names.FindPool(row, row.resource);
    EXPECT_EQ(match.result, c.result) << c.sku << " " << c.region;
    const std::string pool = match.naming == nullptr ? "" : match.naming->name;
    EXPECT_EQ(pool, c.pool) << c.sku << " " << c.region;
  }
}

// Pools of one SKU and region, which other columns tell apart.
TEST(BillNamesTest, TellsPoolsOfOneSkuApart) {
  Contract contract;
  contract.provider = "aws";
  PoolNaming pool = {"aws/any", "p5", "us-east-1", 8};
  contract.pools.push_back(pool);
  pool.name = "aws/prod";
  pool.sub_accounts = {"111", "112"};
  contract.pools.push_back(pool);
  pool.name = "aws/spot";
  pool.sku_prices = {"p5.spot"};
  contract.pools.push_back(pool);
  pool.name = "aws/block";
  pool.sub_accounts = {};
  pool.sku_prices = {};
  pool.resources = {"cb-7"};
  contract.pools.push_back(pool);
  const BillNames names(contract);
  constexpr int kBase = kRegionPart;
  struct Case {
    std::string sub_account;
    std::string sku_price;
    std::string resource;
    std::string pool;
    int agreed;
  };
  const Case cases[] = {
      {"", "", "", "ambiguous", 0},
      {"113", "", "", "ambiguous", 0},  // the block's rows may be of any
      {"113", "", "i-1", "aws/any", kBase},
      {"111", "p5.od", "i-1", "aws/prod", kBase | kSubAccountPart},
      {"112", "p5.od", "", "aws/prod", kBase | kSubAccountPart},
      {"111", "p5.spot", "i-1", "aws/spot",
       kBase | kSubAccountPart | kSkuPricePart},
      {"", "p5.spot", "i-1", "aws/spot", kBase | kSkuPricePart},
      {"113", "p5.spot", "i-1", "aws/any", kBase},
      {"111", "p5.spot", "cb-7", "aws/block", kBase | kResourcePart},
      {"", "", "arn:aws:ec2:us-east-1:111:block/cb-7", "aws/block",
       kBase | kResourcePart},
      // Our own export: a tenant as sub-account, the pool as resource.
      {"acme/chat", "p5/on_demand/4.10", "aws/spot", "aws/spot",
       kBase | kResourcePart},
      {"acme/chat", "p5/on_demand/4.10", "aws/any", "aws/any",
       kBase | kResourcePart},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.sub_account + " " + c.sku_price + " " + c.resource);
    BillRow row;
    row.sku = "p5";
    row.region = "us-east-1";
    row.sub_account = c.sub_account;
    row.sku_price = c.sku_price;
    const PoolMatch match = names.FindPool(row, c.resource);
    if (c.pool == "ambiguous") {
      EXPECT_EQ(match.result, Result::kAmbiguous);
      continue;
    }
    ASSERT_EQ(match.result, Result::kFound);
    EXPECT_EQ(match.naming->name, c.pool);
    EXPECT_EQ(match.agreed, c.agreed);
    // Never another region.
    row.region = "eu-west-1";
    EXPECT_EQ(names.FindPool(row, c.resource).result, Result::kOtherRegion);
  }
}

// Pools that name their resource and account; the row agrees in fewer parts.
TEST(BillNamesTest, DropsResourceThenSkuPriceThenSubAccount) {
  Contract contract;
  contract.provider = "aws";
  PoolNaming pool = {"aws/one", "p5", "us-east-1", 8};
  pool.sub_accounts = {"111"};
  pool.sku_prices = {"p5.od"};
  pool.resources = {"i-1"};
  contract.pools.push_back(pool);
  pool.name = "aws/two-a";
  pool.sku = "p6";
  contract.pools.push_back(pool);
  pool.name = "aws/two-b";
  pool.sub_accounts = {"222"};
  pool.resources = {"i-2"};
  contract.pools.push_back(pool);
  const BillNames names(contract);
  struct Case {
    std::string sku;
    std::string sub_account;
    std::string sku_price;
    std::string resource;
    Result result;
    std::string pool;
    int agreed;
    int dropped;
  };
  constexpr int kPrice = kSkuPricePart;
  const Case cases[] = {
      {"p5", "111", "p5.od", "I-1", Result::kFound, "aws/one",
       kRegionPart | kSubAccountPart | kPrice | kResourcePart, 0},
      {"p5", "111", "p5.od", "i-9", Result::kFound, "aws/one",
       kRegionPart | kSubAccountPart | kPrice, kResourcePart},
      {"p5", "111", "p5.spot", "i-1", Result::kFound, "aws/one",
       kRegionPart | kSubAccountPart | kResourcePart, kPrice},
      {"p5", "333", "p5.spot", "i-9", Result::kFound, "aws/one", kRegionPart,
       kSubAccountPart | kPrice | kResourcePart},
      // What is left names one of two.
      {"p6", "222", "p5.od", "i-9", Result::kFound, "aws/two-b",
       kRegionPart | kSubAccountPart | kPrice, kResourcePart},
      {"p6", "111", "p5.spot", "i-9", Result::kFound, "aws/two-a",
       kRegionPart | kSubAccountPart, kPrice | kResourcePart},
      // And here both.
      {"p6", "", "p5.od", "i-9", Result::kOtherParts, "aws/two-a", 0,
       kResourcePart},
      {"p6", "333", "p5.od", "i-9", Result::kOtherParts, "aws/two-a", 0,
       kSubAccountPart | kResourcePart},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.sku + " " + c.sub_account + " " + c.sku_price + " " +
                 c.resource);
    BillRow row;
    row.sku = c.sku;
    row.region = "US-East-1";
    row.sub_account = c.sub_account;
    row.sku_price = c.sku_price;
    const PoolMatch match = names.FindPool(row, c.resource);
    EXPECT_EQ(match.result, c.result);
    ASSERT_NE(match.naming, nullptr);
    EXPECT_EQ(match.naming->name, c.pool);
    EXPECT_EQ(match.agreed, c.agreed);
    EXPECT_EQ(match.dropped, c.dropped);
    row.region = "eu-west-1";
    EXPECT_EQ(names.FindPool(row, c.resource).result, Result::kOtherRegion);
  }
}

TEST(BillNamesTest, FindsAPoolByTheInstanceTypeLast) {
  const Contract contract = TwoRegions();
  const BillNames names(contract);
  BillRow row;
  row.sku = "ABC123";
  row.sku_price = "ABC123.JRTC";
  row.instance_type = "p4d";
  PoolMatch match = names.FindPool(row, "");
  ASSERT_EQ(match.result, Result::kFound);
  EXPECT_EQ(match.naming->name, "aws/any/a100");
  EXPECT_TRUE(match.by_instance_type);
  row.sku_price = "price-9";
  match = names.FindPool(row, "");
  ASSERT_EQ(match.result, Result::kFound);
  EXPECT_EQ(match.naming->name, "aws/any/b200");
  EXPECT_FALSE(match.by_instance_type);
  // A type that no pool has is none: the row may still be of GPUs.
  for (const char* const type : {"", "x9"}) {
    row.sku = row.sku_price = "unheard-of";
    row.instance_type = type;
    match = names.FindPool(row, "");
    EXPECT_EQ(match.naming, nullptr) << type;
    EXPECT_FALSE(match.by_instance_type) << type;
  }
}

TEST(BillNamesTest, KnowsTheProviderByAnyCase) {
  const Contract contract = TwoRegions();
  const BillNames names(contract);
  EXPECT_TRUE(names.IsProvider("AWS"));
  EXPECT_TRUE(names.IsProvider("amazon web services"));
  EXPECT_FALSE(names.IsProvider("Oracle"));
  EXPECT_FALSE(names.IsProvider(""));
}

TEST(BillNamesTest, FindsCommitmentsByIdOrLastPart) {
  const Contract contract = TwoRegions();
  const BillNames names(contract);
  for (const char* id :
       {"h100-block", "arn:aws:x:1:commitment/h100-block", "urn:h100-block",
        "H100-BLOCK", "ARN:X/H100-Block", "h100-block "}) {
    EXPECT_EQ(names.FindCommitment(id), &contract.commitments[0]) << id;
  }
  for (const char* id : {"", "h100", "h100-block/2", "h100-clock"}) {
    EXPECT_EQ(names.FindCommitment(id), nullptr) << id;
  }
}

std::optional<int64_t> GpusOfBlock(const Contract& contract,
                                   std::optional<int64_t> count = {}) {
  BillRow row;
  if (count.has_value()) row.gpu_count_micro = *count * kMicroGpusPerGpu;
  const std::optional<int64_t> micro =
      BillNames(contract).MicroGpusOf(contract.commitments[0], row);
  if (!micro.has_value()) return micro;
  return *micro / kMicroGpusPerGpu;
}

TEST(BillNamesTest, GpusOfACommitmentAreThoseOfAllItsPools) {
  Contract contract = TwoRegions();
  EXPECT_EQ(GpusOfBlock(contract), 8);
  contract.pools[1].gpus_per_unit = 4;
  EXPECT_EQ(GpusOfBlock(contract), std::nullopt);
}

// What the contract does not give is as the row says, else 1.
TEST(BillNamesTest, PoolsWithoutGpusOfAUnitAgreeAsTheRowSays) {
  Contract contract = TwoRegions();
  contract.pools[1].gpus_per_unit = 0;
  EXPECT_EQ(GpusOfBlock(contract), std::nullopt);
  EXPECT_EQ(GpusOfBlock(contract, 8), 8);
  EXPECT_EQ(GpusOfBlock(contract, 4), std::nullopt);
  contract.pools[0].gpus_per_unit = 1;
  EXPECT_EQ(GpusOfBlock(contract), 1);
  EXPECT_EQ(GpusOfBlock(contract, 8), std::nullopt);
  contract.pools[0].gpus_per_unit = 0;
  EXPECT_EQ(GpusOfBlock(contract), 1);
  EXPECT_EQ(GpusOfBlock(contract, 8), 8);
}

}  // namespace
}  // namespace drawdown
