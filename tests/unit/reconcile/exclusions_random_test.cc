// Random hours of a pool, some of whose GPUs were excluded, against a model of
// one hour at a time.
#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

// On demand, and covered by two commitments.
constexpr std::array<const char*, 3> kLanes = {"on-demand", "c-1", "c-2"};

struct Hour {
  std::array<int, 3> metered = {};
  std::array<std::optional<int>, 3> billed;  // empty: no row
  int excluded = 0;
  std::optional<int> delivered;
};

Hour RandomHour(std::mt19937& random) {
  const auto nodes = [&random](int most) {
    return static_cast<int>(random() % static_cast<unsigned>(most + 1)) * 8;
  };
  Hour hour;
  for (size_t lane = 0; lane < kLanes.size(); ++lane) {
    hour.metered[lane] = nodes(3);
    if (random() % 4 != 0) hour.billed[lane] = nodes(4);
    if (random() % 2 != 0) hour.billed[lane] = hour.metered[lane];
  }
  hour.excluded = nodes(5);
  if (random() % 3 != 0) hour.delivered = nodes(9);
  return hour;
}

// Of each lane, what is left out of what was metered.
std::array<int, 3> LeftOut(const Hour& hour) {
  int metered = 0;
  for (const int lane : hour.metered) metered += lane;
  int left = std::min(hour.excluded, metered);
  int certain = 0;
  if (hour.delivered.has_value()) {
    const int others = std::max(0, *hour.delivered - hour.excluded);
    certain = std::clamp(metered - others, 0, left);
  }
  std::array<int, 3> out = {};
  const auto take = [&](size_t lane, int wanted) {
    const int taken = std::clamp(wanted, 0, left);
    out[lane] += taken;
    left -= taken;
    certain = std::max(0, certain - taken);
  };
  for (size_t lane = 0; lane < 3; ++lane) {
    if (hour.billed[lane]) take(lane, hour.metered[lane] - *hour.billed[lane]);
  }
  for (size_t lane = 0; lane < 3; ++lane) {
    if (!hour.billed[lane]) take(lane, hour.metered[lane]);
  }
  for (size_t lane = 0; lane < 3; ++lane) {
    if (hour.billed[lane]) {
      take(lane, std::min(certain, hour.metered[lane] - out[lane]));
    }
  }
  return out;
}

// Apart from one another, so that no hour joins the next one's items.
int PlaceOf(size_t hour) { return static_cast<int>(hour) * 2; }

CapacitySpan Span(CapacityState state, size_t hour, int gpus) {
  const int place = PlaceOf(hour);
  return {0, state, HourOf(place), HourOf(place + 1), gpus * kMicroGpusPerGpu};
}

Scenario ScenarioOf(const std::vector<Hour>& hours) {
  Scenario setup;
  setup.capacity_pools = {std::string(kH100)};
  BookBuilder books;
  for (size_t i = 0; i < hours.size(); ++i) {
    const int place = PlaceOf(i);
    for (size_t lane = 0; lane < 3; ++lane) {
      const int metered = hours[i].metered[lane];
      if (metered == 0) continue;
      const std::string text = absl::StrCat(metered);
      if (lane == 0) {
        books.OnDemand(kH100, place, place + 1, text, "2.90");
      } else {
        books.Covered(kH100, place, place + 1, text, kLanes[lane]);
      }
    }
    if (hours[i].excluded != 0) {
      setup.capacity.spans.push_back(
          Span(CapacityState::kExcluded, i, hours[i].excluded));
    }
    if (hours[i].delivered.has_value()) {
      setup.capacity.spans.push_back(
          Span(CapacityState::kDelivered, i, *hours[i].delivered));
    }
  }
  setup.rated = books.Build();
  return setup;
}

std::string CostOf(int gpu_hours) {
  return FormatMoney(Usd("2.90") * static_cast<Int128>(gpu_hours));
}

std::vector<TestRow> RowsOf(const std::vector<Hour>& hours) {
  std::vector<TestRow> rows;
  for (size_t i = 0; i < hours.size(); ++i) {
    const int place = PlaceOf(i);
    for (size_t lane = 0; lane < 3; ++lane) {
      if (!hours[i].billed[lane].has_value()) continue;
      const int billed = *hours[i].billed[lane];
      TestRow& row = rows.emplace_back(
          OnDemandRow(place, place + 1, absl::StrCat(billed / 8),
                      lane == 0 ? CostOf(billed) : "0"));
      row.sku = "p5";
      row.sku_price = "p5-price";
      row.region = "us-west-2";
      if (lane == 0) continue;
      row.commitment = kLanes[lane];
      row.commitment_status = UsageStatus::kUsed;
    }
  }
  return rows;
}

std::optional<Break> Find(const ReconcileResult& result, size_t hour,
                          size_t lane) {
  for (const Break& item : result.items) {
    if (item.period_start_us == HourOf(PlaceOf(hour)) &&
        absl::StrContains(item.reason, kLanes[lane])) {
      return item;
    }
  }
  return std::nullopt;
}

TEST(ReconcileExclusionsTest, RandomHoursLeaveOutWhatTheModelDoes) {
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    std::vector<Hour> hours;
    for (int i = 0; i < 20; ++i) hours.push_back(RandomHour(random));
    std::vector<TestRow> rows = RowsOf(hours);
    std::shuffle(rows.begin(), rows.end(), random);
    const ReconcileResult result = Reconcile(ScenarioOf(hours), rows);
    ExpectInvariants(result, rows);
    for (size_t i = 0; i < hours.size(); ++i) {
      const std::array<int, 3> out = LeftOut(hours[i]);
      for (size_t lane = 0; lane < 3; ++lane) {
        SCOPED_TRACE(absl::StrCat("hour ", i, ", ", kLanes[lane]));
        const int right = hours[i].metered[lane] - out[lane];
        const int billed = hours[i].billed[lane].value_or(0);
        const std::optional<Break> item = Find(result, i, lane);
        if (!item.has_value()) {
          EXPECT_TRUE(!hours[i].billed[lane] && hours[i].metered[lane] == 0);
          continue;
        }
        EXPECT_EQ(IsClean(item->kind), billed == right) << item->reason;
        EXPECT_EQ(FormatMoney(item->expected_cost),
                  lane == 0 ? CostOf(right) : "0")
            << item->reason;
      }
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace drawdown::testing
