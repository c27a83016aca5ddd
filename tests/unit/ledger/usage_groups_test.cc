// Usage by every choice and order of columns, against what a map of texts sums.
#include "ledger/usage_groups.h"

#include <map>

#include "absl/time/time.h"
#include "base/civil.h"
#include "gtest/gtest.h"
#include "ledger/memory_store.h"
#include "ledger/posting.h"
#include "ledger/usage_query.h"
#include "tests/support/random.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kHalfHour = kMicrosPerHour / 2;
// Days around the end of summer time in America/Los_Angeles.
const int64_t kStart = *ParseInstant("2026-10-30T00:00:00Z");

using Texts = std::vector<std::string>;
using NaiveSums = std::map<Texts, Int128>;

std::vector<UsageDimension> AnyColumns(Random* random) {
  std::vector<UsageDimension> by(random->Between(0, 6));
  for (UsageDimension& dimension : by) {
    dimension = static_cast<UsageDimension>(random->Between(0, 4));
  }
  return by;
}

// --- the sums themselves

TEST(UsageGroups, AreTheSumsOfAMap) {
  Random random(71);
  // Texts in another order than ids, one of them twice.
  PathsById tenants;
  tenants[1] = "zeta";
  tenants[2] = "a/b";
  tenants[3] = "a";
  tenants[9] = "zeta";
  PathsById pools;
  pools[1] = "p";
  pools[2] = "o";
  for (int round = 0; round < 40; ++round) {
    const std::vector<UsageDimension> by = AnyColumns(&random);
    const auto slices = MakeTimeSlices(by, "America/Los_Angeles", kStart,
                                       kStart + 100 * kMicrosPerHour);
    ASSERT_THAT(slices, IsOk());
    GroupPlaces places(by, tenants, pools, *slices);
    GroupSums sums;
    NaiveSums expected;
    for (int i = 0; i < 2'000; ++i) {
      const uint32_t tenant = std::array{1, 2, 3, 9}[random.Between(0, 3)];
      const auto pool = static_cast<uint32_t>(random.Between(1, 2));
      const auto slice = static_cast<uint32_t>(
          random.Between(0, static_cast<int64_t>(slices->size()) - 1));
      const int64_t amount = random.Between(-3, 100);
      sums.Add(places.Of(tenant, pool) + places.OfSlice(slice),
               GpuTime(amount));
      Texts texts;
      for (const UsageDimension dimension : by) {
        texts.push_back(dimension == UsageDimension::kTenant
                            ? tenants.at(tenant)
                        : dimension == UsageDimension::kPool
                            ? pools.at(pool)
                            : slices->Label(dimension, slice));
      }
      expected[texts] += amount;
    }
    std::erase_if(expected, [](const auto& sum) { return sum.second == 0; });
    places.Order({&sums});
    auto next = expected.begin();
    for (const GroupSums::Sum& sum : sums.Merged()) {
      if (sum.amount.zero()) continue;
      UsageRow row;
      places.Tell(sum.place, &row);
      ASSERT_TRUE(next != expected.end());
      ASSERT_EQ(row.group, next->first);
      ASSERT_EQ(sum.amount, GpuTime(next->second));
      ++next;
    }
    ASSERT_TRUE(next == expected.end());
  }
}

TEST(UsageGroups, KeepAsManySumsAsThereAreGroups) {
  GroupSums sums;
  constexpr int kAdditions = 3'000'000;  // merged twice on the way
  for (int i = 0; i < kAdditions; ++i) sums.Add(i % 7, GpuTime(1));
  ASSERT_EQ(sums.Merged().size(), 7u);
  Int128 sum = 0;
  for (const auto& one : sums.Merged()) sum += one.amount.count();
  EXPECT_EQ(sum, kAdditions);
}

TEST(UsageGroups, OverflowStaysSeen) {
  GroupSums sums;
  sums.Add(1, GpuTime::Invalid());
  sums.Add(1, GpuTime(1));
  ASSERT_EQ(sums.Merged().size(), 1u);
  EXPECT_FALSE(sums.Merged().front().amount.valid());
}

// --- whole answers

struct NaiveJob {
  std::string tenant;
  std::string pool;
  int64_t gpus = 0;
  int64_t start_us = 0;
  int64_t end_us = 0;
};

std::string LabelOf(UsageDimension dimension, int64_t at_us,
                    const absl::TimeZone& zone) {
  const absl::Time at = absl::FromUnixMicros(at_us);
  if (dimension == UsageDimension::kDay) {
    return absl::FormatTime("%Y-%m-%d", at, zone);
  }
  if (dimension == UsageDimension::kMonth) {
    return absl::FormatTime("%Y-%m", at, zone);
  }
  const std::string hour = absl::FormatTime("%Y-%m-%dT%H:00:00%Ez", at, zone);
  return hour.ends_with("+00:00") ? hour.substr(0, hour.size() - 6) + "Z"
                                  : hour;
}

// Half an hour at a time: no zone here changes its hour within one.
NaiveSums NaiveUsage(const std::vector<NaiveJob>& runs,
                     const UsageQuery& query) {
  const auto zone = LoadZone(query.zone);
  NaiveSums sums;
  for (const NaiveJob& run : runs) {
    const int64_t end_us = std::min(run.end_us, *query.at_us);
    for (int64_t half = kStart; half < end_us; half += kHalfHour) {
      const int64_t from_us = std::max({half, run.start_us, *query.from_us});
      const int64_t until_us = std::min(half + kHalfHour, end_us);
      if (from_us >= until_us) continue;
      Texts texts;
      for (const UsageDimension dimension : query.by) {
        texts.push_back(dimension == UsageDimension::kTenant ? run.tenant
                        : dimension == UsageDimension::kPool
                            ? run.pool
                            : LabelOf(dimension, half, *zone));
      }
      sums[texts] += Int128{run.gpus} * (until_us - from_us);
    }
  }
  return sums;
}

std::vector<NaiveJob> PostRuns(Random* random, Store* store) {
  auto transaction = store->BeginWrite();
  EXPECT_THAT(transaction, IsOk());
  const auto posting = Posting::Begin(*std::move(transaction), Header(), 0);
  EXPECT_THAT(posting, IsOk());
  const char* const tenants[] = {"zoo", "acme/chat", "acme"};
  const char* const pools[] = {"nord/y", "aws/x"};
  std::vector<NaiveJob> runs(30);
  for (size_t i = 0; i < runs.size(); ++i) {
    NaiveJob& run = runs[i];
    run.tenant = tenants[random->Between(0, 2)];
    run.pool = pools[random->Between(0, 1)];
    run.gpus = random->Between(1, 64);
    run.start_us = kStart + random->Between(0, 90 * 3'600) * kMicrosPerSecond;
    run.end_us =
        run.start_us + random->Between(1, 40 * 3'600) * kMicrosPerSecond;
    const std::string id = "run-" + std::to_string(i);
    RunImported row = {
        id, 1, 0, 0, run.gpus * kMicroGpusPerGpu, run.start_us, run.end_us, ""};
    row.tenant = *(*posting)->Intern(NameKind::kTenant, run.tenant, false);
    row.pool = *(*posting)->Intern(NameKind::kPool, run.pool, false);
    EXPECT_THAT((*posting)->Post(row), IsOk());
  }
  EXPECT_THAT((*posting)->Commit(), IsOk());
  return runs;
}

TEST(UsageAnswers, AreTheSumsOfAMapByEveryOrderOfColumns) {
  Random random(72);
  const char* const zones[] = {"UTC", "America/Los_Angeles", "Asia/Kolkata"};
  for (int round = 0; round < 8; ++round) {
    const std::unique_ptr<Store> store = NewMemoryStore();
    const std::vector<NaiveJob> runs = PostRuns(&random, store.get());
    const auto books = store->BeginRead();
    ASSERT_THAT(books, IsOk());
    for (int i = 0; i < 12; ++i) {
      UsageQuery query;
      query.by = AnyColumns(&random);
      query.zone = zones[random.Between(0, 2)];
      query.from_us = kStart + random.Between(0, 72 * 3'600) * kMicrosPerSecond;
      query.at_us =
          *query.from_us + random.Between(1, 72 * 3'600) * kMicrosPerSecond;
      const NaiveSums expected = NaiveUsage(runs, query);
      const auto answer =
          AnswerUsage(books->get(), Header().bucket_us, {}, query);
      ASSERT_THAT(answer, IsOk());
      NaiveSums sums;
      Int128 total = 0;
      for (const UsageRow& row : answer->rows) {
        // In order, each once.
        ASSERT_TRUE(sums.empty() || sums.rbegin()->first < row.group);
        sums[row.group] = row.gpu_time.count();
        total += row.gpu_time.count();
        const auto hour =
            std::find(query.by.begin(), query.by.end(), UsageDimension::kHour);
        ASSERT_EQ(row.hour_us,
                  hour == query.by.end()
                      ? 0
                      : *ParseInstant(row.group[hour - query.by.begin()]));
      }
      if (query.by.empty() && expected.empty()) {
        ASSERT_EQ(sums, (NaiveSums{{{}, 0}}));
      } else {
        ASSERT_TRUE(sums == expected)
            << sums.size() << " groups, not " << expected.size() << ", in "
            << query.zone << " from " << FormatInstant(*query.from_us) << " to "
            << FormatInstant(*query.at_us);
      }
      ASSERT_EQ(answer->total, GpuTime(total));
    }
  }
}

}  // namespace
}  // namespace drawdown
