// Random months: bills made from random books with planted discrepancies. What
// was planted is found with its exact amount, nothing else is, and neither the
// order of rows nor the files they came in change a byte.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/wide.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

constexpr int kHours = 24;
constexpr int kSeeds = 1'000;

// (class, pool, hour, difference): what must be found.
using Plants = std::map<std::tuple<BreakClass, std::string, int>, std::string>;

struct Month {
  Scenario setup;
  std::vector<TestRow> rows;
  Plants plants;
};

struct PoolFacts {
  std::string_view pool;
  const char* sku;
  const char* region;
  int gpus;
  const char* price;
};

constexpr PoolFacts kPools[] = {{kGb200, "p6e", "us-east-1", 4, "4.10"},
                                {kH100, "p5", "us-west-2", 8, "2.90"}};

class MonthMaker {
 public:
  explicit MonthMaker(uint32_t seed) : random_(seed) {}

  Month Make() {
    for (const PoolFacts& facts : kPools) {
      for (int hour = 0; hour < kHours; ++hour) AddHour(facts, hour);
    }
    AddReserved();
    AddStrangers();
    month_.setup.rated = books_.Build();
    std::shuffle(month_.rows.begin(), month_.rows.end(), random_);
    return std::move(month_);
  }

 private:
  int Pick(int below) {
    return static_cast<int>(random_() % static_cast<uint32_t>(below));
  }

  TestRow RowOf(const PoolFacts& facts, int hour, int millis,
                const std::string& price, int node) {
    const MoneyAmount cost = RoundMoney(
        Price(Usd(price), Hours(Thousandths(millis * facts.gpus))), 6);
    TestRow row =
        OnDemandRow(hour, hour + 1, Thousandths(millis), FormatMoney(cost));
    row.sku = facts.sku;
    row.region = facts.region;
    row.resource = absl::StrCat("i-", node);
    return row;
  }

  static std::string Thousandths(int64_t value) {
    return FormatScaled(value, 3);
  }

  void Plant(BreakClass kind, const PoolFacts& facts, int hour,
             MoneyAmount difference) {
    month_.plants[{kind, std::string(facts.pool), hour}] =
        FormatMoney(difference);
  }

  // Some nodes, each a row of its own; in one hour out of four something is
  // wrong with it.
  void AddHour(const PoolFacts& facts, int hour) {
    if (Pick(5) == 0) return MaybeAddUnmetered(facts, hour);
    std::vector<TestRow> rows;
    const int nodes = 1 + Pick(3);
    int64_t millis = 0;
    for (int node = 0; node < nodes; ++node) {
      const int part = 500 + Pick(1'500);
      millis += part;
      rows.push_back(RowOf(facts, hour, part, facts.price, node));
    }
    books_.OnDemand(facts.pool, hour, hour + 1,
                    Thousandths(millis * facts.gpus), facts.price);
    PlantInto(facts, hour, rows);
    month_.rows.insert(month_.rows.end(), rows.begin(), rows.end());
  }

  void PlantInto(const PoolFacts& facts, int hour, std::vector<TestRow>& rows) {
    const int node = Pick(static_cast<int>(rows.size()));
    switch (Pick(20)) {
      case 0:
        return PlantExtraRow(facts, hour, rows);
      case 1:
        return PlantPrice(facts, hour, rows);
      case 2:
        Plant(BreakClass::kDuplicateCharge, facts, hour,
              Usd(rows[node].billed));
        rows.push_back(rows[node]);
        return;
      case 3:
        return PlantMissing(facts, hour, rows);
      case 4:
        return PlantBoth(facts, hour, rows);
      default:
        return;
    }
  }

  // More hours at the right price.
  void PlantExtraRow(const PoolFacts& facts, int hour,
                     std::vector<TestRow>& rows) {
    rows.push_back(RowOf(facts, hour, 100 + Pick(900), facts.price, 90));
    Plant(BreakClass::kQuantityBreak, facts, hour, Usd(rows.back().billed));
  }

  // The right hours, each row dearer by the same surcharge.
  MoneyAmount Surcharge(std::vector<TestRow>& rows) {
    const MoneyAmount surcharge = Usd(FormatScaled(10 + Pick(500), 2));
    for (TestRow& row : rows) {
      row.billed = FormatMoney(Usd(row.billed) + surcharge);
    }
    return surcharge * static_cast<Int128>(rows.size());
  }

  void PlantPrice(const PoolFacts& facts, int hour,
                  std::vector<TestRow>& rows) {
    Plant(BreakClass::kPriceBreak, facts, hour, Surcharge(rows));
  }

  void PlantBoth(const PoolFacts& facts, int hour, std::vector<TestRow>& rows) {
    rows.push_back(RowOf(facts, hour, 100 + Pick(900), facts.price, 90));
    const MoneyAmount more = Usd(rows.back().billed);
    Plant(BreakClass::kMixedBreak, facts, hour, more + Surcharge(rows));
  }

  // The hour is not billed at all. Two such hours in a row are one item, so the
  // plant is kept per run.
  void PlantMissing(const PoolFacts& facts, int hour,
                    std::vector<TestRow>& rows) {
    MoneyAmount sum;
    for (const TestRow& row : rows) sum += Usd(row.billed);
    rows.clear();
    int first = hour;
    const auto before = month_.plants.find(
        {BreakClass::kUnbilledUsage, std::string(facts.pool), hour - 1});
    if (last_missing_ == std::make_pair(facts.pool, hour - 1)) {
      first = first_missing_;
      const auto run = month_.plants.find(
          {BreakClass::kUnbilledUsage, std::string(facts.pool), first});
      sum -= Usd(run->second);
    } else {
      EXPECT_TRUE(before == month_.plants.end());
    }
    first_missing_ = first;
    last_missing_ = {facts.pool, hour};
    Plant(BreakClass::kUnbilledUsage, facts, first, -sum);
  }

  void MaybeAddUnmetered(const PoolFacts& facts, int hour) {
    if (Pick(3) != 0) return;
    month_.rows.push_back(RowOf(facts, hour, 500 + Pick(500), facts.price, 70));
    Plant(BreakClass::kUnmeteredCharge, facts, hour,
          Usd(month_.rows.back().billed));
  }

  // A commitment that agrees in every hour.
  void AddReserved() {
    for (int hour = 0; hour < kHours; ++hour) {
      const int used = Pick(101);
      if (used != 0) {
        books_.Covered(kGb200, hour, hour + 1, std::to_string(used * 4));
        month_.rows.push_back(CoveredRow(hour, hour + 1, std::to_string(used),
                                         FormatMoney(Usd("8.20") * used)));
      }
      if (used == 100) continue;
      books_.Unused(hour, hour + 1, std::to_string((100 - used) * 4));
      month_.rows.push_back(
          UnusedRow(hour, hour + 1, std::to_string(100 - used)));
    }
    month_.rows.push_back(PurchaseRow(0, kHours, std::to_string(400 * kHours),
                                      FormatMoney(Usd("820") * kHours)));
  }

  void AddStrangers() {
    for (int i = Pick(10); i > 0; --i) {
      TestRow row = OnDemandRow(Pick(kHours), kHours, "3", "0.12");
      row.provider = Pick(2) == 0 ? "Oracle" : "aws";
      row.currency = Pick(2) == 0 ? "EUR" : "USD";
      row.sku = row.sku_price = "storage";
      row.service = absl::StrCat("service ", Pick(3));
      row.resource = absl::StrCat("disk-", i);
      row.unit = "GB-Hours";
      month_.rows.push_back(row);
      if (i != 1) continue;
      // Billed twice; of another provider that is another contract's business.
      month_.rows.push_back(row);
      if (row.provider != "aws") continue;
      const auto hour =
          static_cast<int>((row.start_us - kStart) / kMicrosPerHour);
      month_.plants[{BreakClass::kDuplicateCharge, "", hour}] = row.billed;
    }
  }

  std::mt19937 random_;
  Month month_;
  BookBuilder books_;
  int first_missing_ = -1;
  std::pair<std::string_view, int> last_missing_ = {"", -2};
};

Plants FoundIn(const ReconcileResult& result) {
  Plants found;
  for (const Break& item : result.items) {
    if (IsClean(item.kind)) continue;
    const int hour =
        static_cast<int>((item.period_start_us - kStart) / kMicrosPerHour);
    found[{item.kind, item.pool, hour}] = FormatMoney(item.difference);
  }
  return found;
}

std::string Text(const Plants& plants) {
  std::string text;
  for (const auto& [key, amount] : plants) {
    absl::StrAppend(&text, std::string(BreakClassName(std::get<0>(key))), " ",
                    std::get<1>(key), " hour ", std::get<2>(key), " ", amount,
                    "\n");
  }
  return text;
}

TEST(ReconcilePropertyTest, FindsExactlyWhatWasPlanted) {
  size_t planted = 0;
  for (uint32_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Month month = MonthMaker(seed).Make();
    planted += month.plants.size();
    const ReconcileResult result = Reconcile(month.setup, month.rows);
    ExpectInvariants(result, month.rows);
    EXPECT_EQ(Text(FoundIn(result)), Text(month.plants));
    EXPECT_EQ(CheckNamed(result, "effective_cost").outcome,
              ReconcileCheck::Outcome::kPassed);
    EXPECT_EQ(CheckNamed(result, "commitment_purchases").outcome,
              ReconcileCheck::Outcome::kPassed);
    if (::testing::Test::HasFailure()) break;
  }
  EXPECT_GT(planted, 5u * kSeeds);
}

TEST(ReconcilePropertyTest, OrderOfRowsChangesNoByte) {
  for (uint32_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Month month = MonthMaker(seed).Make();
    const std::string first = Serialized(Reconcile(month.setup, month.rows));
    std::mt19937 random(seed);
    for (int round = 0; round < 3; ++round) {
      std::shuffle(month.rows.begin(), month.rows.end(), random);
      ASSERT_EQ(Serialized(Reconcile(month.setup, month.rows)), first);
    }
  }
}

// Rows with random fields: whatever they say, none is lost and both totals
// agree.
TestRow WildRow(std::mt19937& random) {
  const auto pick = [&random](uint32_t below) { return random() % below; };
  static constexpr const char* kSkus[] = {"p6e", "p5", "p4d", ""};
  static constexpr const char* kRegions[] = {"us-east-1", "us-west-2", ""};
  static constexpr const char* kUnits[] = {"Hours", "GPU-Hours", "Requests"};
  static constexpr const char* kCommitments[] = {"", "gb200-reserved", "other"};
  static constexpr const char* kProviders[] = {"aws", "AWS", "Oracle"};
  const int first = static_cast<int>(pick(800)) - 30;
  TestRow row =
      OnDemandRow(first, first + static_cast<int>(pick(30)),
                  FormatScaled(static_cast<int>(pick(9'000)) - 999, 3),
                  FormatScaled(static_cast<int>(pick(90'000)), 3));
  row.start_us += pick(2) * 1'234'567;
  row.sku = kSkus[pick(4)];
  row.sku_price = "";
  row.region = kRegions[pick(3)];
  row.unit = kUnits[pick(3)];
  row.commitment = kCommitments[pick(3)];
  row.provider = kProviders[pick(3)];
  row.commitment_status = static_cast<UsageStatus>(pick(3));
  row.capacity_status = static_cast<UsageStatus>(pick(8) == 0 ? 2 : 0);
  row.category = static_cast<ChargeCategory>(pick(8) < 4 ? 0 : pick(5));
  row.correction = pick(10) == 0;
  row.currency = pick(10) == 0 ? "EUR" : "USD";
  row.frequency = pick(2) == 0 ? "One-Time" : "Recurring";
  if (pick(10) == 0) row.quantity.reset();
  if (pick(4) == 0) row.gpu_count = 8;
  return row;
}

TEST(ReconcilePropertyTest, WildRowsKeepTheInvariants) {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Month month = MonthMaker(seed).Make();
    std::mt19937 random(seed);
    for (int i = 0; i < 60; ++i) {
      month.rows.push_back(WildRow(random));
      if (i % 7 == 0) month.rows.push_back(month.rows.back());
    }
    const ReconcileResult result = Reconcile(month.setup, month.rows);
    ExpectInvariants(result, month.rows);
    std::shuffle(month.rows.begin(), month.rows.end(), random);
    ASSERT_EQ(Serialized(Reconcile(month.setup, month.rows)),
              Serialized(result));
    if (::testing::Test::HasFailure()) break;
  }
}

// Each row up to three more times, some with another row's money or resource in
// between, so that what is found twice does not stand together.
std::vector<TestRow> WithCopies(std::vector<TestRow> rows,
                                std::mt19937& random) {
  const size_t count = rows.size();
  for (size_t i = 0; i < count; ++i) {
    for (uint32_t copies = random() % 4; copies > 0; --copies) {
      rows.push_back(rows[i]);
      if (random() % 4 == 0) rows.back().resource = "i-other";
      if (random() % 4 == 0) rows.back().billed = rows[random() % count].billed;
    }
  }
  std::shuffle(rows.begin(), rows.end(), random);
  return rows;
}

TEST(ReconcilePropertyTest, MemoryAndOrderChangeNoByte) {
  size_t copies = 0;
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    Month month = MonthMaker(seed).Make();
    std::vector<TestRow> rows = WithCopies(month.rows, random);
    const ReconcileResult result = Reconcile(month.setup, rows);
    ExpectInvariants(result, rows);
    copies += ItemsOf(result, BreakClass::kDuplicateCharge).size();
    // From a row at a time to what holds most of them.
    for (const uint64_t memory : {1u, 200u, 3'000u, 20'000u}) {
      SCOPED_TRACE(absl::StrCat(memory, " bytes"));
      month.setup.options.memory_bytes = memory;
      std::shuffle(rows.begin(), rows.end(), random);
      ASSERT_EQ(Serialized(Reconcile(month.setup, rows)), Serialized(result));
    }
  }
  EXPECT_GT(copies, 600u);
}

// Each row up to four more times, like it.
std::vector<TestRow> WithAlike(std::vector<TestRow> rows,
                               std::mt19937& random) {
  static constexpr const char* kResources[] = {
      "i-1", "i-2", "", "aws/us-east-1/gb200", "aws/us-west-2/h100"};
  static constexpr const char* kTags[] = {
      "", "{\"team\":\"a\"}", "{\"team\":\"a/b\"}", "{\"other\":\"a\"}"};
  const size_t count = rows.size();
  for (size_t i = 0; i < count; ++i) {
    for (uint32_t more = random() % 5; more > 0; --more) {
      TestRow row = rows[i];
      row.resource = kResources[random() % 5];
      row.sub_account = random() % 2 == 0 ? "111" : "222";
      row.tags = kTags[random() % 4];
      if (random() % 4 == 0) {
        const int64_t shift = static_cast<int64_t>(random() % 1'000) - 100;
        row.start_us += shift * kMicrosPerHour;
        row.end_us += shift * kMicrosPerHour;
      }
      if (random() % 16 == 0) row.end_us = row.start_us;
      if (random() % 16 == 0) row.end_us -= kMicrosPerHour / 2;
      rows.push_back(std::move(row));
    }
  }
  std::shuffle(rows.begin(), rows.end(), random);
  return rows;
}

void AddInvoices(BillContents* tables) {
  for (int i = 0; i < 3; ++i) {
    InvoiceLine line;
    line.invoice_issuer = "Amazon Web Services";
    line.invoice_id = absl::StrCat("I", i);
    line.detail_id = "D";
    line.currency = Code("USD");
    line.billed_cost = {Usd("100"), 2, true};
    line.status = i == 2 ? InvoiceStatus::kOpen : InvoiceStatus::kIssued;
    tables->invoice_lines.push_back(line);
  }
}

// That rows are known to be alike saves time, and nothing else.
TEST(ReconcilePropertyTest, RowsThatAreAlikeChangeNoByte) {
  for (uint32_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    Month month = MonthMaker(seed).Make();
    for (int i = 0; i < 20; ++i) month.rows.push_back(WildRow(random));
    for (TestRow& row : month.rows) {
      if (random() % 3 == 0) row.invoice = absl::StrCat("I", random() % 3);
      if (random() % 3 == 0) row.invoice_detail = "D";
      if (random() % 3 == 0) {
        row.consumed = std::to_string(random() % 4);
        row.consumed_unit = "Hours";
      }
      row.effective = row.billed;
      if (seed % 5 == 0) {
        row.amount = BilledAmount::kEffectiveCost;
        row.billed = "1";
      }
      if (seed % 6 == 0) {
        row.links_lines = true;
        row.line_id = absl::StrCat("L", random() % 9);
        if (row.correction) row.corrects = absl::StrCat("L", random() % 12);
      }
    }
    AddInvoices(&month.setup.tables);
    if (seed % 3 == 0) month.setup.options.tenant_tag = "team";
    if (seed % 4 == 0) month.setup.contract.pools[0].sub_accounts = {"111"};
    if (seed % 7 == 0) month.setup.contract.pools[1].resources = {"i-2"};
    const std::vector<TestRow> rows = WithAlike(month.rows, random);
    const ReconcileResult result = Reconcile(month.setup, rows, true);
    ASSERT_EQ(Serialized(result), Serialized(Reconcile(month.setup, rows)));
    // The books here know no tenants, whose hours are then in no part.
    if (month.setup.options.tenant_tag.empty()) ExpectInvariants(result, rows);
  }
}

// Of an item that agrees, which is told by tenant, and by the parts of a split
// machine; and of an adjustment, which is rounding by what all rows come to.
TEST(ReconcilePropertyTest, RowsThatAreAlikeHaveTheirOwnTenantsAndParts) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 6, "16").Build();
  setup.options.tenant_tag = "team";
  std::vector<TestRow> rows;
  for (int i = 0; i < 24; ++i) {
    rows.push_back(OnDemandRow(i / 4, i / 4 + 1, "1", "16.40"));
    rows.back().resource = absl::StrCat("i-", i % 4);
    rows.back().tags = absl::StrCat("{\"team\":\"", i % 3, "\"}");
    rows.back().allocated = "{\"Elements\":[{\"AllocatedRatio\":0.4}]}";
  }
  rows.push_back(OnDemandRow(0, 1, "1", "0.12"));
  rows.back().category = ChargeCategory::kAdjustment;
  for (const bool split : {true, false}) {
    if (!split) {
      for (TestRow& row : rows) row.allocated.clear();
    }
    const ReconcileResult result = Reconcile(setup, rows, true);
    EXPECT_GT(result.items.size(), 15u);
    EXPECT_EQ(ItemsOf(result, BreakClass::kRounding).size(), 1u);
    EXPECT_EQ(Serialized(result), Serialized(Reconcile(setup, rows)));
  }
}

}  // namespace
}  // namespace drawdown::testing
