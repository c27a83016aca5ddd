// Bills as text, built from a good one by changing cells.
#ifndef DRAWDOWN_TESTS_UNIT_BILL_BILL_TEXT_H_
#define DRAWDOWN_TESTS_UNIT_BILL_BILL_TEXT_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/csv.h"
#include "bill/bill_reader.h"

namespace drawdown {

using BillCells = std::vector<std::pair<std::string, std::string>>;

// A usage row of FOCUS 1.0 that nothing is odd about.
inline BillCells GoodRow() {
  return {{"BilledCost", "16.40"},
          {"BillingAccountId", "1234"},
          {"BillingAccountName", "Acme"},
          {"BillingCurrency", "USD"},
          {"BillingPeriodEnd", "2026-11-01T00:00:00Z"},
          {"BillingPeriodStart", "2026-10-01T00:00:00Z"},
          {"ChargeCategory", "Usage"},
          {"ChargeClass", ""},
          {"ChargeDescription", "p5 hour"},
          {"ChargeFrequency", "Usage-Based"},
          {"ChargePeriodEnd", "2026-10-03T13:00:00Z"},
          {"ChargePeriodStart", "2026-10-03T12:00:00Z"},
          {"ContractedCost", "16.40"},
          {"EffectiveCost", "16.40"},
          {"InvoiceIssuerName", "AWS"},
          {"ListCost", "32.80"},
          {"ListUnitPrice", "4.10"},
          {"PricingQuantity", "8"},
          {"PricingUnit", "Hours"},
          {"ProviderName", "AWS"},
          {"PublisherName", "AWS"},
          {"ServiceCategory", "Compute"},
          {"ServiceName", "EC2"},
          {"SkuPriceId", "SKU.1"}};
}

// Sets cells of `row`, adding columns that it lacks.
inline BillCells With(BillCells row, const BillCells& changes) {
  for (const auto& [name, value] : changes) {
    bool found = false;
    for (auto& cell : row) {
      if (cell.first != name) continue;
      cell.second = value;
      found = true;
    }
    if (!found) row.emplace_back(name, value);
  }
  return row;
}

inline BillCells Without(const BillCells& row, const std::string& name) {
  BillCells kept;
  for (const auto& cell : row) {
    if (cell.first != name) kept.push_back(cell);
  }
  return kept;
}

// The header of the first row, then all rows, which have the same columns.
inline std::string BillText(const std::vector<BillCells>& rows) {
  std::string text;
  for (const auto& cell : rows.front()) text += cell.first + ",";
  text.back() = '\n';
  for (const BillCells& row : rows) {
    for (const auto& cell : row) {
      AppendCsvField(cell.second, &text);
      text += ',';
    }
    text.back() = '\n';
  }
  return text;
}

// Reads texts as the files 0.csv, 1.csv ...
inline absl::StatusOr<BillContents> ReadContents(
    const std::vector<std::string>& texts,
    const BillRowCallback& callback =
        [](const BillRow&) { return absl::OkStatus(); },
    const BillMapping* mapping = nullptr) {
  std::vector<BillInput> files;
  for (const std::string& text : texts) {
    files.push_back(
        {MemorySource(std::to_string(files.size()) + ".csv", text), "", {}});
  }
  return ReadBill(files, callback, nullptr, mapping);
}

inline absl::StatusOr<BillSummary> ReadTexts(
    const std::vector<std::string>& texts,
    const BillRowCallback& callback = [](const BillRow&) {
      return absl::OkStatus();
    }) {
  auto contents = ReadContents(texts, callback);
  if (!contents.ok()) return contents.status();
  return std::move(contents->summary);
}

// name/column -> rows.
inline std::map<std::string, uint64_t> OddityRows(const BillSummary& summary) {
  std::map<std::string, uint64_t> rows;
  for (const Oddity& oddity : summary.oddities) {
    rows[oddity.name + "/" + oddity.column] = oddity.rows;
  }
  return rows;
}

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_BILL_BILL_TEXT_H_
