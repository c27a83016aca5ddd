#include "bill/bill_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "bill_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

// Reads a bill of one row and gives it to `check`.
template <typename Check>
void ExpectRow(const BillCells& cells, Check check) {
  uint64_t rows = 0;
  const auto summary = ReadTexts({BillText({cells})}, [&](const BillRow& row) {
    ++rows;
    check(row);
    return absl::OkStatus();
  });
  EXPECT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(rows, 1u);
}

// What a text came to is remembered, and is that of the row's own text.
TEST(BillReaderTest, DetailsAreThoseOfEachRow) {
  const auto with = [](const char* details) {
    return With(GoodRow(), {{"SkuPriceDetails", details}});
  };
  const BillCells eight =
      with("{\"GpuCount\":8,\"InstanceType\":\"p5.48xlarge\"}");
  const BillCells four =
      with("{\"InstanceType\":\"p5.24xlarge\",\"GpuCount\":4}");
  const BillCells none = with("{\"x_other\":1}");
  std::vector<std::string> read;
  const auto summary = ReadTexts(
      {BillText({eight, four, none, eight, eight, none, four})},
      [&](const BillRow& row) {
        read.push_back(absl::StrCat(std::string(row.instance_type), " ",
                                    row.gpu_count_micro.value_or(0)));
        return absl::OkStatus();
      });
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_THAT(read,
              ElementsAre("p5.48xlarge 8000000", "p5.24xlarge 4000000", " 0",
                          "p5.48xlarge 8000000", "p5.48xlarge 8000000", " 0",
                          "p5.24xlarge 4000000"));
}

TEST(BillReaderTest, ReadsEveryFieldOfARow) {
  const BillCells cells =
      With(GoodRow(), {{"InvoiceIssuerName", "issuer"},
                       {"InvoiceId", "INV-1"},
                       {"BillingAccountId", "acct"},
                       {"SubAccountId", "sub"},
                       {"RegionId", "us-east-1"},
                       {"ResourceId", "i-1"},
                       {"ServiceName", "EC2"},
                       {"SkuId", "SKU"},
                       {"SkuPriceId", "SKU.2"},
                       {"ChargeDescription", "text"},
                       {"ChargeCategory", "Credit"},
                       {"ChargeClass", "Correction"},
                       {"ChargeFrequency", "Recurring"},
                       {"PricingCategory", "Committed"},
                       {"CommitmentDiscountId", "c-1"},
                       {"CommitmentDiscountStatus", "Used"},
                       {"CapacityReservationStatus", "Unused"},
                       {"BilledCost", "-1.50"},
                       {"EffectiveCost", "2.125"},
                       {"ListCost", "3"},
                       {"ContractedCost", "4.0000"},
                       {"ListUnitPrice", "4.10"},
                       {"ContractedUnitPrice", "0.5"},
                       {"PricingQuantity", "8.000"},
                       {"ConsumedQuantity", "7.25"},
                       {"ConsumedUnit", "GPU-Hours"},
                       {"SkuPriceDetails", "{\"GpuCount\":8}"},
                       {"Tags", "{\"team\":\"chat\"}"}});
  ExpectRow(cells, [](const BillRow& row) {
    EXPECT_EQ(row.provider, "AWS");
    EXPECT_EQ(row.invoice_issuer, "issuer");
    EXPECT_EQ(row.invoice_id, "INV-1");
    EXPECT_EQ(row.billing_account, "acct");
    EXPECT_EQ(row.sub_account, "sub");
    EXPECT_EQ(row.region, "us-east-1");
    EXPECT_EQ(row.resource, "i-1");
    EXPECT_EQ(row.service, "EC2");
    EXPECT_EQ(row.sku, "SKU");
    EXPECT_EQ(row.sku_price, "SKU.2");
    EXPECT_EQ(row.description, "text");
    EXPECT_EQ(row.category, ChargeCategory::kCredit);
    EXPECT_EQ(row.category_text, "Credit");
    EXPECT_TRUE(row.correction);
    EXPECT_EQ(row.frequency, "Recurring");
    EXPECT_EQ(row.pricing_category, "Committed");
    EXPECT_EQ(row.commitment_id, "c-1");
    EXPECT_EQ(row.commitment_status, UsageStatus::kUsed);
    EXPECT_EQ(row.capacity_status, UsageStatus::kUnused);
    EXPECT_EQ(row.currency.ToString(), "USD");
    EXPECT_EQ(FormatInstant(row.billing_start_us), "2026-10-01T00:00:00Z");
    EXPECT_EQ(FormatInstant(row.billing_end_us), "2026-11-01T00:00:00Z");
    EXPECT_EQ(FormatInstant(row.charge_start_us), "2026-10-03T12:00:00Z");
    EXPECT_EQ(FormatInstant(row.charge_end_us), "2026-10-03T13:00:00Z");
    EXPECT_EQ(FormatMoney(row.billed_cost.amount), "-1.5");
    EXPECT_EQ(row.billed_cost.scale, 2);
    EXPECT_EQ(FormatMoney(row.effective_cost.amount), "2.125");
    EXPECT_EQ(row.effective_cost.scale, 3);
    EXPECT_EQ(FormatMoney(row.list_cost.amount), "3");
    EXPECT_EQ(row.list_cost.scale, 0);
    EXPECT_EQ(FormatMoney(row.contracted_cost.amount), "4");
    EXPECT_EQ(row.contracted_cost.scale, 4);
    EXPECT_EQ(row.list_unit_price, (Decimal{410, 2}));
    EXPECT_EQ(row.contracted_unit_price, (Decimal{5, 1}));
    EXPECT_EQ(row.pricing_quantity, (Decimal{8000, 3}));
    EXPECT_EQ(row.pricing_unit, "Hours");
    EXPECT_EQ(row.consumed_quantity, (Decimal{725, 2}));
    EXPECT_EQ(row.consumed_unit, "GPU-Hours");
    EXPECT_EQ(row.gpu_count_micro, 8'000'000);
    EXPECT_EQ(row.tags, "{\"team\":\"chat\"}");
    EXPECT_EQ(row.line, 2u);
    EXPECT_EQ(row.file, 0u);
  });
}

TEST(BillReaderTest, AnotherRowLeavesNothingOfTheOneBefore) {
  const BillCells full =
      With(GoodRow(), {{"ChargeClass", "Correction"},
                       {"CommitmentDiscountStatus", "Used"},
                       {"CapacityReservationStatus", "Used"},
                       {"ConsumedQuantity", "1"},
                       {"SkuPriceDetails", "{\"GpuCount\":8}"}});
  const BillCells empty = With(full, {{"ChargeClass", ""},
                                      {"CommitmentDiscountStatus", ""},
                                      {"ListCost", ""},
                                      {"CapacityReservationStatus", ""},
                                      {"ListUnitPrice", ""},
                                      {"PricingQuantity", ""},
                                      {"ConsumedQuantity", ""},
                                      {"SkuPriceDetails", ""}});
  const auto summary =
      ReadTexts({BillText({full, empty})}, [](const BillRow& row) {
        if (row.line == 2) return absl::OkStatus();
        EXPECT_FALSE(row.correction);
        EXPECT_EQ(row.commitment_status, UsageStatus::kNone);
        EXPECT_EQ(row.capacity_status, UsageStatus::kNone);
        EXPECT_TRUE(row.list_cost.amount.zero());
        EXPECT_EQ(row.list_cost.scale, 0);
        EXPECT_FALSE(row.list_unit_price);
        EXPECT_FALSE(row.pricing_quantity);
        EXPECT_FALSE(row.consumed_quantity);
        EXPECT_FALSE(row.gpu_count_micro);
        return absl::OkStatus();
      });
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->rows, 2u);
}

TEST(BillReaderTest, AGoodBillHasNoOddities) {
  const auto summary = ReadTexts({BillText({GoodRow(), GoodRow()})});
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_THAT(OddityRows(*summary), IsEmpty());
  ASSERT_EQ(summary->files.size(), 1u);
  EXPECT_EQ(summary->files[0].name, "0.csv");
  EXPECT_EQ(summary->files[0].dataset, "Cost and Usage");
  EXPECT_EQ(summary->files[0].rows, 2u);
  EXPECT_EQ(summary->format, "FOCUS");
  EXPECT_EQ(summary->version, "1.0");
  EXPECT_EQ(FormatInstant(summary->first_charge_us), "2026-10-03T12:00:00Z");
  EXPECT_EQ(FormatInstant(summary->last_charge_us), "2026-10-03T13:00:00Z");
}

TEST(BillReaderTest, RawIsTheRowHoweverItIsQuoted) {
  const std::string header = BillText({GoodRow()});
  const size_t row_at = header.find('\n') + 1;
  std::string quoted = header;
  for (size_t at = row_at; (at = quoted.find("AWS", at)) != std::string::npos;
       at += 5) {
    quoted.replace(at, 3, "\"AWS\"");
  }
  ASSERT_NE(quoted, header);
  std::vector<std::string> raws;
  const auto keep = [&](const BillRow& row) {
    raws.emplace_back(row.raw);
    return absl::OkStatus();
  };
  const std::string moved =
      BillText({With(GoodRow(),
                     {{"BillingAccountId", "1"}, {"BillingAccountName", "2"}}),
                With(GoodRow(),
                     {{"BillingAccountId", "12"}, {"BillingAccountName", ""}}),
                With(GoodRow(), {{"BillingAccountId", ""},
                                 {"BillingAccountName", "12"}})});
  ASSERT_TRUE(ReadTexts({header, quoted, moved}, keep).ok());
  ASSERT_EQ(raws.size(), 5u);
  EXPECT_EQ(raws[0], raws[1]);
  for (size_t i = 2; i < 5; ++i) {
    EXPECT_EQ(std::count(raws.begin(), raws.end(), raws[i]), 1);
  }
}

struct Refused {
  BillCells changes;
  ErrorCode code;
  const char* message;
};

TEST(BillReaderTest, RefusesWithFileLineAndColumn) {
  const std::vector<Refused> cases = {
      {{{"BilledCost", ""}}, ErrorCode::kBadRow, "BilledCost: is empty"},
      {{{"BilledCost", "12,50"}}, ErrorCode::kBadNumber, "BilledCost: \"12,50"},
      {{{"BilledCost", "NaN"}}, ErrorCode::kBadNumber, "BilledCost: \"NaN\""},
      {{{"BilledCost", "$5"}}, ErrorCode::kBadNumber, "BilledCost: \"$5\""},
      {{{"BilledCost", "+5"}}, ErrorCode::kBadNumber, "BilledCost: \"+5\""},
      {{{"BilledCost", " 5"}}, ErrorCode::kBadNumber, "BilledCost: \" 5\""},
      {{{"BilledCost", "1e400"}}, ErrorCode::kBadNumber, "BilledCost: "},
      {{{"BilledCost", "1e25"}}, ErrorCode::kBadNumber, "BilledCost: "},
      {{{"BilledCost", "1e21"}}, ErrorCode::kBadNumber, "BilledCost: "},
      {{{"EffectiveCost", "x"}}, ErrorCode::kBadNumber, "EffectiveCost: "},
      {{{"ListCost", "x"}}, ErrorCode::kBadNumber, "ListCost: "},
      {{{"ContractedCost", "x"}}, ErrorCode::kBadNumber, "ContractedCost: "},
      {{{"ListUnitPrice", "x"}}, ErrorCode::kBadNumber, "ListUnitPrice: "},
      {{{"ContractedUnitPrice", "x"}},
       ErrorCode::kBadNumber,
       "ContractedUnitPrice: "},
      {{{"PricingQuantity", "x"}}, ErrorCode::kBadNumber, "PricingQuantity: "},
      {{{"ConsumedQuantity", "x"}},
       ErrorCode::kBadNumber,
       "ConsumedQuantity: "},
      {{{"BillingCurrency", ""}}, ErrorCode::kBadRow, "BillingCurrency: "},
      {{{"BillingCurrency", "usd"}}, ErrorCode::kBadRow, "BillingCurrency: "},
      {{{"ProviderName", ""}}, ErrorCode::kBadRow, "ProviderName: is empty"},
      {{{"ProviderName", std::string(1025, 'x')}},
       ErrorCode::kBadRow,
       "ProviderName: is longer than 1024 bytes"},
      {{{"ChargeCategory", ""}},
       ErrorCode::kBadRow,
       "ChargeCategory: is empty"},
      {{{"ChargeCategory", "Fee"}},
       ErrorCode::kBadRow,
       "ChargeCategory: \"Fee\" is not Usage, Purchase, Tax, Credit or Adj"},
      {{{"ChargeClass", "Fix"}},
       ErrorCode::kBadRow,
       "ChargeClass: \"Fix\" is not Correction"},
      {{{"CommitmentDiscountStatus", "Idle"}},
       ErrorCode::kBadRow,
       "CommitmentDiscountStatus: \"Idle\" is not Used or Unused"},
      {{{"CapacityReservationStatus", "Idle"}},
       ErrorCode::kBadRow,
       "CapacityReservationStatus: \"Idle\""},
      {{{"ChargePeriodStart", ""}}, ErrorCode::kBadTime, "ChargePeriodStart: "},
      {{{"ChargePeriodEnd", "5/1/25"}},
       ErrorCode::kBadTime,
       "ChargePeriodEnd: \"5/1/25\" is not a time like"},
      {{{"BillingPeriodStart", "2026-10-1"}},
       ErrorCode::kBadTime,
       "BillingPeriodStart: "},
      {{{"BillingPeriodEnd", "2026-10-01T00:00:00Z"}},
       ErrorCode::kBadRow,
       "BillingPeriodEnd: is not after BillingPeriodStart"},
      {{{"ChargePeriodEnd", "2026-10-03T11:59:59Z"}},
       ErrorCode::kBadRow,
       "ChargePeriodEnd: is before ChargePeriodStart"},
  };
  for (const Refused& test : cases) {
    const BillCells bad = With(GoodRow(), test.changes);
    const BillCells good = With(bad, GoodRow());
    BillCells cleared = good;
    for (auto& cell : cleared) {
      const bool added = cell.first == "CommitmentDiscountStatus" ||
                         cell.first == "CapacityReservationStatus" ||
                         cell.first == "ContractedUnitPrice" ||
                         cell.first == "ConsumedQuantity";
      if (added) cell.second.clear();
    }
    const auto summary = ReadTexts({BillText({cleared, bad})});
    ASSERT_FALSE(summary.ok()) << test.message;
    EXPECT_EQ(GetErrorCode(summary.status()), test.code) << summary.status();
    EXPECT_THAT(std::string(summary.status().message()),
                HasSubstr(std::string("0.csv:3: ") + test.message));
  }
}

TEST(BillReaderTest, CsvErrorsComeThrough) {
  const auto summary = ReadTexts({BillText({GoodRow()}) + "1,2\n"});
  EXPECT_EQ(GetErrorCode(summary.status()), ErrorCode::kBadCsv);
  EXPECT_THAT(
      std::string(summary.status().message()),
      MatchesRegex("0.csv:3: byte [0-9]+: 2 fields, the header has 24"));
}

TEST(BillReaderTest, RefusesNoFilesAndEmptyFiles) {
  EXPECT_EQ(GetErrorCode(ReadTexts({}).status()), ErrorCode::kInvalidArgument);
  EXPECT_EQ(GetErrorCode(ReadTexts({""}).status()), ErrorCode::kBadCsv);
}

TEST(BillReaderTest, FormatsAreNotMixed) {
  const BillCells azure = {{"ChargeType", "Usage"},
                           {"MeterId", "m"},
                           {"UnitOfMeasure", "1 Hour"},
                           {"Quantity", "1"},
                           {"BillingCurrency", "USD"},
                           {"BillingPeriodStartDate", "10/01/2026"},
                           {"BillingPeriodEndDate", "10/31/2026"},
                           {"Date", "10/02/2026"}};
  std::vector<BillInput> files;
  files.push_back({MemorySource("0.csv", BillText({GoodRow()})), "", {}});
  files.push_back(
      {MemorySource("1.csv", BillText({azure})), "azure-actual", {}});
  const auto mixed =
      ReadBill(files, [](const BillRow&) { return absl::OkStatus(); });
  EXPECT_EQ(GetErrorCode(mixed.status()), ErrorCode::kUnknownFormat);
  EXPECT_THAT(std::string(mixed.status().message()),
              HasSubstr("but 0.csv is FOCUS 1.0: these cannot be mixed in one "
                        "bill"));
}

TEST(BillReaderTest, AHeaderAloneIsAnEmptyBill) {
  const std::string text = BillText({GoodRow()});
  const auto summary = ReadTexts({text.substr(0, text.find('\n'))});
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->rows, 0u);
  EXPECT_THAT(summary->totals, IsEmpty());
}

TEST(BillReaderTest, TheCallbackStopsTheReading) {
  const auto summary =
      ReadTexts({BillText({GoodRow(), GoodRow()})}, [](const BillRow& row) {
        return row.line == 2 ? MakeError(ErrorCode::kIo, "stop")
                             : absl::OkStatus();
      });
  EXPECT_EQ(GetErrorCode(summary.status()), ErrorCode::kIo);
}

TEST(BillReaderTest, ATotalThatDoesNotFitIsAnError) {
  const BillCells huge = With(GoodRow(), {{"BilledCost", "1e20"}});
  const auto summary = ReadTexts({BillText({huge, huge})});
  EXPECT_EQ(GetErrorCode(summary.status()), ErrorCode::kOverflow);
  EXPECT_TRUE(ReadTexts({BillText({huge})}).ok());
}

TEST(BillReaderTest, WhetherATotalFitsDoesNotDependOnTheOrderOfRows) {
  const BillCells huge = With(GoodRow(), {{"ListCost", "9e19"}});
  const BillCells back = With(GoodRow(), {{"ListCost", "-9e19"}});
  for (const auto& rows : std::vector<std::vector<BillCells>>{
           {huge, huge, back}, {huge, back, huge}, {back, huge, huge}}) {
    EXPECT_EQ(GetErrorCode(ReadTexts({BillText(rows)}).status()),
              ErrorCode::kOverflow);
  }
  const BillCells other =
      With(GoodRow(), {{"ListCost", "9e19"}, {"BillingCurrency", "EUR"}});
  EXPECT_TRUE(ReadTexts({BillText({huge, other})}).ok());
}

TEST(BillReaderTest, TooManyProvidersAreRefused) {
  std::vector<BillCells> rows;
  for (int i = 0; i < 2'000; ++i) {
    rows.push_back(With(GoodRow(), {{"ProviderName", std::to_string(i)}}));
  }
  EXPECT_TRUE(ReadTexts({BillText(rows)}).ok());
  rows.push_back(With(GoodRow(), {{"ProviderName", "one more"}}));
  const auto summary = ReadTexts({BillText(rows)});
  EXPECT_EQ(GetErrorCode(summary.status()), ErrorCode::kBadRow);
  EXPECT_THAT(std::string(summary.status().message()),
              HasSubstr("0.csv:2002: ProviderName: more than 2000"));
}

TEST(BillReaderTest, TotalsPerProviderCategoryAndCurrency) {
  const BillCells usd = GoodRow();
  const BillCells tax =
      With(GoodRow(), {{"ChargeCategory", "Tax"}, {"BilledCost", "0.1"}});
  const BillCells eur =
      With(GoodRow(), {{"BillingCurrency", "EUR"}, {"BilledCost", "2"}});
  const BillCells other = With(GoodRow(), {{"ProviderName", "Nebius"}});
  const auto summary = ReadTexts({BillText({usd, tax, eur, other, usd})});
  ASSERT_TRUE(summary.ok()) << summary.status();
  std::vector<std::string> shown;
  for (const auto& [key, total] : summary->totals) {
    shown.push_back(key.provider + "/" + key.category + "/" + key.currency +
                    " " + std::to_string(total.rows) + " " +
                    FormatMoney(total.billed_cost) + " " +
                    FormatMoney(total.list_cost));
  }
  EXPECT_THAT(
      shown,
      ElementsAre("AWS/Tax/USD 1 0.1 32.8", "AWS/Usage/EUR 1 2 32.8",
                  "AWS/Usage/USD 2 32.8 65.6", "Nebius/Usage/USD 1 16.4 32.8"));
  EXPECT_EQ(FormatMoney(summary->by_currency.at("USD").billed_cost), "49.3");
  EXPECT_EQ(FormatMoney(summary->by_currency.at("EUR").billed_cost), "2");
  const auto& aws = summary->by_provider_currency.at({"AWS", "USD"});
  EXPECT_EQ(aws.rows, 3u);
  EXPECT_EQ(FormatMoney(aws.billed_cost), "32.9");
  EXPECT_EQ(FormatMoney(aws.effective_cost), "49.2");
  EXPECT_EQ(FormatMoney(aws.contracted_cost), "49.2");
}

TEST(BillReaderTest, ReportsProgressUpToTheWhole) {
  std::vector<BillInput> sources;
  const std::string text = BillText(std::vector<BillCells>(5'000, GoodRow()));
  sources.push_back({MemorySource("a", text), "", {}});
  sources.push_back({MemorySource("b", text), "", {}});
  std::vector<uint64_t> seen;
  const auto summary = ReadBill(
      sources, [](const BillRow&) { return absl::OkStatus(); },
      [&](uint64_t read, uint64_t total) {
        seen.push_back(read);
        EXPECT_EQ(total, 2 * text.size());
      });
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(seen.size(), 4u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(seen.back(), 2 * text.size());
}

TEST(BillReaderTest, RowsSayWhichIsTheBestAmountOfTheirFile) {
  const BillCells accrued = Without(GoodRow(), "BilledCost");
  ExpectRow(GoodRow(), [](const BillRow& row) {
    EXPECT_EQ(row.amount, BilledAmount::kBilledCost);
  });
  ExpectRow(accrued, [](const BillRow& row) {
    EXPECT_EQ(row.amount, BilledAmount::kEffectiveCost);
  });
  ExpectRow(Without(accrued, "EffectiveCost"), [](const BillRow& row) {
    EXPECT_EQ(row.amount, BilledAmount::kNone);
  });
}

}  // namespace
}  // namespace drawdown
