#include "tests/unit/reconcile/support.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/wide.h"
#include "gtest/gtest.h"

namespace drawdown::testing {
namespace {

uint32_t IndexOf(std::vector<std::string>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  const auto index = static_cast<uint32_t>(found - names.begin());
  if (found == names.end()) names.emplace_back(name);
  return index;
}

BilledMoney Money(const std::string& text) {
  const absl::StatusOr<Decimal> decimal = ParseDecimal(text);
  EXPECT_TRUE(decimal.ok()) << text;
  return {Usd(text), decimal->scale, true};
}

std::string_view CategoryText(ChargeCategory category) {
  switch (category) {
    case ChargeCategory::kUsage:
      return "Usage";
    case ChargeCategory::kPurchase:
      return "Purchase";
    case ChargeCategory::kTax:
      return "Tax";
    case ChargeCategory::kCredit:
      return "Credit";
    case ChargeCategory::kAdjustment:
      return "Adjustment";
  }
  return "";
}

// Views into `row` and `raw`, which must outlive the result.
BillRow ViewOf(const TestRow& row, const std::string& raw) {
  BillRow view;
  view.provider = row.provider;
  view.sub_account = row.sub_account;
  view.region = row.region;
  view.resource = row.resource;
  view.service = row.service;
  view.sku = row.sku;
  view.sku_price = row.sku_price;
  view.instance_type = row.instance_type;
  view.category = row.category;
  view.category_text = CategoryText(row.category);
  view.correction = row.correction;
  view.frequency = row.frequency;
  view.commitment_id = row.commitment;
  view.commitment_status = row.commitment_status;
  view.capacity_status = row.capacity_status;
  view.capacity_id = row.capacity;
  view.currency = Code(row.currency);
  view.billing_start_us = row.billing_start_us;
  view.billing_end_us = row.billing_end_us;
  view.charge_start_us = row.start_us;
  view.charge_end_us = row.end_us;
  view.billed_cost = Money(row.billed);
  view.effective_cost = Money(row.effective);
  view.amount = row.amount;
  view.billed_cost.given =
      row.costed && row.amount == BilledAmount::kBilledCost;
  view.effective_cost.given = row.amount != BilledAmount::kNone;
  if (row.consumed.has_value()) {
    view.consumed_quantity = ParseDecimal(*row.consumed).value();
  }
  view.consumed_unit = row.consumed_unit;
  if (row.quantity.has_value()) {
    view.pricing_quantity = ParseDecimal(*row.quantity).value();
  }
  view.pricing_unit = row.unit;
  if (row.gpu_count.has_value()) {
    view.gpu_count_micro = *row.gpu_count * kMicroGpusPerGpu;
  }
  view.invoice_issuer = row.issuer;
  view.invoice_id = row.invoice;
  view.invoice_detail_id = row.invoice_detail;
  view.applied = row.applied;
  view.tags = row.tags;
  view.line_id = row.line_id;
  view.corrects = row.corrects;
  view.links_lines = row.links_lines;
  view.own_period = row.own_period;
  view.allocated_method_details = row.allocated;
  view.raw = raw;
  view.identity = FastHash(raw, 1);
  return view;
}

BillSummary SummaryOf(const std::vector<TestRow>& rows) {
  BillSummary summary;
  summary.rows = rows.size();
  for (const TestRow& row : rows) {
    BillTotal& total = summary.by_currency[row.currency];
    ++total.rows;
    total.billed_cost += Usd(row.billed);
    total.effective_cost += Usd(row.effective);
  }
  return summary;
}

std::string TimeText(const std::optional<GpuTime>& time) {
  return time.has_value() ? FormatGpuSeconds(*time) : "-";
}

}  // namespace

MoneyAmount Usd(std::string_view text) { return ParseMoney(text).value(); }
GpuTime Hours(std::string_view text) { return ParseGpuHours(text).value(); }
Currency Code(std::string_view text) { return Currency::Parse(text).value(); }

Contract MakeContract() {
  Contract contract;
  contract.id = "aws-2025";
  contract.provider = "aws";
  contract.provider_aliases = {"Amazon Web Services"};
  contract.currency = Code("USD");
  contract.term = {kStart - 365 * 24 * kMicrosPerHour,
                   kStart + 365 * 24 * kMicrosPerHour};
  contract.pools = {{std::string(kGb200), "p6e", "us-east-1", 4},
                    {std::string(kH100), "p5", "us-west-2", 8}};
  contract.rates = {
      {std::string(kGb200), contract.term.start_us, {{{}, Usd("4.10")}}},
      {std::string(kH100), contract.term.start_us, {{{}, Usd("2.90")}}}};
  Commitment reserved;
  reserved.id = kReserved;
  reserved.price = Usd("2.05");
  reserved.shortfall = {ShortfallPolicy::kTakeOrPay, std::nullopt};
  reserved.steps = {{contract.term.start_us, Hours("8192")}};
  reserved.applies = {
      {Dimension::kPool, Operator::kIn, {std::string(kGb200)}, std::nullopt}};
  contract.commitments = {reserved};
  return contract;
}

void BookBuilder::AddOne(int first, int last, Charge charge,
                         const ChargeRule& rule) {
  charge.span = static_cast<uint32_t>(rated_.spans.size());
  charge.rule = static_cast<uint32_t>(rated_.rules.size());
  rated_.spans.push_back({HourOf(first), HourOf(last)});
  rated_.rules.push_back(rule);
  rated_.charges.push_back(charge);
}

void BookBuilder::AddEach(int first, int last, const Charge& charge,
                          const ChargeRule& rule) {
  for (int hour = first; hour < last; ++hour) {
    AddOne(hour, hour + 1, charge, rule);
  }
}

BookBuilder& BookBuilder::OnDemand(std::string_view pool, int first, int last,
                                   std::string_view hours_each,
                                   std::string_view price) {
  AddEach(first, last,
          {.amount = Hours(hours_each).count(),
           .pool = IndexOf(rated_.pools, pool)},
          {.kind = ChargeKind::kOnDemand, .unit_price = Usd(price)});
  return *this;
}

BookBuilder& BookBuilder::Covered(std::string_view pool, int first, int last,
                                  std::string_view hours_each,
                                  std::string_view commitment) {
  AddEach(first, last,
          {.amount = Hours(hours_each).count(),
           .pool = IndexOf(rated_.pools, pool)},
          {.commitment = IndexOf(rated_.commitments, commitment),
           .kind = ChargeKind::kCovered,
           .unit_price = Usd("2.05")});
  return *this;
}

BookBuilder& BookBuilder::Overage(std::string_view pool, int first, int last,
                                  std::string_view hours_each,
                                  std::string_view price,
                                  std::string_view commitment) {
  AddEach(first, last,
          {.amount = Hours(hours_each).count(),
           .pool = IndexOf(rated_.pools, pool)},
          {.commitment = IndexOf(rated_.commitments, commitment),
           .kind = ChargeKind::kOverage,
           .unit_price = Usd(price)});
  return *this;
}

BookBuilder& BookBuilder::Unused(int first, int last,
                                 std::string_view hours_each,
                                 std::string_view price,
                                 std::string_view commitment) {
  AddEach(first, last, {.amount = Hours(hours_each).count()},
          {.commitment = IndexOf(rated_.commitments, commitment),
           .kind = ChargeKind::kUnused,
           .unit_price = Usd(price)});
  return *this;
}

BookBuilder& BookBuilder::Fee(ChargeKind kind, int first, int last,
                              std::string_view hours, std::string_view cost,
                              std::string_view commitment) {
  const Int128 time = Hours(hours).count();
  const Int128 money = Usd(cost).count();
  ChargeRule rule = {.commitment = IndexOf(rated_.commitments, commitment),
                     .kind = kind,
                     .has_gpu_time = time != 0};
  if (time != 0 && money != 0) {
    rule.unit_price =
        MoneyAmount(MulDivHalfEven(money, kMicrosPerHour, time).value());
  }
  AddOne(first, last, {.amount = time != 0 ? time : money}, rule);
  return *this;
}

BookBuilder& BookBuilder::Grain(std::string_view pool, int first, int last,
                                std::string_view hours_each) {
  AddEach(first, last,
          {.amount = Hours(hours_each).count(),
           .pool = IndexOf(rated_.pools, pool)},
          {.kind = ChargeKind::kGrain});
  return *this;
}

BookBuilder& BookBuilder::Unpriced(std::string_view pool, int first, int last,
                                   std::string_view hours_each) {
  AddEach(first, last,
          {.amount = Hours(hours_each).count(),
           .pool = IndexOf(rated_.pools, pool)},
          {.kind = ChargeKind::kUnpriced});
  return *this;
}

TestRow OnDemandRow(int first, int last, std::string quantity,
                    std::string billed) {
  TestRow row;
  row.start_us = HourOf(first);
  row.end_us = HourOf(last);
  row.quantity = std::move(quantity);
  row.billed = billed;
  row.effective = billed;
  return row;
}

TestRow CoveredRow(int first, int last, std::string quantity,
                   std::string effective, std::string billed) {
  TestRow row = OnDemandRow(first, last, std::move(quantity), billed);
  row.effective = std::move(effective);
  row.commitment = std::string(kReserved);
  row.commitment_status = UsageStatus::kUsed;
  return row;
}

TestRow UnusedRow(int first, int last, std::string quantity,
                  std::string billed) {
  TestRow row = OnDemandRow(first, last, std::move(quantity), billed);
  row.effective = FormatMoney(Price(Usd("8.20"), Hours(*row.quantity)));
  row.commitment = std::string(kReserved);
  row.resource = std::string(kReserved);
  row.commitment_status = UsageStatus::kUnused;
  return row;
}

TestRow PurchaseRow(int first, int last, std::string quantity,
                    std::string billed) {
  TestRow row = OnDemandRow(first, last, std::move(quantity), billed);
  row.effective = "0";
  row.category = ChargeCategory::kPurchase;
  row.frequency = "Recurring";
  row.resource = std::string(kReserved);
  row.sku = "";
  row.sku_price = "";
  row.unit = "GPU-Hours";
  return row;
}

TestRow Corrected(TestRow row) {
  row.correction = true;
  return row;
}

TestRow CostOnly(int first, int last, std::string billed, std::string sku) {
  TestRow row = Corrected(OnDemandRow(first, last, "0", std::move(billed)));
  row.category = ChargeCategory::kAdjustment;
  row.quantity.reset();
  row.sku = std::move(sku);
  row.sku_price = "";
  return row;
}

std::string RawOf(const TestRow& row) {
  return absl::StrCat(row.provider, "|", row.sub_account, "|", row.region, "|",
                      row.resource, "|", row.service, "|", row.sku, "|",
                      row.sku_price, "|",
                      std::string(CategoryText(row.category)), "|",
                      row.correction, "|", row.frequency, "|", row.commitment,
                      "|", static_cast<int>(row.commitment_status), "|",
                      static_cast<int>(row.capacity_status), "|", row.capacity,
                      "|", row.currency, "|", row.billing_start_us, "|",
                      row.start_us, "|", row.end_us, "|", row.billed, "|",
                      row.effective, "|", row.quantity.value_or("-"), "|",
                      row.unit, "|", row.gpu_count.value_or(-1), "|",
                      row.line_id, "|", row.corrects, "|", row.allocated);
}

// All but what varies among rows that are alike.
std::string AlikeText(TestRow row) {
  row.start_us = row.end_us = 0;
  row.resource = row.sub_account = row.tags = "";
  return absl::StrCat(
      RawOf(row), "|", row.billing_end_us, "|", row.instance_type, "|",
      row.issuer, "|", row.invoice, "|", row.invoice_detail, "|", row.costed,
      "|", static_cast<int>(row.amount), "|", row.consumed.value_or("-"), "|",
      row.consumed_unit, "|", row.links_lines);
}

// One for rows that are alike. Of those in use some have the same remainder,
// which costs time and must not change a result.
class Likes {
 public:
  uint64_t Of(const TestRow& row) {
    if (!row.applied.empty()) return 0;
    const uint64_t next = likes_.size();
    return likes_
        .try_emplace(AlikeText(row), (next + 1) * kMostLikes + next % 5)
        .first->second;
  }

 private:
  std::map<std::string, uint64_t> likes_;
};

Scenario MeteredHours(int hours) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, hours, "8").Build();
  return setup;
}

ReconcileResult Reconcile(const Scenario& setup,
                          const std::vector<TestRow>& rows, bool alike) {
  ReconcileInput input;
  input.contract = &setup.contract;
  input.rated = &setup.rated;
  input.period = setup.period;
  input.at_us = setup.at_us;
  input.capacity = &setup.capacity;
  input.capacity_pools = &setup.capacity_pools;
  input.corrections = &setup.corrections;
  input.corrected = &setup.corrected;
  input.metered = setup.metered;
  input.versions = &setup.versions;
  input.others = setup.others;
  Reconciler reconciler(input, setup.options);
  Likes likes;
  for (const TestRow& row : rows) {
    // Freed before the next row: nothing may keep a view of a row.
    const auto owned = std::make_unique<TestRow>(row);
    const std::string raw = RawOf(row);
    BillRow view = ViewOf(*owned, raw);
    if (alike) view.like = likes.Of(row);
    const absl::Status added = reconciler.Add(view);
    EXPECT_TRUE(added.ok()) << added;
  }
  BillContents bill = setup.tables;
  bill.summary = SummaryOf(rows);
  absl::StatusOr<ReconcileResult> result = reconciler.Finish(bill);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *result : ReconcileResult();
}

std::vector<Break> ItemsOf(const ReconcileResult& result, BreakClass kind) {
  std::vector<Break> items;
  for (const Break& item : result.items) {
    if (item.kind == kind) items.push_back(item);
  }
  return items;
}

std::string SumOf(const ReconcileResult& result, BreakClass kind,
                  MoneyAmount Break::*amount) {
  MoneyAmount sum;
  for (const Break& item : ItemsOf(result, kind)) sum += item.*amount;
  return FormatMoney(sum);
}

std::string Serialized(const ReconcileResult& result) {
  std::string text;
  for (const Break& item : result.items) {
    absl::StrAppend(&text, std::string(BreakClassName(item.kind)), "|",
                    item.provider, "|", item.sub_account, "|", item.region, "|",
                    item.sku, "|", item.pool, "|", item.resource, "|",
                    item.period_start_us, "|", item.period_end_us, "|");
    absl::StrAppend(
        &text, TimeText(item.billed), "|", TimeText(item.metered), "|",
        TimeText(item.contracted), "|", FormatMoney(item.billed_cost), "|",
        FormatMoney(item.expected_cost), "|", FormatMoney(item.difference), "|",
        FormatMoney(item.quantity_effect), "|", FormatMoney(item.price_effect),
        "|");
    absl::StrAppend(&text, item.currency.ToString(), "|", item.matched_on, "|",
                    item.reason, "|", item.rows, "|", item.pending, "|",
                    item.tenant, "\n");
  }
  for (const auto& [key, total] : result.totals) {
    absl::StrAppend(&text, key.first, "|",
                    std::string(BreakClassName(key.second)), "|", total.items,
                    "|", FormatMoney(total.difference), "\n");
  }
  for (const ReconcileCheck& check : result.checks) {
    absl::StrAppend(&text, check.name, "|", static_cast<int>(check.outcome),
                    "|", check.detail, "\n");
  }
  for (const std::string& note : result.notes) {
    absl::StrAppend(&text, note, "\n");
  }
  return text;
}

void ExpectInvariants(const ReconcileResult& result,
                      const std::vector<TestRow>& rows) {
  std::map<std::string, MoneyAmount> added;
  for (const TestRow& row : rows) {
    added[row.currency] +=
        Usd(row.amount == BilledAmount::kEffectiveCost ? row.effective
                                                       : row.billed);
  }
  std::map<std::string, MoneyAmount> billed;
  std::map<std::string, MoneyAmount> rest;
  uint64_t count = 0;
  for (const Break& item : result.items) {
    const std::string currency = item.currency.ToString();
    billed[currency] += item.billed_cost;
    rest[currency] += item.billed_cost - item.expected_cost - item.difference;
    count += item.rows;
  }
  EXPECT_EQ(count, rows.size());
  for (const auto& [currency, amount] : added) {
    EXPECT_EQ(FormatMoney(billed[currency]), FormatMoney(amount));
  }
  for (const auto& [currency, amount] : rest) {
    EXPECT_EQ(FormatMoney(amount), "0") << currency;
  }
  EXPECT_EQ(CheckNamed(result, "conservation").outcome,
            ReconcileCheck::Outcome::kPassed);
  EXPECT_NE(CheckNamed(result, "metered_conservation").outcome,
            ReconcileCheck::Outcome::kFailed);
}

const ReconcileCheck& CheckNamed(const ReconcileResult& result,
                                 const std::string& name) {
  for (const ReconcileCheck& check : result.checks) {
    if (check.name == name) return check;
  }
  static const ReconcileCheck& missing = *new ReconcileCheck();
  ADD_FAILURE() << "no check named " << name;
  return missing;
}

}  // namespace drawdown::testing
