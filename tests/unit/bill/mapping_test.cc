// Mapping files, and what they make of rows.
#include "bill/mapping.h"

#include <fstream>
#include <sstream>
#include <string>

#include "base/error.h"
#include "bill/formats.h"
#include "bill_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A GPU cloud's own CSV.
constexpr char kAcme[] = R"(# Acme GPU cloud
format: Acme usage
version: 3
ProviderName = 'Acme'        # a constant
BillingCurrency = 'USD'
BillingPeriodStart = start as month-start
BillingPeriodEnd = start as month-end
ChargePeriodStart = start as epoch
ChargePeriodEnd = end as epoch
ChargeCategory = 'Credit' when kind is 'credit', 'promo'
ChargeCategory = 'Usage' when kind is not ''
BilledCost = "Amount total" as number
ListCost = rate * hours when rate is not '0'
ListUnitPrice = rate when rate is not '0'
PricingQuantity = hours
PricingUnit = 'Hours'
SkuId = meta as json 'sku'
GpuCount = gpus
LineId = id when id starts-with 'L' and kind contains 's'
CorrectsLineId = null when kind is 'usage'
CorrectsLineId = id
)";

BillCells AcmeRow() {
  return {{"id", "L-1"},
          {"kind", "usage"},
          {"start", "1790812800"},
          {"end", "1790816400"},
          {"Amount total", "$1,234.50 "},
          {"rate", "0.5"},
          {"hours", "3.25"},
          {"gpus", "8"},
          {"meta", R"({"sku":"h100\u002d8"})"},
          {"note", "n"}};
}

BillMapping Acme(const std::string& text = kAcme) {
  const auto mapping = ParseMapping(text, "acme.map");
  EXPECT_TRUE(mapping.ok()) << mapping.status();
  return *mapping;
}

TEST(MappingTest, EveryKindOfRule) {
  // month-start of a count of seconds is not understood, so use times.
  const BillMapping mapping = Acme();
  const auto wrong = ReadContents(
      {BillText({AcmeRow()})}, [](const BillRow&) { return absl::OkStatus(); },
      &mapping);
  EXPECT_THAT(std::string(wrong.status().message()),
              HasSubstr("0.csv:2: BillingPeriodStart: \"1790812800\" is not a "
                        "time like"));
  std::string text = kAcme;
  for (const std::string field : {"ChargePeriodStart = start as epoch",
                                  "ChargePeriodEnd = end as epoch"}) {
    text.replace(text.find(field), field.size(),
                 field.substr(0, field.find(" as")));
  }
  const BillMapping timed = Acme(text);
  const BillCells row = With(AcmeRow(), {{"start", "2026-10-01T00:00:00Z"},
                                         {"end", "2026-10-01T01:00:00Z"}});
  const BillCells credit = With(row, {{"kind", "promos"},
                                      {"rate", "0"},
                                      {"gpus", ""},
                                      {"meta", "{}"},
                                      {"Amount total", "(3)"}});
  int rows = 0;
  const auto bill = ReadContents(
      {BillText({row, credit})},
      [&](const BillRow& read) {
        const bool first = rows++ == 0;
        EXPECT_EQ(read.provider, "Acme");
        EXPECT_EQ(FormatMoney(read.billed_cost.amount),
                  first ? "1234.5" : "-3");
        EXPECT_EQ(read.billed_cost.scale, first ? 2 : 0);
        EXPECT_EQ(read.list_cost.given, first);
        EXPECT_EQ(FormatMoney(read.list_cost.amount), first ? "1.625" : "0");
        EXPECT_EQ(read.list_unit_price.has_value(), first);
        EXPECT_EQ(read.sku, first ? "h100-8" : "");
        EXPECT_EQ(read.gpu_count_micro.value_or(-1), first ? 8'000'000 : -1);
        EXPECT_EQ(read.pricing_unit, "Hours");
        EXPECT_EQ(read.line_id, "L-1");
        EXPECT_EQ(read.corrects, first ? "" : "L-1");
        EXPECT_EQ(read.billing_end_us, *ParseInstant("2026-11-01T00:00:00Z"));
        return absl::OkStatus();
      },
      &timed);
  ASSERT_TRUE(bill.ok()) << bill.status();
  EXPECT_EQ(rows, 2);
  EXPECT_EQ(bill->summary.format, "Acme usage");
  EXPECT_EQ(bill->summary.version, "3");
  EXPECT_EQ(bill->summary.version_reason, "mapped by acme.map");
  EXPECT_THAT(bill->summary.unknown_columns, ElementsAre("note"));
  auto oddities = OddityRows(bill->summary);
  EXPECT_EQ(oddities["absent_column/ContractedCost"], 2u);
  EXPECT_EQ(oddities["absent_column/EffectiveCost"], 2u);
}

TEST(MappingTest, AByteOrderMarkIsNoPartOfARule) {
  EXPECT_EQ(Acme("\xef\xbb\xbf" + std::string(kAcme)).format, Acme().format);
}

TEST(MappingTest, ASettingMayHaveACommentBehindIt) {
  const BillMapping mapping =
      Acme("format: C#7 cloud \t# whose\nversion: 2\nfocus: yes # all\n");
  EXPECT_EQ(mapping.format, "C#7 cloud");
  EXPECT_EQ(mapping.version, "2");
  EXPECT_TRUE(mapping.focus);
  EXPECT_THAT(std::string(ParseMapping("format: # x", "m").status().message()),
              HasSubstr("expected a value"));
}

TEST(MappingTest, EpochsAreTimes) {
  const BillMapping mapping = Acme(
      "ProviderName = 'A'\nBillingCurrency = 'USD'\nChargeCategory = 'Usage'\n"
      "BilledCost = 'x' * c\n"
      "BillingPeriodStart = t as epoch\nBillingPeriodEnd = t as epoch plus 31 "
      "days\nChargePeriodStart = t as epoch\nChargePeriodEnd = u as "
      "epoch-milliseconds\n");
  const BillCells row = {
      {"t", "1790812800"}, {"u", "1790816400500"}, {"c", "2"}};
  const auto bad = ReadContents(
      {BillText({row})}, [](const BillRow&) { return absl::OkStatus(); },
      &mapping);
  // The times are read before the cost, which is no product.
  EXPECT_THAT(std::string(bad.status().message()),
              HasSubstr("0.csv:2: BilledCost: \"x * 2\""));
}

// Where the billing period is the charge's in the same words, however these say
// it, there is none.
TEST(MappingTest, APeriodOfTheSameWordsIsTheChargesOwn) {
  const auto own = [](const std::vector<const char*>& values) {
    const BillMapping mapping =
        Acme(std::string("ProviderName = 'A'\nBillingCurrency = 'USD'\n"
                         "ChargeCategory = 'Usage'\nBilledCost = c\n") +
             "BillingPeriodStart = " + values[0] + "\nBillingPeriodEnd = " +
             values[1] + "\nChargePeriodStart = " + values[2] +
             "\nChargePeriodEnd = " + values[3] + "\n");
    bool is_own = false;
    const auto bill = ReadContents(
        {BillText({{{"c", "2"},
                    {"s", "1790812800"},
                    {"e", "1790816400"},
                    {"t", "2026-10-01T00:00:00Z"},
                    {"u", "2026-10-01T01:00:00Z"}}})},
        [&is_own](const BillRow& row) {
          is_own = row.own_period;
          return absl::OkStatus();
        },
        &mapping);
    EXPECT_TRUE(bill.ok()) << bill.status();
    return is_own;
  };
  EXPECT_TRUE(own({"t", "u", "t", "u"}));
  EXPECT_TRUE(own({"s as epoch", "e as epoch", "s as epoch", "e as epoch"}));
  EXPECT_TRUE(own({"t", "t plus 1 day", "t", "t plus 1 day"}));
  EXPECT_TRUE(own({"t when c is '2'", "u", "t when c is '2'", "u"}));
  EXPECT_FALSE(own({"t", "u", "t", "u plus 1 day"}));
  EXPECT_FALSE(own({"t", "u", "t", "u when c is '2'"}));
  EXPECT_FALSE(own({"t", "u", "t", "u when c is '2'\nChargePeriodEnd = t"}));
  EXPECT_FALSE(own({"t", "u", "s as epoch", "e as epoch"}));
  // A month's file, and months.
  EXPECT_FALSE(own({"'2026-10-01T00:00:00Z'", "'2026-11-01T00:00:00Z'",
                    "'2026-10-01T00:00:00Z'", "'2026-11-01T00:00:00Z'"}));
  EXPECT_FALSE(own({"t as month-start", "t as month-end", "t as month-start",
                    "t as month-end"}));
}

TEST(MappingTest, MonthsAreOfTimesInAPattern) {
  const auto read = [](const std::string& start) {
    const BillMapping mapping = Acme(
        "ProviderName = 'A'\nBillingCurrency = 'USD'\nBilledCost = c\n"
        "ChargeCategory = 'Usage'\n"
        "BillingPeriodStart = t as month-start 'MM/DD/YYYY hh:mm'\n"
        "BillingPeriodEnd = t as month-end 'MM/DD/YYYY hh:mm' plus 1 day\n"
        "ChargePeriodStart = t as time 'MM/DD/YYYY hh:mm'\n"
        "ChargePeriodEnd = t as time 'MM/DD/YYYY hh:mm' plus 1 day\n");
    std::string period;
    const auto bill = ReadContents(
        {BillText({{{"c", "2"}, {"t", start}}})},
        [&period](const BillRow& row) {
          period = FormatInstant(row.billing_start_us) + " " +
                   FormatInstant(row.billing_end_us);
          return absl::OkStatus();
        },
        &mapping);
    return bill.ok() ? period : std::string(bill.status().message());
  };
  EXPECT_EQ(read("12/31/2026 23:00"),
            "2026-12-01T00:00:00Z 2027-01-02T00:00:00Z");
  EXPECT_EQ(read("10/01/2026 00:00"),
            "2026-10-01T00:00:00Z 2026-11-02T00:00:00Z");
  EXPECT_EQ(read("2026-10-15"), "2026-10-01T00:00:00Z 2026-11-02T00:00:00Z");
  EXPECT_THAT(read("13/01/2026 00:00"), HasSubstr("13/01/2026 00:00"));
}

// The first block of docs/bills.md that starts as a mapping does.
std::string DocumentedMapping() {
  std::ifstream file(DRAWDOWN_DOCS "/bills.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string page = text.str();
  const std::string fence = "```\n";
  const size_t start = page.find(fence + "format: ");
  if (start == std::string::npos) return "";
  const size_t from = start + fence.size();
  return page.substr(from, page.find(fence, from) - from);
}

TEST(MappingTest, TheDocumentedMappingReads) {
  const BillMapping mapping = Acme(DocumentedMapping());
  const BillCells usage = {{"kind", "usage"},
                           {"start", "10/01/2026 00:00"},
                           {"end", "10/01/2026 01:00"},
                           {"Amount (USD)", "$1,032.80"},
                           {"hours", "2"},
                           {"rate", "4.10"},
                           {"gpu_model", "h100"},
                           {"gpus", "8"},
                           {"pod", "pod-7"}};
  const BillCells credit =
      With(usage, {{"kind", "promo"}, {"rate", "0"}, {"Amount (USD)", "(5)"}});
  int rows = 0;
  const auto bill = ReadContents(
      {BillText({usage, credit})},
      [&](const BillRow& row) {
        const bool first = rows++ == 0;
        EXPECT_EQ(row.category,
                  first ? ChargeCategory::kUsage : ChargeCategory::kCredit);
        EXPECT_EQ(FormatInstant(row.billing_start_us), "2026-10-01T00:00:00Z");
        EXPECT_EQ(FormatInstant(row.billing_end_us), "2026-11-01T00:00:00Z");
        EXPECT_EQ(FormatInstant(row.charge_start_us), "2026-10-01T00:00:00Z");
        EXPECT_EQ(FormatInstant(row.charge_end_us), "2026-10-01T01:00:00Z");
        EXPECT_EQ(FormatMoney(row.billed_cost.amount), first ? "1032.8" : "-5");
        EXPECT_EQ(FormatMoney(row.list_cost.amount), first ? "8.2" : "0");
        EXPECT_EQ(row.sku, "h100");
        EXPECT_EQ(row.resource, "pod-7");
        EXPECT_EQ(row.gpu_count_micro.value_or(0), 8'000'000);
        return absl::OkStatus();
      },
      &mapping);
  ASSERT_TRUE(bill.ok()) << bill.status();
  EXPECT_EQ(rows, 2);
  EXPECT_EQ(bill->summary.format, "Acme GPU cloud");
  EXPECT_TRUE(bill->summary.unknown_columns.empty());
}

TEST(MappingTest, AFocusColumnThatOnlyLooksSoIsRefused) {
  const BillMapping mapping = Acme("focus: yes\n");
  const auto bill = ReadContents(
      {BillText({With(Without(GoodRow(), "BilledCost"),
                      {{"Billed\u200bCost", "1"}})})},
      [](const BillRow&) { return absl::OkStatus(); }, &mapping);
  EXPECT_EQ(GetErrorCode(bill.status()), ErrorCode::kBadCsv);
  EXPECT_THAT(std::string(bill.status().message()),
              HasSubstr("looks like BilledCost but has U+200B in it"));
}

TEST(MappingTest, ANullSpelledAsTextIsANull) {
  const BillMapping mapping = Acme(
      "ProviderName = name\nProviderName = 'Other'\nBillingCurrency = 'USD'\n"
      "ChargeCategory = 'Usage'\nPricingQuantity = hours\n"
      "BillingPeriodStart = t\nBillingPeriodEnd = t plus 1 day\n"
      "ChargePeriodStart = t\nChargePeriodEnd = t\n");
  int rows = 0;
  const auto bill = ReadContents(
      {"name,hours,t\nNULL,null,2026-10-01\n\"NULL\",\"NULL\",2026-10-01\n"},
      [&](const BillRow& row) {
        // A quoted one may be a name, but no number.
        EXPECT_EQ(row.provider, rows++ == 0 ? "Other" : "NULL");
        EXPECT_FALSE(row.pricing_quantity);
        return absl::OkStatus();
      },
      &mapping);
  ASSERT_TRUE(bill.ok()) << bill.status();
  EXPECT_EQ(rows, 2);
  auto oddities = OddityRows(bill->summary);
  EXPECT_EQ(oddities["null_spelled_as_text/name"], 1u);
  EXPECT_EQ(oddities["null_spelled_as_text/hours"], 2u);
}

struct BadMapping {
  std::string text;
  std::string message;
};

TEST(MappingTest, RefusesWithFileLineAndColumn) {
  const std::vector<BadMapping> cases = {
      {"", "m: maps no column"},
      {"format: x\n", "m: maps no column"},
      {"\n  Cost = a", "m:2:3: \"Cost\" is not a field: a column of FOCUS's"},
      {"ContractCommitmentId = a", "is not a field"},
      {"BilledCost a", "m:1:12: expected =, not \"a\""},
      {"BilledCost =", "m:1:13: expected a column or a 'constant', the line"},
      {"BilledCost = 'a", "m:1:14: the quote does not end on the line"},
      {"BilledCost = a b", "m:1:16: expected the end of the line, not \"b\""},
      {"BilledCost = a *", "m:1:17: expected a column or a 'constant'"},
      {"BilledCost = a as money", "m:1:19: expected time, epoch, "},
      {"BilledCost = a as time b", "m:1:24: expected a pattern such as"},
      {"BilledCost = a as json", "m:1:23: expected a key such as"},
      {"BillingPeriodEnd = a as month-end ''",
       "m:1:35: expected a pattern such as"},
      {"BillingPeriodEnd = a as month-end b",
       "m:1:35: expected the end of the line"},
      {"BilledCost = a plus 1 day", "only a time can have days added"},
      {"ChargePeriodEnd = a plus 0 days", "a number of days from 1 to 366"},
      {"ChargePeriodEnd = a plus 1 hour", "expected days, not \"hour\""},
      {"BilledCost = a when", "m:1:20: expected a column, the line ends"},
      {"BilledCost = a when b",
       "expected is, is not, starts-with, contains or exists"},
      {"BilledCost = a when b is c", "m:1:26: expected a 'constant', not"},
      {"BilledCost = a when b is 'c',", "expected a 'constant', the line ends"},
      {"BilledCost = a when b is 'c' or", "expected the end of the line"},
      {"Tags = members of x", "m:1:19: expected what columns start with, such"},
      {"Tags = members of ''", "expected what columns start with"},
      {"SkuId = members of 'a/'", "only Tags and other objects have members"},
      {"colour: red", "m:1:1: \"colour: red\" is not a setting"},
      {"focus: no", "is not a setting"},
      {"format:", "expected a value"},
      {"= a", "m:1:1: expected a field or a setting"},
      {"BilledCost = \xff", "m: not UTF-8"},
  };
  for (const BadMapping& test : cases) {
    const auto mapping = ParseMapping(test.text, "m");
    ASSERT_FALSE(mapping.ok()) << test.text;
    EXPECT_EQ(GetErrorCode(mapping.status()), ErrorCode::kBadInput);
    EXPECT_THAT(std::string(mapping.status().message()),
                HasSubstr(test.message));
  }
}

TEST(MappingTest, ColumnsThatAreNotThereAreRefused) {
  const auto status = [](const std::string& text) {
    const BillMapping mapping = Acme(text);
    return std::string(ReadContents(
                           {"a,b\n1,2\n"},
                           [](const BillRow&) { return absl::OkStatus(); },
                           &mapping)
                           .status()
                           .message());
  };
  EXPECT_EQ(status("\nBilledCost = Amount\n"),
            "0.csv:1: missing column Amount, which acme.map:2 names");
  EXPECT_EQ(status("Tags = members of 'tag/'\n"),
            "0.csv:1: missing column starting with tag/, which acme.map:1 "
            "names");
  EXPECT_EQ(status("BilledCost = a when kind is 'x'\n"),
            "0.csv:1: missing column kind, which acme.map:1 names");
  EXPECT_EQ(status("BilledCost = A\nProviderName = 'x'\n"),
            "0.csv:1: acme.map maps nothing to BillingCurrency, "
            "BillingPeriodEnd, BillingPeriodStart, ChargeCategory, "
            "ChargePeriodEnd, ChargePeriodStart");
}

// What is said of files that have a column needs none of the others.
TEST(MappingTest, ARuleMayAskWhetherAColumnExists) {
  const BillMapping mapping = Acme(std::string(kAcme) + R"(
BilledCost = net when net exists
EffectiveCost = '0' when Net exists and kind is 'usage'
EffectiveCost = net when net exists
EffectiveCost = '7'
)");
  BillCells cells = AcmeRow();
  cells[2].second = "2026-10-01T00:00:00Z";
  cells[3].second = "2026-10-01T01:00:00Z";
  const auto effective = [&](const BillCells& row) {
    std::string amount;
    const auto bill = ReadContents(
        {BillText({row})},
        [&](const BillRow& read) {
          amount = FormatMoney(read.effective_cost.amount);
          return absl::OkStatus();
        },
        &mapping);
    EXPECT_TRUE(bill.ok()) << bill.status();
    return amount;
  };
  EXPECT_EQ(effective(cells), "7");
  cells.emplace_back("net", "5");
  EXPECT_EQ(effective(cells), "0");
  cells[1].second = "promo";
  EXPECT_EQ(effective(cells), "5");
}

TEST(MappingTest, EveryBuiltInFormatIsAMapping) {
  for (const std::string& name : FormatNames()) {
    const auto rules = FormatRules(name);
    ASSERT_TRUE(rules) << name;
    const auto mapping = ParseMapping(*rules, name);
    EXPECT_TRUE(mapping.ok()) << mapping.status();
    EXPECT_FALSE(mapping->tells.empty());
  }
  EXPECT_FALSE(FormatRules("focus"));
}

}  // namespace
}  // namespace drawdown
