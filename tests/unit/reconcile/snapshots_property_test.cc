// Random months cut into deliveries of which a later one replaces an earlier:
// what a month's deliveries are reconciled to is what its last state alone is,
// whatever the order of rows and whichever files of a delivery have them.
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/source.h"
#include "bill/bill_reader.h"
#include "gtest/gtest.h"
#include "reconcile/reconcile.h"
#include "tests/support/random.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

constexpr int kTrials = 60;
constexpr int kDays = 6;
constexpr int kDayHours = 24;

// A line of either format; hours are of October.
struct Line {
  int account = 0;
  int start = 0;
  int end = 0;
  int64_t cents = 0;
  bool fee = false;  // of another pool, and of more than a day
  bool correction = false;
  std::string id;  // empty: told by all it says
};

using Lines = std::vector<Line>;

// What one delivery has of an account all of, or nothing: a billing period of
// FOCUS, a day where there is none.
struct Format {
  int scopes = 0;  // of an account
  int (*start)(int scope) = nullptr;
  std::string (*text)(const Lines& lines) = nullptr;
  bool periods = false;
};

std::string At(int hour) { return FormatInstant(HourOf(hour)); }

// September, October, November.
int MonthStart(int month) {
  constexpr int kStarts[] = {-720, 0, 744, 1464};
  return kStarts[month];
}

int DayStart(int day) { return kDayHours * day; }

// Region and SKU.
std::string PoolOf(const Line& line) {
  return line.fee ? "us-west-2,p5" : "us-east-1,p6e";
}

std::string FocusText(const Lines& lines) {
  std::string text =
      "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodStart,"
      "BillingPeriodEnd,ChargeCategory,ChargeClass,ChargePeriodStart,"
      "ChargePeriodEnd,EffectiveCost,PricingQuantity,PricingUnit,"
      "ProviderName,RegionId,SkuId\n";
  for (const Line& line : lines) {
    int month = 0;
    while (MonthStart(month + 1) <= line.start) ++month;
    const std::string cost = FormatScaled(line.cents, 2);
    absl::StrAppend(&text, cost, ",", line.account, ",USD,");
    absl::StrAppend(&text, At(MonthStart(month)), ",",
                    At(MonthStart(month + 1)), ",Usage,",
                    line.correction ? "Correction," : ",", At(line.start), ",",
                    At(line.end), ",", cost, ",", line.end - line.start,
                    ",Hours,aws,", PoolOf(line), "\n");
  }
  return text;
}

std::string OciText(const Lines& lines) {
  std::string text =
      "lineItem/referenceNo,lineItem/tenantId,lineItem/intervalUsageStart,"
      "lineItem/intervalUsageEnd,cost/myCost,cost/currencyCode,"
      "lineItem/isCorrection,usage/billedQuantity,cost/billingUnitReadable,"
      "product/region,cost/productSku\n";
  for (const Line& line : lines) {
    absl::StrAppend(&text, line.id, ",", line.account, ",", At(line.start), ",",
                    At(line.end), ",");
    absl::StrAppend(&text, FormatScaled(line.cents, 2), ",USD,",
                    line.correction ? "true," : "false,", line.end - line.start,
                    ",Hours,", PoolOf(line), "\n");
  }
  return text;
}

constexpr Format kFocus = {3, MonthStart, FocusText, true};
constexpr Format kOci = {kDays, DayStart, OciText, false};

class DeliveriesMaker {
 public:
  DeliveriesMaker(const Format& format, uint64_t salt)
      : format_(format), random_(salt) {}

  void Make() {
    for (int64_t i = random_.Between(2, 5); i > 0; --i) AddDelivery();
  }

  const std::vector<Lines>& deliveries() const { return deliveries_; }

  // What the deliveries come to: of each scope the last one, and corrections
  // that none after the last one with them has taken back.
  Lines LastState() const {
    Lines lines;
    for (const auto& [scope, of_scope] : state_) {
      lines.insert(lines.end(), of_scope.begin(), of_scope.end());
    }
    lines.insert(lines.end(), corrections_.begin(), corrections_.end());
    return lines;
  }

  // In another order, in up to three files.
  std::vector<std::string> Files(Lines lines) {
    for (size_t i = lines.size(); i > 1; --i) {
      std::swap(lines[i - 1], lines[Below(i)]);
    }
    std::vector<Lines> files(1 + Below(3));
    for (const Line& line : lines) files[Below(files.size())].push_back(line);
    std::vector<std::string> texts;
    for (const Lines& file : files) texts.push_back(format_.text(file));
    return texts;
  }

 private:
  using Scope = std::pair<int, int>;  // account, number

  size_t Below(size_t limit) {
    return static_cast<size_t>(
        random_.Between(0, static_cast<int64_t>(limit) - 1));
  }

  // A whole restatement, or a part.
  void AddDelivery() {
    Lines delivery;
    const bool whole = random_.OneIn(3);
    do {
      for (int account = 0; account < 2; ++account) {
        for (int number = 0; number < format_.scopes; ++number) {
          if (whole || random_.OneIn(3)) Restate({account, number}, &delivery);
        }
      }
    } while (delivery.empty());
    if (!format_.periods) AddCorrections(&delivery);
    deliveries_.push_back(std::move(delivery));
  }

  // Some lines as they were, and others.
  void Restate(const Scope& scope, Lines* delivery) {
    Lines lines;
    for (const Line& line : state_[scope]) {
      if (!random_.OneIn(3)) lines.push_back(line);
    }
    const int start = format_.start(scope.second);
    const int hours = format_.start(scope.second + 1) - start;
    for (int64_t i = random_.Between(1, 4); i > 0; --i) {
      const int first = start + static_cast<int>(random_.Between(0, hours - 1));
      lines.push_back(NewLine(scope.first, first));
      Line& line = lines.back();
      if (random_.OneIn(4)) {
        line.end = static_cast<int>(random_.Between(first + 1, start + hours));
      }
      line.fee = !format_.periods && random_.OneIn(8);
      if (line.fee) line.end = first + 24 * 5;
      line.cents *= line.end - line.start;
      line.correction = format_.periods && random_.OneIn(8);
    }
    if (!format_.periods) {
      // What a delivery is all of is told by its first line and its last one.
      lines.push_back(NewLine(scope.first, start));
      lines.push_back(NewLine(scope.first, start + hours - 1));
      std::erase_if(corrections_, [&](const Line& line) {
        return line.account == scope.first && line.start >= start &&
               line.start < start + hours;
      });
    }
    state_[scope] = lines;
    delivery->insert(delivery->end(), lines.begin(), lines.end());
  }

  // An hour's, now and then too dear.
  Line NewLine(int account, int start) {
    Line line = {account, start, start + 1, 1640};
    if (random_.OneIn(5)) line.cents += random_.Between(1, 500);
    line.id = absl::StrCat("L", ++ids_);
    return line;
  }

  // Some of them are delivered again, and their time may be long past.
  void AddCorrections(Lines* delivery) {
    for (const Line& line : corrections_) {
      if (random_.OneIn(2)) delivery->push_back(line);
    }
    for (int64_t i = random_.Between(0, 3); i > 0; --i) {
      const int start = static_cast<int>(random_.Between(0, kDays * 24 - 1));
      Line line = NewLine(static_cast<int>(Below(2)), start);
      line.correction = true;
      line.cents = -random_.Between(1, 1'000'000);
      if (random_.OneIn(2)) line.id.clear();
      delivery->push_back(line);
      corrections_.push_back(line);
    }
  }

  const Format& format_;
  Random random_;
  std::map<Scope, Lines> state_;
  Lines corrections_;
  std::vector<Lines> deliveries_;
  int ids_ = 0;
};

Scenario SomeMonth() {
  Scenario setup;
  setup.contract.provider_aliases.push_back("Oracle");
  setup.rated = BookBuilder().OnDemand(kGb200, 0, kDays * 24, "8").Build();
  return setup;
}

struct Reconciled {
  ReconcileResult result;
  uint64_t rows = 0;
  uint64_t superseded = 0;
};

Reconciled ReconcileFiles(const std::vector<BillInput>& files) {
  const Scenario setup = SomeMonth();
  Reconciler reconciler({&setup.contract, &setup.rated, setup.period,
                         kMicrosPerHour, setup.at_us},
                        setup.options);
  const auto bill =
      ReadBill(files, [&](const BillRow& row) { return reconciler.Add(row); });
  EXPECT_TRUE(bill.ok()) << bill.status();
  if (!bill.ok()) return {};
  auto result = reconciler.Finish(*bill);
  EXPECT_TRUE(result.ok()) << result.status();
  if (!result.ok()) return {};
  Reconciled reconciled = {*std::move(result), bill->summary.rows};
  for (const BillFile& file : bill->summary.files) {
    reconciled.superseded += file.superseded;
  }
  // What is said of snapshots has no like where there are none.
  std::erase_if(reconciled.result.notes, [](const std::string& note) {
    return note.find("later snapshot") != std::string::npos;
  });
  return reconciled;
}

void AddFiles(const std::vector<std::string>& texts,
              std::optional<uint32_t> delivery,
              std::vector<BillInput>* inputs) {
  for (const std::string& text : texts) {
    BillInput& input = inputs->emplace_back();
    input.source = MemorySource(absl::StrCat(inputs->size(), ".csv"), text);
    input.delivery = delivery;
  }
}

void ExpectTheLastState(const Format& format, uint64_t salt) {
  DeliveriesMaker maker(format, salt);
  maker.Make();
  std::vector<BillInput> all;
  size_t lines = 0;
  // The latest first, as files that are named are read.
  for (size_t i = maker.deliveries().size(); i > 0; --i) {
    const Lines& delivery = maker.deliveries()[i - 1];
    AddFiles(maker.Files(delivery), static_cast<uint32_t>(i), &all);
    lines += delivery.size();
  }
  const Lines last = maker.LastState();
  std::vector<BillInput> alone;
  AddFiles(maker.Files(last), std::nullopt, &alone);
  const Reconciled deliveries = ReconcileFiles(all);
  const Reconciled state = ReconcileFiles(alone);
  EXPECT_EQ(state.rows, last.size());
  EXPECT_EQ(deliveries.rows, last.size());
  EXPECT_EQ(deliveries.rows + deliveries.superseded, lines);
  EXPECT_EQ(Serialized(deliveries.result), Serialized(state.result));
}

TEST(SnapshotsPropertyTest, PeriodsAreWhatTheirLastDeliverySays) {
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    SCOPED_TRACE(absl::StrCat("trial ", trial));
    ExpectTheLastState(kFocus, trial);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(SnapshotsPropertyTest, DaysAreWhatTheirLastDeliverySays) {
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    SCOPED_TRACE(absl::StrCat("trial ", trial));
    ExpectTheLastState(kOci, trial);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace drawdown::testing
