// Which versions change what has begun.
#include "rating/amendment.h"

#include <string>

#include "contract/parse.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

constexpr char kTerms[] = R"(
id: "c" provider: "p" currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2028-01-01T00:00:00Z" }
rate { pool: "p" price: "4" }
commitment { id: "year" category: USAGE model: DISCONTINUOUS interval: ANNUAL
  step { from: "2026-01-01T00:00:00Z" quantity: "365" } price: "2"
  step { from: "2027-01-01T00:00:00Z" quantity: "730" } }
commitment { id: "slips" category: USAGE model: DISCONTINUOUS price: "1"
  interval: ANNUAL step { from: "2026-01-01T00:00:00Z" quantity: "73" }
  delivered { from: "2026-01-01T00:00:00Z" quantity: "0" } }
commitment { id: "month" category: SPEND model: DISCONTINUOUS layer: 2
  step { from: "2026-01-01T00:00:00Z" cost: "31" } interval: MONTHLY
  rollover { intervals: 1 } }
commitment { id: "hour" category: USAGE model: CONTINUOUS interval: HOURLY
  step { from: "2026-01-01T00:00:00Z" quantity: "1" } price: "3" }
)";

// Of a version that holds from March on, with one text in place of another.
class AmendmentTest : public testing::Test {
 protected:
  Contract Parse(const std::string& text) {
    auto contract = ParseContract("f", text);
    EXPECT_TRUE(contract.ok()) << contract.status();
    return *std::move(contract);
  }
  bool Changes(const std::string& from, const std::string& to) {
    std::string text = kTerms;
    const size_t at = text.find(from);
    EXPECT_NE(at, text.npos) << from;
    text.replace(at, from.size(), to);
    const Contract first = Parse(kTerms);
    Contract second = Parse("effective: \"2026-03-01T00:00:00Z\"" + text);
    second.version = 2;
    const Contract* versions[] = {&first, &second};
    return ChangesBegun(first, ContractTimeline::Of(versions), kMarch);
  }
  // A whole commitment, to be replaced.
  static std::string Of(const std::string& id) {
    const std::string text = kTerms;
    const size_t at = text.find("commitment { id: \"" + id);
    return text.substr(at, text.find("commitment", at + 1) - at);
  }

  const int64_t kMarch = *ParseInstant("2026-03-01T00:00:00Z");
};

TEST_F(AmendmentTest, WhatIsToComeChangesNothing) {
  EXPECT_FALSE(Changes("\"4\"", "\"5\""));
  EXPECT_FALSE(Changes("price: \"2\"", "price: \"1\""));
  EXPECT_FALSE(Changes("\"730\"", "\"999\""));
  EXPECT_FALSE(Changes("\"31\"", "\"99\""));
  EXPECT_FALSE(Changes("layer: 2", "layer: 3"));
  EXPECT_FALSE(Changes("quantity: \"1\"", "quantity: \"5\""));
  EXPECT_FALSE(Changes(Of("hour"), ""));
  EXPECT_FALSE(Changes("rate", R"(
      expansion { commitment: "hour" adds: "1" price: "1"
        exercisable_from: "2026-01-01T00:00:00Z"
        until: "2026-09-01T00:00:00Z" exercised_from: "2026-03-01T00:00:00Z" }
      rate)"));
}

TEST_F(AmendmentTest, WhatHasBegunIsChanged) {
  EXPECT_TRUE(Changes("\"365\"", "\"366\""));
  EXPECT_TRUE(Changes("\"73\"", "\"80\""));
  EXPECT_TRUE(Changes(Of("year"), ""));
  EXPECT_TRUE(Changes("ANNUAL", "QUARTERLY"));
  EXPECT_TRUE(Changes("price: \"2\"", R"(price: "2"
      delivered { from: "2026-01-01T00:00:00Z" quantity: "9" })"));
  EXPECT_TRUE(Changes(
      "price: \"2\"",
      R"(price: "2" status: CANCELED canceled_at: "2026-06-01T00:00:00Z")"));
  // It ends all the same, but would have carried its rest into March.
  EXPECT_TRUE(Changes(Of("month"), ""));
}

}  // namespace
}  // namespace drawdown
