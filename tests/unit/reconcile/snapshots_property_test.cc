// Random months cut into deliveries of which a later one replaces an earlier:
// they are reconciled to what their last state alone is, whatever the order of
// rows and whichever files of a delivery have them. The last state is told here
// by going through the deliveries as they came, in the words of docs/bills.md;
// the reader takes them latest first, and keeps no rows.
#include <algorithm>
#include <cstdint>
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

using Replaces = bool (*)(const Lines& delivery, const Line& line);

// A bill's format, and of an account which lines of before a delivery replaces
// that has these of it.
struct Format {
  bool periods = false;
  std::string (*text)(const Lines& lines) = nullptr;
  Replaces replaces = nullptr;
};

std::string At(int hour) { return FormatInstant(HourOf(hour)); }

// September, October, November.
int MonthStart(int month) {
  constexpr int kStarts[] = {-720, 0, 744, 1464};
  return kStarts[month];
}

int MonthOf(const Line& line) {
  int month = 0;
  while (MonthStart(month + 1) <= line.start) ++month;
  return month;
}

bool ReplacesPeriod(const Lines& delivery, const Line& line) {
  return std::any_of(delivery.begin(), delivery.end(), [&](const Line& ours) {
    return MonthOf(ours) == MonthOf(line);
  });
}

// Whether `hour` is from the first line's start to the last one's end, on a day
// that one starts on.
bool IsInTimeOf(const Lines& lines, int hour) {
  bool day = false;
  bool after = false;
  bool before = false;
  for (const Line& line : lines) {
    day |= line.start / kDayHours == hour / kDayHours;
    after |= line.start <= hour;
    before |= hour < line.end;
  }
  return day && after && before;
}

// Fees replace fees alone, and corrections their like.
bool ReplacesTime(const Lines& delivery, const Line& line) {
  Lines usage;
  Lines fees;
  for (const Line& ours : delivery) {
    if (!ours.correction) (ours.fee ? fees : usage).push_back(ours);
    if (ours.correction && line.correction && ours.id == line.id &&
        ours.start == line.start && ours.cents == line.cents) {
      return true;
    }
  }
  return IsInTimeOf(usage, line.start) ||
         (line.fee && IsInTimeOf(fees, line.start));
}

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
    const int month = MonthOf(line);
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

constexpr Format kFocus = {true, FocusText, ReplacesPeriod};
constexpr Format kOci = {false, OciText, ReplacesTime};

class DeliveriesMaker {
 public:
  DeliveriesMaker(const Format& format, uint64_t salt)
      : format_(format), random_(salt) {}

  void Make() {
    for (int64_t i = random_.Between(2, 5); i > 0; --i) AddDelivery();
  }

  const std::vector<Lines>& deliveries() const { return deliveries_; }

  // What the deliveries come to, one after the other.
  Lines LastState() const {
    Lines lines;
    for (const Lines& of_account : state_) {
      lines.insert(lines.end(), of_account.begin(), of_account.end());
    }
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
  static constexpr int kAccounts = 2;

  size_t Below(size_t limit) {
    return static_cast<size_t>(
        random_.Between(0, static_cast<int64_t>(limit) - 1));
  }

  int Hour(int first, int last) {
    return static_cast<int>(random_.Between(first, last));
  }

  void AddDelivery() {
    Lines delivery;
    while (delivery.empty()) {
      for (int account = 0; account < kAccounts; ++account) {
        if (random_.OneIn(4)) continue;
        const Lines lines = format_.periods ? Months(account) : Time(account);
        Lines& before = state_[account];
        std::erase_if(before, [&](const Line& line) {
          return format_.replaces(lines, line);
        });
        before.insert(before.end(), lines.begin(), lines.end());
        delivery.insert(delivery.end(), lines.begin(), lines.end());
      }
    }
    deliveries_.push_back(std::move(delivery));
  }

  // All of them or some, as if each was delivered anew.
  Lines Months(int account) {
    Lines lines;
    const bool all = random_.OneIn(3);
    for (int month = 0; month < 3; ++month) {
      if (all || random_.OneIn(2)) {
        Restate(account, MonthStart(month), MonthStart(month + 1), &lines);
      }
    }
    return lines;
  }

  // Some hours of some days, and corrections of any time, old and new.
  Lines Time(int account) {
    Lines lines;
    for (int64_t i = random_.Between(1, 3); i > 0; --i) {
      const int start = Hour(0, kDays * kDayHours - 1);
      Restate(account, start, Hour(start + 1, kDays * kDayHours), &lines);
    }
    for (const Line& line : state_[account]) {
      if (line.correction && random_.OneIn(2)) lines.push_back(line);
    }
    for (int64_t i = random_.Between(0, 3); i > 0; --i) {
      lines.push_back(NewLine(account, Hour(0, kDays * kDayHours - 1)));
      Line& line = lines.back();
      line.correction = true;
      line.cents = -random_.Between(1, 1'000'000'000);
      if (random_.OneIn(2)) line.id.clear();
    }
    return lines;
  }

  // Some lines that start then as they were, and others.
  void Restate(int account, int start, int end, Lines* lines) {
    for (const Line& line : state_[account]) {
      const bool ours =
          line.start >= start && line.start < end &&
          (format_.periods || !line.correction) &&
          std::none_of(lines->begin(), lines->end(),
                       [&](const Line& other) { return other.id == line.id; });
      if (ours && !random_.OneIn(3)) lines->push_back(line);
    }
    for (int64_t i = random_.Between(1, 6); i > 0; --i) {
      lines->push_back(NewLine(account, Hour(start, end - 1)));
      Line& line = lines->back();
      if (random_.OneIn(4)) line.end += Hour(1, 11);
      line.fee = !format_.periods && random_.OneIn(6);
      if (line.fee) line.end = line.start + kDayHours * 5;
      line.cents *= line.end - line.start;
      line.correction = format_.periods && random_.OneIn(8);
    }
  }

  // An hour's, now and then too dear.
  Line NewLine(int account, int start) {
    Line line = {account, start, start + 1, 1640};
    if (random_.OneIn(5)) line.cents += random_.Between(1, 500);
    line.id = absl::StrCat("L", ++ids_);
    return line;
  }

  const Format& format_;
  Random random_;
  Lines state_[kAccounts];
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

TEST(SnapshotsPropertyTest, TimesAreWhatTheirLastDeliverySays) {
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    SCOPED_TRACE(absl::StrCat("trial ", trial));
    ExpectTheLastState(kOci, trial);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace drawdown::testing
