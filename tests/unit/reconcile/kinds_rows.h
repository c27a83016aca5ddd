// Rows of bills with kinds of usage and without.
#ifndef DRAWDOWN_TESTS_UNIT_RECONCILE_KINDS_ROWS_H_
#define DRAWDOWN_TESTS_UNIT_RECONCILE_KINDS_ROWS_H_

#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {

inline constexpr int kHours = 10;

inline std::vector<TestRow> PlainRows(std::string_view quantity,
                                      std::string_view each) {
  std::vector<TestRow> rows;
  for (int hour = 0; hour < kHours; ++hour) {
    rows.push_back(
        OnDemandRow(hour, hour + 1, std::string(quantity), std::string(each)));
  }
  return rows;
}

// 16 reserved, 8 of them used in each hour.
inline Scenario Reserved() {
  Scenario setup;
  setup.rated = BookBuilder()
                    .Covered(kGb200, 0, kHours, "8")
                    .Unused(0, kHours, "8")
                    .Build();
  return setup;
}

// "a" uses what is reserved, 8 an hour, and "b" 4 on demand at `price`.
inline Scenario OfTwoTenants(std::string_view price) {
  Scenario setup;
  setup.rated = BookBuilder()
                    .Covered(kGb200, 0, kHours, "8")
                    .OnDemand(kGb200, 0, kHours, "4", price)
                    .Build();
  setup.rated.tenants = {"a", "b"};
  for (Charge& charge : setup.rated.charges) {
    const ChargeKind kind = setup.rated.rules[charge.rule].kind;
    charge.tenant = kind == ChargeKind::kCovered ? 0 : 1;
  }
  setup.options.tenant_tag = "team";
  return setup;
}

// Their hours, each in a row that names its tenant; what b's cost.
inline std::vector<TestRow> RowsOfTwoTenants(std::string_view cost) {
  std::vector<TestRow> rows;
  for (int hour = 0; hour < kHours; ++hour) {
    rows.push_back(OnDemandRow(hour, hour + 1, "2", "16.40"));
    rows.back().tags = R"({"team":"a"})";
    rows.push_back(OnDemandRow(hour, hour + 1, "1", std::string(cost)));
    rows.back().tags = R"({"team":"b"})";
  }
  return rows;
}

// One item that is not clean, and its difference.
inline Break OnlyBreak(const ReconcileResult& result) {
  std::vector<Break> breaks;
  for (const Break& item : result.items) {
    if (!IsClean(item.kind)) breaks.push_back(item);
  }
  EXPECT_EQ(breaks.size(), 1u) << Serialized(result);
  return breaks.empty() ? Break() : breaks.front();
}

inline ReconcileResult Checked(const Scenario& setup,
                               const std::vector<TestRow>& rows) {
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  std::vector<TestRow> backwards(rows.rbegin(), rows.rend());
  EXPECT_EQ(Serialized(Reconcile(setup, backwards)), Serialized(result));
  EXPECT_EQ(Serialized(Reconcile(setup, rows, true)), Serialized(result));
  return result;
}

inline std::vector<TestRow> CoveredRows(std::string_view billed) {
  std::vector<TestRow> rows;
  for (int hour = 0; hour < kHours; ++hour) {
    rows.push_back(
        CoveredRow(hour, hour + 1, "2", "16.40", std::string(billed)));
  }
  return rows;
}

}  // namespace drawdown::testing

#endif  // DRAWDOWN_TESTS_UNIT_RECONCILE_KINDS_ROWS_H_
