// What slices set aside fits in the quotas above at every instant: random
// settings, from random instants on, against a model that adds up the whole
// tree at all of them.
#include <algorithm>
#include <array>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>

#include "tests/support/random.h"
#include "tests/unit/engine/clocked_books.h"

namespace drawdown {
namespace {

constexpr int kTenants = 7;
constexpr std::array<const char*, kTenants> kPaths = {
    "a", "a/b", "a/b/c", "a/b/c/d", "a/b/e", "a/f", "a/f/g"};
constexpr std::array<int, kTenants> kParents = {-1, 0, 1, 2, 1, 0, 5};
constexpr int kInstants = 4;

// The limit of each tenant from each instant on.
using Limits =
    std::array<std::array<std::optional<std::optional<QuotaLimit>>, kInstants>,
               kTenants>;

// What was set last by then; nothing at all, or no limit.
std::optional<std::optional<QuotaLimit>> SetBy(const Limits& limits, int tenant,
                                               int at) {
  for (; at >= 0; --at) {
    if (limits[tenant][at]) return limits[tenant][at];
  }
  return std::nullopt;
}
std::optional<QuotaLimit> LimitAt(const Limits& limits, int tenant, int at) {
  return SetBy(limits, tenant, at).value_or(std::nullopt);
}

Int128 PromisedIn(const Limits& limits, int above, int at) {
  Int128 promised = 0;
  for (int tenant = 0; tenant < kTenants; ++tenant) {
    if (kParents[tenant] != above) continue;
    const auto limit = LimitAt(limits, tenant, at);
    const Int128 kept =
        limit && limit->slice ? limit->nominal - limit->lending.value_or(0) : 0;
    promised += std::max(kept, PromisedIn(limits, tenant, at));
  }
  return promised;
}

bool AllFit(const Limits& limits, int from) {
  for (int at = from; at < kInstants; ++at) {
    for (int tenant = 0; tenant < kTenants; ++tenant) {
      const auto limit = LimitAt(limits, tenant, at);
      if (limit && PromisedIn(limits, tenant, at) > limit->nominal) {
        return false;
      }
    }
  }
  return true;
}

TEST(QuotaPromisesTest, AreMadeOnceInWhicheverOrderTheyAreSet) {
  Random random;
  int kept = 0;
  int refused = 0;
  for (int life = 0; life < 4; ++life) {
    ClockedBooks books;
    Limits limits;
    for (int i = 0; i < 60; ++i) {
      const int tenant = static_cast<int>(random.Between(0, kTenants - 1));
      const int from = static_cast<int>(random.Between(0, kInstants - 1));
      std::optional<QuotaLimit> limit;
      if (!random.OneIn(6)) {
        const int64_t depth = std::count(
            kPaths[tenant], kPaths[tenant] + std::string(kPaths[tenant]).size(),
            '/');
        limit = QuotaLimit{.nominal = random.Between(0, 160 >> depth)};
        limit->slice = tenant != 0 && !random.OneIn(3);
        if (limit->slice && random.OneIn(2)) {
          limit->lending =
              random.Between(0, static_cast<int64_t>(limit->nominal));
        }
      }
      Limits after = limits;
      // Also where it says what holds by then: it stays when another is set
      // before it.
      after[tenant][from] = limit;
      const bool fits = AllFit(after, from);
      QuotaSetting setting{{.period = QuotaPeriod::kTotal}, limit, {}};
      setting.scope.tenant = kPaths[tenant];
      setting.from_us = kBegin + from * kHour;
      const auto set = books->SetQuota(setting);
      SCOPED_TRACE(setting.scope.tenant + " in step " + std::to_string(i));
      if (fits) {
        ASSERT_THAT(set, IsOk());
        limits = after;
        ++kept;
      } else {
        ASSERT_THAT(set, IsError(ErrorCode::kInvalidArgument, "set aside"));
        ++refused;
      }
    }
  }
  std::cerr << kept << " settings kept, " << refused << " refused\n";
  EXPECT_GT(kept, 50);
  EXPECT_GT(refused, 10);
}

}  // namespace
}  // namespace drawdown
