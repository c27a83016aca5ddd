// Deterministic mutations of a good bill: whatever comes in, the answer is a
// summary whose rows were all seen, or a named error.
#include <iostream>
#include <random>
#include <set>

#include "base/error.h"
#include "bill_text.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

constexpr unsigned kSeed = 20261122;
constexpr int kMutants = 2'000;

const std::vector<std::string>& Snippets() {
  static const auto* const snippets =
      new std::vector<std::string>{",",
                                   "\"",
                                   "\"\"",
                                   "\n",
                                   "\r\n",
                                   "\r",
                                   std::string(1, '\0'),
                                   "\xff",
                                   "\xc3",
                                   "\xef\xbb\xbf",
                                   "NULL",
                                   "-",
                                   "1e400",
                                   "1E+5",
                                   "NaN",
                                   "{",
                                   "}",
                                   "\\",
                                   "\\u12",
                                   "Correction",
                                   "2026-10-01 00:00",
                                   "=cmd()",
                                   "0000000000",
                                   std::string(70'000, 'x'),
                                   std::string(3'000, '['),
                                   "BilledCost"};
  return *snippets;
}

std::string SeedBill() {
  const BillCells row = With(
      GoodRow(), {{"Tags", "{\"a\":\"b\",\"c\":[1,2]}"},
                  {"SkuPriceDetails", "{\"GpuCount\":8,\"x_a\":\"\\u00f6\"}"},
                  {"ConsumedQuantity", "8.25"},
                  {"InvoiceId", "INV \"1\", part 2\nof 2"}});
  const BillCells odd = With(row, {{"ChargeFrequency", "usage-based"},
                                   {"PricingQuantity", "0.0008"},
                                   {"BilledCost", "-0.5"}});
  return BillText({row, odd, row});
}

void Mutate(std::mt19937* random, std::string* text) {
  const size_t at = (*random)() % text->size();
  const size_t length = (*random)() % std::min<size_t>(40, text->size() - at);
  switch ((*random)() % 5) {
    case 0:
      (*text)[at] = static_cast<char>((*random)());
      break;
    case 1:
      text->erase(at, length);
      break;
    case 2:
      text->insert(at, Snippets()[(*random)() % Snippets().size()]);
      break;
    case 3:
      text->insert(at, text->substr(at, length));
      break;
    default:
      text->resize(at + 1);
  }
}

TEST(BillFuzzTest, MutantsAreReadOrRefusedByName) {
  std::cout << "seed " << kSeed << "\n";
  std::mt19937 random(kSeed);
  const std::string seed_bill = SeedBill();
  ASSERT_TRUE(ReadTexts({seed_bill}).ok());
  std::set<ErrorCode> codes;
  for (int mutant = 0; mutant < kMutants; ++mutant) {
    std::string text = seed_bill;
    for (unsigned i = random() % 4 + 1; i > 0 && !text.empty(); --i) {
      Mutate(&random, &text);
    }
    uint64_t rows = 0;
    const auto summary = ReadTexts({text}, [&](const BillRow& row) {
      ++rows;
      EXPECT_FALSE(row.provider.empty());
      EXPECT_TRUE(row.billed_cost.amount.valid());
      return absl::OkStatus();
    });
    codes.insert(GetErrorCode(summary.status()));
    if (summary.ok()) {
      EXPECT_EQ(summary->rows, rows) << "mutant " << mutant;
      continue;
    }
    const ErrorCode code = GetErrorCode(summary.status());
    EXPECT_GE(static_cast<int>(code), 101) << summary.status();
    EXPECT_LE(static_cast<int>(code), 112) << summary.status();
    EXPECT_EQ(summary.status().message().substr(0, 6), "0.csv:")
        << summary.status();
  }
  // The mutants reach beyond the CSV layer.
  for (const ErrorCode code :
       {ErrorCode::kOk, ErrorCode::kBadCsv, ErrorCode::kBadNumber,
        ErrorCode::kBadTime, ErrorCode::kBadRow, ErrorCode::kMissingColumn}) {
    EXPECT_EQ(codes.count(code), 1u) << ErrorCodeName(code);
  }
}

}  // namespace
}  // namespace drawdown
