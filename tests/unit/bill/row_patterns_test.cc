// Rows that are known to be like others: nobody must be able to tell a reading
// that knows them from one that reads every row in full.
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/wide.h"
#include "bill/rule_checker.h"
#include "bill_text.h"
#include "gtest/gtest.h"
#include "tests/support/sanitized.h"

namespace drawdown {
namespace {

constexpr uint32_t kPatternsSeed = 20261129;
// Under sanitizers a row takes long: one case of so many is tried.
constexpr uint32_t kOneOf = kUnderThreadSanitizer    ? 8
                            : kUnderAddressSanitizer ? 4
                                                     : 1;

std::string Text(const BilledMoney& money) {
  return absl::StrCat(Int128ToString(money.amount.count()), "/", money.scale,
                      "/", money.given);
}

std::string Text(const std::optional<Decimal>& value) {
  if (!value) return "-";
  return absl::StrCat(Int128ToString(value->coefficient), "/", value->scale);
}

// All that rows which are alike have in common.
std::string CommonText(const BillRow& row) {
  std::string text;
  for (const std::string_view part : {row.provider,
                                      row.host_provider,
                                      row.invoice_issuer,
                                      row.invoice_id,
                                      row.invoice_detail_id,
                                      row.line_id,
                                      row.corrects,
                                      row.billing_account,
                                      row.region,
                                      row.service,
                                      row.sku,
                                      row.sku_price,
                                      row.sku_meter,
                                      row.instance_type,
                                      row.description,
                                      row.category_text,
                                      row.frequency,
                                      row.pricing_category,
                                      row.commitment_id,
                                      row.commitment_category,
                                      row.commitment_type,
                                      row.commitment_unit,
                                      row.capacity_id,
                                      row.pricing_unit,
                                      row.consumed_unit,
                                      row.pricing_currency,
                                      row.allocated_method,
                                      row.allocated_resource,
                                      row.allocated_resource_name,
                                      row.allocated_tags,
                                      row.allocated_method_details}) {
    text.append(part).push_back('|');
  }
  for (const BilledMoney& money : {row.billed_cost, row.effective_cost,
                                   row.list_cost, row.contracted_cost}) {
    absl::StrAppend(&text, Text(money), "|");
  }
  for (const auto& value :
       {row.commitment_quantity, row.list_unit_price, row.contracted_unit_price,
        row.pricing_quantity, row.consumed_quantity,
        row.pricing_currency_list_unit_price,
        row.pricing_currency_contracted_unit_price,
        row.pricing_currency_effective_cost}) {
    absl::StrAppend(&text, Text(value), "|");
  }
  absl::StrAppend(&text, static_cast<int>(row.category), row.correction,
                  static_cast<int>(row.commitment_status),
                  static_cast<int>(row.capacity_status), row.links_lines, "|",
                  row.currency.ToString(), "|", row.billing_start_us, "|",
                  row.billing_end_us, "|", static_cast<int>(row.amount), "|",
                  row.gpu_count_micro.value_or(-1), "|", row.applied.size(),
                  "|", row.file, "|", row.by_name.size());
  for (const AppliedCommitment& applied : row.applied) {
    text.append(applied.contract).append(applied.commitment);
    absl::StrAppend(&text, Text(applied.cost), Text(applied.quantity));
  }
  return text;
}

std::string RowText(const BillRow& row) {
  std::string text = CommonText(row);
  for (const std::string_view part :
       {row.resource, row.sub_account, row.tags, row.raw}) {
    text.append("|").append(part);
  }
  absl::StrAppend(&text, "|", row.charge_start_us, "|", row.charge_end_us, "|",
                  row.line, "\n");
  return text;
}

std::string Text(const BillTotal& total) {
  return absl::StrCat(total.rows, " ", FormatMoney(total.billed_cost), " ",
                      FormatMoney(total.effective_cost), " ",
                      FormatMoney(total.list_cost), " ",
                      FormatMoney(total.contracted_cost), "\n");
}

std::string SummaryText(const BillSummary& summary) {
  std::string text = absl::StrCat(summary.rows, " ", summary.first_charge_us,
                                  " ", summary.last_charge_us, "\n");
  for (const auto& [key, total] : summary.totals) {
    absl::StrAppend(&text, key.provider, key.category, key.currency,
                    Text(total));
  }
  for (const auto& [key, total] : summary.by_currency) {
    absl::StrAppend(&text, key, Text(total));
  }
  for (const auto& [key, total] : summary.by_provider_currency) {
    absl::StrAppend(&text, key.first, key.second, Text(total));
  }
  for (const Oddity& oddity : summary.oddities) {
    absl::StrAppend(&text, oddity.name, " ", oddity.column, " ", oddity.rows,
                    " ", oddity.example, "\n");
  }
  return text;
}

// What a reading says: its rows and its summary, or its error.
struct Reading {
  std::string rows;
  std::string end;
  uint64_t alike = 0;  // rows that are like others
};

Reading Read(const std::vector<std::string>& texts, bool in_full) {
  std::vector<BillInput> files;
  for (const std::string& text : texts) {
    files.push_back(
        {MemorySource(std::to_string(files.size()) + ".csv", text), "", {}});
  }
  Reading reading;
  std::map<uint64_t, std::string> common;
  RuleChecker rules;  // with them every row is read in full
  const auto bill = ReadBill(
      files,
      [&](const BillRow& row) {
        reading.rows += RowText(row);
        if (row.like == 0) return absl::OkStatus();
        ++reading.alike;
        const auto first = common.emplace(row.like, CommonText(row)).first;
        EXPECT_EQ(CommonText(row), first->second);
        return absl::OkStatus();
      },
      nullptr, nullptr, in_full ? &rules : nullptr);
  reading.end = bill.ok() ? SummaryText(bill->summary)
                          : std::string(bill.status().message());
  EXPECT_TRUE(!in_full || reading.alike == 0);
  return reading;
}

// Every column that a charge can have.
BillCells FullRow() {
  return With(GoodRow(),
              {{"AllocatedMethodDetails", ""},
               {"AllocatedMethodId", ""},
               {"AllocatedResourceId", ""},
               {"AllocatedResourceName", ""},
               {"AllocatedTags", ""},
               {"AvailabilityZone", "zone-a"},
               {"BillingAccountType", "Payer"},
               {"CapacityReservationId", ""},
               {"CapacityReservationStatus", ""},
               {"CommitmentDiscountCategory", ""},
               {"CommitmentDiscountId", ""},
               {"CommitmentDiscountName", ""},
               {"CommitmentDiscountQuantity", ""},
               {"CommitmentDiscountStatus", ""},
               {"CommitmentDiscountType", ""},
               {"CommitmentDiscountUnit", ""},
               {"ConsumedQuantity", "8"},
               {"ConsumedUnit", "Hours"},
               {"ContractApplied", ""},
               {"ContractedUnitPrice", "2.05"},
               {"HostProviderName", "AWS"},
               {"InvoiceDetailId", "D-1"},
               {"InvoiceId", "I-1"},
               {"PricingCategory", "Standard"},
               {"PricingCurrency", "USD"},
               {"PricingCurrencyContractedUnitPrice", "2.05"},
               {"PricingCurrencyEffectiveCost", "16.40"},
               {"PricingCurrencyListUnitPrice", "4.10"},
               {"RegionId", "us-east-1"},
               {"RegionName", "N. Virginia"},
               {"ResourceId", "i-1"},
               {"ResourceName", "node-1"},
               {"ResourceType", "Instance"},
               {"ServiceProviderName", "AWS"},
               {"ServiceSubcategory", "Virtual Machines"},
               {"SkuId", "p5"},
               {"SkuMeter", "BoxUsage"},
               {"SkuPriceDetails", "{\"InstanceType\":\"p5\",\"GpuCount\":8}"},
               {"SubAccountId", "111"},
               {"SubAccountName", "team"},
               {"SubAccountType", "Account"},
               {"Tags", "{\"a\":\"b\"}"},
               {"x_note", "1"}});
}

const std::vector<std::string>& OddValues() {
  static const auto* const values = new std::vector<std::string>{
      "",
      "NULL",
      "null",
      "\\N",
      "0",
      "-1",
      "8",
      "8.5",
      "1e2",
      "1E+2",
      "16.4",
      "16.400000000000000000004",
      "USD",
      "EUR",
      "Usage",
      "usage",
      "Purchase",
      "Tax",
      "Correction",
      "Recurring",
      "2026-10-03T00:00:00Z",
      "2026-10-03T12:00:00Z",
      "2026-10-03T13:00:00Z",
      "2026-12-03T13:00:00Z",
      "2026-10-03",
      "2026-10-03 12:00:00Z",
      "2026-10-03T12:00:00.5Z",
      "2026-10-03T13:00:00+02:00",
      "{\"a\":1,\"a\":2}",
      "{\"GpuCount\":4,\"InstanceType\":\"p5\"}",
      "{\"GpuCount\":\"8\"}",
      "{",
      "{\"Elements\":[{\"ContractCommitmentId\":\"c\"}]}",
      "x, \"y\"",
      "Used",
      "Unused",
      "used",
      "Spend",
      "Dynamic",
      "i-2",
      std::string(5'000, 'x')};
  return *values;
}

std::string Applied(std::string_view commitment) {
  return absl::StrCat(
      "{\"Elements\":[{\"ContractId\":\"k\",\"ContractCommitmentId\":\"",
      std::string(commitment), "\",\"ContractCommitmentAppliedCost\":1}]}");
}

class BillMaker {
 public:
  explicit BillMaker(uint32_t seed) : random_(seed) {}

  // Few kinds of rows at many times. Some have an odd cell, and of those that
  // cannot be read at all there are few.
  std::string Make() {
    std::vector<BillCells> kinds = {FullRow()};
    for (int i = 0; i < 3; ++i) kinds.push_back(Odd(FullRow()));
    for (const char* id : {"c-1", "c-2"}) {
      kinds.push_back(With(FullRow(), {{"ContractApplied", Applied(id)}}));
    }
    std::vector<BillCells> rows;
    for (int i = 0; i < 150; ++i) {
      BillCells row = Vary(kinds[Pick(kinds.size())]);
      if (Pick(6) == 0) row = Odd(std::move(row));
      if (Pick(20) == 0) kinds[Pick(kinds.size())] = row;
      rows.push_back(std::move(row));
    }
    return BillText(rows);
  }

 private:
  size_t Pick(size_t below) { return random_() % below; }

  // Now and then in no time, or outside the billing period.
  BillCells Vary(BillCells row) {
    const size_t hour = Pick(3);
    const std::string day = Pick(9) == 0 ? "2026-12-04T0" : "2026-10-04T0";
    const size_t end = Pick(9) == 0 ? hour : hour + 1;
    return With(std::move(row),
                {{"ChargePeriodStart", absl::StrCat(day, hour, ":00:00Z")},
                 {"ChargePeriodEnd", absl::StrCat(day, end, ":00:00Z")},
                 {"ResourceId", absl::StrCat("i-", Pick(4))},
                 {"ResourceName", absl::StrCat("node-", Pick(4))},
                 {"SubAccountId", absl::StrCat(111 * Pick(3))},
                 {"Tags", absl::StrCat("{\"a\":\"", Pick(3), "\"}")}});
  }

  BillCells Odd(const BillCells& row) {
    while (true) {
      BillCells odd = row;
      odd[Pick(odd.size())].second = OddValues()[Pick(OddValues().size())];
      if (Pick(500) == 0 || ReadTexts({BillText({odd})}).ok()) return odd;
    }
  }

  std::mt19937 random_;
};

TEST(RowPatternsTest, NobodyCanTell) {
  uint64_t alike = 0;
  uint64_t errors = 0;
  for (uint32_t i = 0; i < 64 / kOneOf; ++i) {
    const uint32_t seed = kPatternsSeed + i;
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::vector<std::string> texts = {BillMaker(seed).Make()};
    if (i % 4 == 0) texts.push_back(BillMaker(seed + 1'000).Make());
    const Reading known = Read(texts, false);
    const Reading full = Read(texts, true);
    ASSERT_EQ(known.end, full.end);
    ASSERT_EQ(known.rows, full.rows);
    alike += known.alike;
    errors += known.end.find(".csv:") == 1 ? 1 : 0;
  }
  std::cout << alike << " rows were like others, " << errors << " errors\n";
  EXPECT_GT(alike, 2'000u / kOneOf);
}

// Bytes changed, lost, added and doubled anywhere in a bill of rows that are
// alike.
TEST(RowPatternsTest, NobodyCanTellOfMutants) {
  std::mt19937 random(kPatternsSeed);
  const BillCells row = FullRow();
  const std::string bill = BillText(std::vector<BillCells>(8, row));
  const size_t body = bill.find('\n');
  constexpr std::string_view kBytes(",\"\n\\{}:0159-+.TZ NUabe\xc3\r\0", 25);
  uint64_t alike = 0;
  for (uint32_t mutant = 0; mutant < 400 / kOneOf; ++mutant) {
    std::string text = bill;
    for (uint32_t edits = 1 + random() % 2; edits > 0; --edits) {
      const size_t at = body + 1 + random() % (text.size() - body - 1);
      const char byte = kBytes[random() % kBytes.size()];
      switch (random() % 4) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.insert(at, 1, byte);
          break;
        case 2:
          text.erase(at, 1);
          break;
        default:
          text.insert(at, text.substr(at, random() % 60));
      }
    }
    const Reading known = Read({text}, false);
    const Reading full = Read({text}, true);
    ASSERT_EQ(known.end, full.end) << text;
    ASSERT_EQ(known.rows, full.rows) << text;
    alike += known.alike;
  }
  EXPECT_GT(alike, 500u / kOneOf);
}

// A column in which rows that are alike differ may hold what is no CSV, or too
// much, as well: the row that has it is refused, or read, as any other.
TEST(RowPatternsTest, WhatIsOddInWhatVariesIsNotPassedOver) {
  const std::vector<std::string> odd = {
      "\r", std::string(1, '\0'),    "\t", "\xff", "\"",
      "\n", std::string(70'000, 'x')};
  std::vector<BillCells> rows(8, FullRow());
  for (const char* column : {"ResourceId", "ResourceName", "SubAccountId",
                             "SubAccountName", "Tags"}) {
    rows[6] = With(FullRow(), {{column, column == std::string("Tags")
                                            ? "{\"odd\":\"here\"}"
                                            : "odd, here"}});
    for (const bool quoted : {true, false}) {
      std::string text = BillText(rows);
      const size_t comma = text.find("odd, here");
      if (!quoted && comma != std::string::npos) {
        text.replace(comma - 1, 11, "oddhere");  // without its quotes
      }
      const size_t at = text.find("here");
      ASSERT_NE(at, std::string::npos) << column;
      ASSERT_GT(Read({text}, false).alike, 3u) << column;
      for (const std::string& what : odd) {
        std::string with = text;
        with.insert(at, what);
        const Reading known = Read({with}, false);
        const Reading full = Read({with}, true);
        ASSERT_EQ(known.end, full.end) << column << " " << quoted;
        ASSERT_EQ(known.rows, full.rows) << column << " " << quoted;
      }
    }
  }
}

// Each column that is read, changed alone, makes another row. A value in four
// for each, or fewer.
TEST(RowPatternsTest, EveryColumnTells) {
  const BillCells row = FullRow();
  size_t column = 0;
  for (const auto& cell : row) {
    constexpr size_t kStep = 4 * kOneOf;
    for (size_t i = column++ % kStep; i < OddValues().size(); i += kStep) {
      const std::string& value = OddValues()[i];
      const BillCells other = With(row, {{cell.first, value}});
      const std::vector<std::string> texts = {
          BillText({row, row, row, other, row, other, other, other, row})};
      const Reading known = Read(texts, false);
      const Reading full = Read(texts, true);
      ASSERT_EQ(known.end, full.end) << cell.first << " " << value;
      ASSERT_EQ(known.rows, full.rows) << cell.first << " " << value;
    }
  }
  EXPECT_EQ(Read({BillText({row, row, row, row})}, false).alike, 2u);
}

// Which is known at the end only.
TEST(RowPatternsTest, RowsOfWholeNumbersAreCounted) {
  const BillCells row = With(FullRow(), {{"EffectiveCost", "16"},
                                         {"ContractedCost", "16"},
                                         {"ContractedUnitPrice", "2"}});
  const std::vector<std::string> texts = {BillText({row, row, row, row, row})};
  const auto summary = ReadTexts(texts);
  ASSERT_TRUE(summary.ok()) << summary.status();
  const auto rows = OddityRows(*summary);
  EXPECT_EQ(rows.at("integer_cost_column/EffectiveCost"), 5u);
  EXPECT_EQ(rows.at("integer_cost_column/ContractedCost"), 5u);
  EXPECT_EQ(rows.at("integer_cost_column/ContractedUnitPrice"), 5u);
  EXPECT_EQ(Read(texts, false).end, Read(texts, true).end);
  EXPECT_EQ(Read(texts, false).alike, 3u);
}

// More kinds of rows than are kept, and too many to be worth a look.
TEST(RowPatternsTest, ManyKindsOfRowsAreForgottenAndFound) {
  constexpr uint32_t kRows = kUnderThreadSanitizer ? 1'800 : 6'000;
  for (const size_t kinds : {300, 3'000, 30'000}) {
    std::mt19937 random(kPatternsSeed);
    std::vector<BillCells> rows;
    for (uint32_t i = 0; i < kRows; ++i) {
      const size_t kind = random() % kinds;
      rows.push_back(With(GoodRow(), {{"SkuPriceId", absl::StrCat(kind)},
                                      {"BilledCost", absl::StrCat(kind)}}));
    }
    const std::vector<std::string> texts = {BillText(rows)};
    const Reading known = Read(texts, false);
    const Reading full = Read(texts, true);
    EXPECT_EQ(known.end, full.end);
    EXPECT_EQ(known.rows, full.rows);
    EXPECT_TRUE(kinds != 300 || known.alike > kRows / 2);
  }
}

}  // namespace
}  // namespace drawdown
