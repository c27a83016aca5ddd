// Which version of a contract holds when.
#include "contract/timeline.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

using ::testing::ElementsAre;

constexpr int64_t kAlways = std::numeric_limits<int64_t>::min();

// Effective from `effective_us`, in a term that starts at 100.
Contract Version(int64_t effective_us) {
  Contract contract;
  contract.term = {100, 1000};
  contract.effective_us = effective_us;
  return contract;
}

TEST(ContractTimelineTest, OneVersionHoldsAlways) {
  const Contract one = Version(300);
  const ContractTimeline timeline = one;
  EXPECT_EQ(timeline.At(kAlways), &one);
  EXPECT_EQ(&timeline.For({0, 1}), &one);
}

TEST(ContractTimelineTest, EachHoldsUntilTheNextIsEffective) {
  const Contract first = Version(100);
  const Contract second = Version(300);
  const ContractTimeline timeline = ContractTimeline::Of({{&first, &second}});
  EXPECT_THAT(timeline.spans(), ElementsAre(ContractSpan{kAlways, &first},
                                            ContractSpan{300, &second}));
  EXPECT_EQ(timeline.At(299), &first);
  EXPECT_EQ(timeline.At(300), &second);
  EXPECT_EQ(&timeline.For({200, 300}), &first);
  EXPECT_EQ(&timeline.For({200, 301}), &second);
}

TEST(ContractTimelineTest, TheNewestThatIsEffectiveWins) {
  const Contract first = Version(100);
  const Contract second = Version(500);
  const Contract third = Version(300);
  const ContractTimeline timeline =
      ContractTimeline::Of({{&first, &second, &third}});
  EXPECT_THAT(timeline.spans(), ElementsAre(ContractSpan{kAlways, &first},
                                            ContractSpan{300, &third}));
}

TEST(ContractTimelineTest, EffectiveFromTheTermsStartReplacesAll) {
  const Contract first = Version(100);
  const Contract second = Version(100);
  const ContractTimeline timeline = ContractTimeline::Of({{&first, &second}});
  EXPECT_THAT(timeline.spans(), ElementsAre(ContractSpan{kAlways, &second}));
}

TEST(ContractTimelineTest, NoneHoldsBeforeTheFirstIsEffective) {
  const Contract first = Version(300);
  const ContractTimeline timeline = ContractTimeline::Of({{&first}});
  EXPECT_EQ(timeline.At(299), nullptr);
  EXPECT_EQ(timeline.At(300), &first);
}

TEST(ContractTimelineTest, ClosedPeriodsKeepTheirVersions) {
  const Contract first = Version(100);
  const Contract second = Version(100);
  const ContractTimeline old = first;
  const ContractTimeline now = ContractTimeline::Of({{&first, &second}});
  const ContractTimeline once = now.With({200, 300}, old);
  EXPECT_THAT(once.spans(), ElementsAre(ContractSpan{kAlways, &second},
                                        ContractSpan{200, &first},
                                        ContractSpan{300, &second}));
  // Two closed months with one version are one span.
  EXPECT_THAT(
      once.With({300, 400}, old).spans(),
      ElementsAre(ContractSpan{kAlways, &second}, ContractSpan{200, &first},
                  ContractSpan{400, &second}));
  EXPECT_EQ(now.With({200, 300}, now).spans(), now.spans());
}

TEST(ContractTimelineTest, ClosedPeriodKeepsTheAmendmentInsideIt) {
  const Contract first = Version(100);
  const Contract second = Version(250);
  const Contract third = Version(100);
  const ContractTimeline old = ContractTimeline::Of({{&first, &second}});
  const ContractTimeline now =
      ContractTimeline::Of({{&first, &second, &third}});
  EXPECT_THAT(
      now.With({200, 300}, old).spans(),
      ElementsAre(ContractSpan{kAlways, &third}, ContractSpan{200, &first},
                  ContractSpan{250, &second}, ContractSpan{300, &third}));
}

}  // namespace
}  // namespace drawdown
