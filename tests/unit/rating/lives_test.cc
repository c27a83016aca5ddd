// Where commitments stand in their lives, and what is to come of milestones.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "contract/parse.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rating/rating.h"

namespace drawdown {
namespace {

using ::testing::ElementsAre;

Contract Parse(const std::string& text) {
  auto contract = ParseContract("f", R"(id: "c" provider: "p" currency: "USD"
              term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
           )" + text);
  EXPECT_TRUE(contract.ok()) << contract.status();
  return *std::move(contract);
}

std::string Block(const std::string& id, const std::string& from,
                  const std::string& more = "") {
  return absl::StrCat(
      "commitment { id: \"", id,
      "\" category: USAGE model: DISCONTINUOUS interval: MONTHLY price: \"1\" "
      "step { from: \"",
      from, "\" quantity: \"10\" } ", more, "}\n");
}

std::vector<std::string> LivesAt(const ContractTimeline& contracts,
                                 const std::string& at) {
  std::vector<std::string> texts;
  for (const CommitmentLife& life :
       LivesOf(contracts, ParseInstant(at).value())) {
    texts.push_back(absl::StrCat(
        life.commitment, " ", std::string(CommitmentStateName(life.state)), " ",
        FormatInstant(life.start_us), " ", FormatInstant(life.end_us)));
  }
  return texts;
}

TEST(LivesTest, EveryStateOfOneContract) {
  const Contract contract = Parse(
      Block("a", "2026-01-01T00:00:00Z") + Block("b", "2026-03-01T00:00:00Z") +
      Block("c", "2026-01-01T00:00:00Z",
            "status: CANCELED canceled_at: \"2026-02-01T00:00:00Z\"") +
      Block("d", "2026-01-01T00:00:00Z", "status: PROPOSED"));
  EXPECT_THAT(
      LivesAt(contract, "2026-02-15T00:00:00Z"),
      ElementsAre("a active 2026-01-01T00:00:00Z 2027-01-01T00:00:00Z",
                  "b pending 2026-03-01T00:00:00Z 2027-01-01T00:00:00Z",
                  "c canceled 2026-01-01T00:00:00Z 2026-02-01T00:00:00Z",
                  testing::StartsWith("d proposed")));
  EXPECT_THAT(LivesAt(contract, "2027-01-01T00:00:00Z").front(),
              "a expired 2026-01-01T00:00:00Z 2027-01-01T00:00:00Z");
}

TEST(LivesTest, AVersionWithoutItSupersedesIt) {
  const Contract first = Parse(Block("old", "2026-01-01T00:00:00Z"));
  const Contract second = Parse("effective: \"2026-03-01T00:00:00Z\"\n" +
                                Block("new", "2026-01-01T00:00:00Z"));
  const Contract* versions[] = {&first, &second};
  const ContractTimeline contracts = ContractTimeline::Of(versions);
  EXPECT_THAT(
      LivesAt(contracts, "2026-02-01T00:00:00Z"),
      ElementsAre("new pending 2026-03-01T00:00:00Z 2027-01-01T00:00:00Z",
                  "old active 2026-01-01T00:00:00Z 2027-01-01T00:00:00Z"));
  EXPECT_THAT(
      LivesAt(contracts, "2026-03-01T00:00:00Z"),
      ElementsAre("new active 2026-03-01T00:00:00Z 2027-01-01T00:00:00Z",
                  "old superseded 2026-01-01T00:00:00Z 2026-03-01T00:00:00Z"));
}

TEST(LivesTest, AnEmptyBlockIsExhaustedAndMilestonesAreToCome) {
  const Contract contract = Parse(Block(
      "b", "2026-01-01T00:00:00Z",
      "milestone { name: \"m\" by: \"2026-01-05T00:00:00Z\" quantity: \"7\" }"
      "milestone { name: \"n\" by: \"2026-02-05T00:00:00Z\" quantity: \"7\" "
      "}"));
  UsageTable usage;
  usage.tenants = {"a"};
  usage.pools = {"p/x"};
  const int64_t start = ParseInstant("2026-01-01T00:00:00Z").value();
  usage.cells = {{start, 0, 0, GpuTime(4 * kMicrosPerHour)},
                 {start + kMicrosPerHour, 0, 0, GpuTime(8 * kMicrosPerHour)}};
  const auto early = MakeStatus(contract, usage, start + kMicrosPerHour);
  ASSERT_TRUE(early.ok());
  EXPECT_EQ(early->front().state, CommitmentState::kActive);
  ASSERT_EQ(early->front().milestones.size(), 1u);
  EXPECT_EQ(early->front().milestones[0].name, "m");
  EXPECT_TRUE(early->front().milestones[0].missing == 3 * kMicrosPerHour);
  const auto late = MakeStatus(contract, usage, start + 2 * kMicrosPerHour);
  ASSERT_TRUE(late.ok());
  EXPECT_EQ(late->front().state, CommitmentState::kExhausted);
  EXPECT_TRUE(late->front().milestones[0].missing == 0);
}

}  // namespace
}  // namespace drawdown
