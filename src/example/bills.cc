#include "example/bills.h"

#include <algorithm>

#include "example/bill_rows.h"

namespace drawdown::example {
namespace {

constexpr BillStyle kAwsStyle = {
    .provider = "Amazon Web Services",
    .issuer = "Amazon Web Services, Inc.",
    .account_id = "111122220000",
    .account_name = "acme-payer",
    .account_type = "Management Account",
    .sub_account_type = "Linked Account",
    .invoice = "EXAMPLE-2026-10-0001",
    .currency = "USD",
    .service = "Amazon Elastic Compute Cloud",
    .subcategory = "Virtual Machines",
    .pricing_unit = "Hours",
    .resource_prefix = "arn:aws:ec2:",
    .resource_type = "Fleet",
    .month_start = kMonthStart,
    .month_end = kMonthEnd,
    .quantity_decimals = 10,
    .cost_decimals = kAwsCostDecimals,
    .price_decimals = 10,
};

constexpr BillStyle kNordStyle = {
    .provider = "NordGPU",
    .issuer = "NordGPU AB",
    .account_id = "ng-4711",
    .account_name = "Initech",
    .account_type = "Organisation",
    .sub_account_type = "Project",
    .invoice = "NG-2026-10-4711",
    .currency = "EUR",
    .service = "NordGPU Compute",
    .subcategory = "Virtual Machines",
    .pricing_unit = "GPU-Hours",
    .resource_prefix = "nordgpu:",
    .resource_type = "Cluster",
    .month_start = StockholmDay(1),
    .month_end = StockholmDay(32),
    .quantity_decimals = 4,
    .cost_decimals = kNordCostDecimals,
    .price_decimals = 2,
};

std::vector<FocusRow> MakeRows(const BillStyle& style,
                               std::vector<Line> lines) {
  std::stable_sort(
      lines.begin(), lines.end(),
      [](const Line& a, const Line& b) { return a.start < b.start; });
  std::vector<FocusRow> rows;
  for (const Line& line : lines) {
    rows.insert(rows.end(), line.copies, MakeRow(style, line));
  }
  return rows;
}

OtherCharge Storage(std::string_view description, std::string_view sku,
                    int64_t day, int64_t gigabyte_months, MoneyAmount price) {
  return {.category = "Usage",
          .frequency = "Usage-Based",
          .description = description,
          .service = "Object and file storage",
          .service_category = "Storage",
          .subcategory = "Object Storage",
          .start = day,
          .end = day + kDay,
          .cost = price * gigabyte_months,
          .quantity = gigabyte_months,
          .price = price,
          .unit = "GB-Mo",
          .sku = sku};
}

OtherCharge Monthly(const BillStyle& style, std::string_view category,
                    std::string_view description, MoneyAmount cost) {
  const bool recurring = category == "Purchase" || category == "Tax";
  return {.category = category,
          .frequency = recurring ? "Recurring" : "One-Time",
          .description = description,
          .service = "Account services",
          .service_category = "Management and Governance",
          .subcategory = "Other (Management and Governance)",
          .start = style.month_start,
          .end = style.month_end,
          .cost = cost};
}

// The Conditional columns of features that NordGPU does not have.
std::vector<Column> NordAbsent() {
  return {kAvailabilityZone,
          kCapacityReservationId,
          kCapacityReservationStatus,
          kPricingCurrency,
          kPricingCurrencyContractedUnitPrice,
          kPricingCurrencyEffectiveCost,
          kPricingCurrencyListUnitPrice};
}

}  // namespace

std::string AwsBill(const std::vector<Line>& lines) {
  std::vector<FocusRow> rows = MakeRows(kAwsStyle, lines);
  const auto add = [&](const OtherCharge& charge) {
    rows.push_back(MakeRow(kAwsStyle, charge));
  };
  for (int day = 1; day <= 31; ++day) {
    const int64_t at = OctoberAt(day);
    add(Storage("Checkpoints, S3 Standard", "S3-STANDARD", at,
                1'480'000 + 9'700 * day, Micros(21'000)));
    add(Storage("Training data, FSx for Lustre", "FSX-LUSTRE", at,
                310'000 + 1'250 * day, Micros(145'000)));
  }
  add(Monthly(kAwsStyle, "Purchase", "Enterprise support",
              Micros(1'250'000'000'000)));
  add(Monthly(kAwsStyle, "Tax", "Sales tax on support, 6 %",
              Micros(75'000'000'000)));
  add(Monthly(kAwsStyle, "Credit", "Service credit, September incident",
              Micros(-25'000'000'000)));
  return FocusCsv(rows, {});
}

std::string NordBill(const std::vector<Line>& lines) {
  std::vector<FocusRow> rows = MakeRows(kNordStyle, lines);
  rows.push_back(MakeRow(
      kNordStyle, Monthly(kNordStyle, "Purchase", "Dedicated uplink 100G",
                          Micros(4'200'000'000))));
  rows.push_back(
      MakeRow(kNordStyle, Monthly(kNordStyle, "Tax", "VAT 25 % on the uplink",
                                  Micros(1'050'000'000))));
  return FocusCsv(rows, NordAbsent());
}

}  // namespace drawdown::example
