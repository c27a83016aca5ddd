// Which tenant has what of a pool that agrees, beside a model that looks at one
// hour and one name after the other.
#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reconcile/group.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::ElementsAreArray;

// By name, as RatedUsage has them; rows may name none of them too.
const std::array<std::string, 7> kTenants = {"a",  "a/b", "a/b/c", "a/bc",
                                             "aa", "b",   "b/a/c"};
// What rows have too.
const std::array<std::string, 4> kOdd = {"", "a/b/c/d", "/a", "/"};
constexpr int kHours = 12;
constexpr int kHoursOfUnit = 8;

// Machine hours by name.
using Machines = std::map<std::string, int>;

// From one whole hour to another: what was metered and what is billed, which is
// as many machine hours.
struct Window {
  int first = 0;
  int last = 0;
  std::vector<Machines> metered;  // by hour
  Machines billed;
};

Window RandomWindow(int first, int last, std::mt19937& random) {
  Window window{first, last, {}, {}};
  for (int hour = first; hour < last; ++hour) {
    Machines& metered = window.metered.emplace_back();
    const auto count = static_cast<int>(random() % 6 + 1);
    for (int i = 0; i < count; ++i) {
      const std::string& name = kTenants[random() % kTenants.size()];
      ++metered[name];
      const auto other = random() % (kTenants.size() + kOdd.size());
      ++window
            .billed[random() % 2 == 0         ? name
                    : other < kTenants.size() ? kTenants[other]
                                              : kOdd[other - kTenants.size()]];
    }
  }
  // Without a name at all nothing is split.
  ++window.metered.back()["a"];
  ++window.billed["a"];
  return window;
}

std::vector<Window> RandomWindows(std::mt19937& random) {
  std::vector<Window> windows;
  for (int first = 0; first < kHours;) {
    const int last =
        std::min<int>(kHours, first + 1 + static_cast<int>(random() % 3));
    windows.push_back(RandomWindow(first, last, random));
    first = last;
  }
  return windows;
}

Scenario ScenarioOf(const std::vector<Window>& windows) {
  Scenario setup;
  setup.options.tenant_tag = "team";
  BookBuilder books;
  std::vector<uint32_t> tenants;
  for (const Window& window : windows) {
    for (int hour = window.first; hour < window.last; ++hour) {
      const Machines& metered =
          window.metered[static_cast<size_t>(hour - window.first)];
      for (uint32_t i = 0; i < kTenants.size(); ++i) {
        const auto found = metered.find(kTenants[i]);
        if (found == metered.end()) continue;
        books.OnDemand(kH100, hour, hour + 1,
                       absl::StrCat(found->second * kHoursOfUnit), "2.90");
        tenants.push_back(i);
      }
    }
  }
  setup.rated = books.Build();
  setup.rated.tenants = {kTenants.begin(), kTenants.end()};
  for (size_t i = 0; i < tenants.size(); ++i) {
    setup.rated.charges[i].tenant = tenants[i];
  }
  return setup;
}

// A row for each machine of each name, over the whole window.
std::vector<TestRow> RowsOf(const std::vector<Window>& windows) {
  std::vector<TestRow> rows;
  for (const Window& window : windows) {
    for (const auto& [name, machines] : window.billed) {
      for (int i = 0; i < machines; ++i) {
        TestRow row = OnDemandRow(window.first, window.last, "1", "23.20");
        row.sku = "p5";
        row.sku_price = "p5-price";
        row.region = "us-west-2";
        row.resource = absl::StrCat("i-", rows.size());
        if (!name.empty()) row.tags = absl::StrCat("{\"team\":\"", name, "\"}");
        rows.push_back(row);
      }
    }
  }
  return rows;
}

// Tenant, hour, class, and the machine hours of both sides.
using Line = std::tuple<std::string, int64_t, BreakClass, int, int>;

// Who is named by a row takes what is metered below that name.
std::string NamedOf(std::string tenant, const Machines& billed) {
  for (std::string path = tenant; !path.empty();) {
    if (billed.contains(path)) return path;
    const size_t cut = path.rfind('/');
    path = cut == std::string::npos ? "" : path.substr(0, cut);
  }
  return tenant;
}

std::vector<Line> LinesOf(const std::vector<Window>& windows) {
  std::vector<Line> lines;
  for (const Window& window : windows) {
    std::map<std::string, std::array<int, 2>> sides;
    for (const auto& [name, count] : window.billed) sides[name][0] += count;
    for (const Machines& hour : window.metered) {
      for (const auto& [name, count] : hour) {
        sides[NamedOf(name, window.billed)][1] += count;
      }
    }
    for (const auto& [name, both] : sides) {
      lines.emplace_back(name, HourOf(window.first),
                         both[0] == both[1] ? BreakClass::kMatched
                                            : BreakClass::kAllocationGap,
                         both[0], both[1]);
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

int MachinesOf(GpuTime time) {
  return static_cast<int>(time.count() / kMicrosPerHour / kHoursOfUnit);
}

std::vector<Line> LinesOf(const ReconcileResult& result) {
  std::vector<Line> lines;
  for (const Break& item : result.items) {
    const int billed = MachinesOf(item.billed.value());
    const int metered = MachinesOf(item.metered.value());
    lines.emplace_back(item.tenant, item.period_start_us, item.kind, billed,
                       metered);
    EXPECT_EQ(item.rows, static_cast<uint64_t>(billed));
    EXPECT_TRUE(item.billed_cost == Usd("23.20") * billed);
    EXPECT_TRUE(item.expected_cost == Usd("23.20") * metered);
    EXPECT_TRUE(item.difference == item.billed_cost - item.expected_cost);
    const std::string who = item.tenant.empty()
                                ? "rows without tag team"
                                : absl::StrCat("tenant ", item.tenant);
    const std::string gap =
        absl::StrCat(who, ": billed ", billed * kHoursOfUnit,
                     " GPU-hours, metered ", metered * kHoursOfUnit,
                     "; the pool's hours agree, its tenants' do not");
    EXPECT_EQ(item.reason == gap, item.kind == BreakClass::kAllocationGap)
        << item.reason;
  }
  return lines;
}

TEST(ReconcileTenantsTest, PartsAreWhatAModelSays) {
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    const std::vector<Window> windows = RandomWindows(random);
    const Scenario setup = ScenarioOf(windows);
    std::vector<TestRow> rows = RowsOf(windows);
    const ReconcileResult result = Reconcile(setup, rows);
    ExpectInvariants(result, rows);
    EXPECT_THAT(LinesOf(result), ElementsAreArray(LinesOf(windows)));
    std::shuffle(rows.begin(), rows.end(), random);
    EXPECT_EQ(Serialized(Reconcile(setup, rows, /*alike=*/true)),
              Serialized(result));
    if (HasFailure()) return;
  }
}

// Tenants' rows, of which some are published to other places, in two tables
// that are merged; some are taken out again.
TEST(ReconcileTenantsTest, SumsAreThoseOfTheirRows) {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    std::array<TenantSums, 2> tables;
    std::map<uint32_t, RowSums> expected;
    const bool alike = random() % 2 == 0;
    const uint32_t tenants = seed % 3 == 0 ? 90 : 4;
    for (uint32_t i = 0; i < 5 * tenants; ++i) {
      RowSums one;
      one.rows = 1;
      one.billed = GpuTime(random() % 5 + 1);
      one.cost = MoneyAmount(random() % 5);
      one.units = GpuTime(alike ? 7 : random() % 2 + 1);
      one.cost_places = MoneyAmount(alike || random() % 2 == 0 ? 3 : 30);
      const auto tenant = static_cast<uint32_t>(random() % tenants);
      tables[random() % 2].Add(tenant, one);
      expected[tenant] += one;
      if (random() % 4 != 0) continue;
      tables[0].Add(tenant, -one);
      expected[tenant] += -one;
    }
    tables[0].Merge(tables[1]);
    ASSERT_EQ(tables[0].sums().size(), expected.size());
    for (size_t i = 0; i < tables[0].sums().size(); ++i) {
      const TenantSum& sum = tables[0].sums()[i];
      const RowSums& rows = expected.at(sum.tenant);
      EXPECT_EQ(sum.rows, rows.rows);
      EXPECT_TRUE(sum.billed == rows.billed);
      EXPECT_TRUE(sum.cost == rows.cost);
      EXPECT_TRUE(tables[0].PlacesOf(i) ==
                  TenantPlaces({rows.units, rows.cost_places}));
    }
    if (HasFailure()) return;
  }
}

// What one tenant is billed too much and another too little, twice, does not
// fit: that is no rounding.
TEST(ReconcileTenantsTest, DifferencesTooLargeToDoubleAreGaps) {
  Scenario setup;
  setup.options.tenant_tag = "team";
  setup.rated = BookBuilder()
                    .OnDemand(kGb200, 0, 1, "8")
                    .OnDemand(kGb200, 0, 1, "8")
                    .Build();
  setup.rated.tenants = {"a", "b"};
  setup.rated.charges[0].tenant = 0;
  setup.rated.charges[1].tenant = 1;
  std::vector<TestRow> rows = {
      OnDemandRow(0, 1, "2", "90000000000000000032.80"),
      OnDemandRow(0, 1, "2", "-89999999999999999967.20")};
  rows[0].tags = R"({"team":"a"})";
  rows[1].tags = R"({"team":"b"})";
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kAllocationGap).size(), 2u)
      << Serialized(result);
}

}  // namespace
}  // namespace drawdown::testing
