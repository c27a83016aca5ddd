// Spelling a provider's lines as FOCUS rows.
#ifndef DRAWDOWN_SRC_EXAMPLE_BILL_ROWS_H_
#define DRAWDOWN_SRC_EXAMPLE_BILL_ROWS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "example/focus.h"
#include "example/lines.h"

namespace drawdown::example {

// What is the same on every row of one provider's bill.
struct BillStyle {
  std::string_view provider;
  std::string_view issuer;
  std::string_view account_id;
  std::string_view account_name;
  std::string_view account_type;
  std::string_view sub_account_type;
  std::string_view invoice;
  std::string_view currency;
  std::string_view service;
  std::string_view subcategory;
  std::string_view pricing_unit;
  std::string_view resource_prefix;
  std::string_view resource_type;
  int64_t month_start = 0;
  int64_t month_end = 0;
  int quantity_decimals = 0;
  int cost_decimals = 0;
  int price_decimals = 0;
};

// A charge that is no GPU time: storage, support, tax, a credit.
struct OtherCharge {
  std::string_view category;   // ChargeCategory
  std::string_view frequency;  // ChargeFrequency
  std::string_view description;
  std::string_view service;
  std::string_view service_category;
  std::string_view subcategory;
  int64_t start = 0;
  int64_t end = 0;
  MoneyAmount cost;
  // Of usage: cost = price x quantity; a zero quantity leaves these null.
  int64_t quantity = 0;
  MoneyAmount price;
  std::string_view unit;
  std::string_view sku;
};

// A row's Tags; without a tenant where that is empty.
std::string TagsText(std::string_view cost_center, std::string_view tenant);

// "2026-10-01T00:00:00Z".
std::string InstantText(int64_t at);

// Exact money with at least `decimals` places.
std::string MoneyText(MoneyAmount amount, int decimals);

FocusRow MakeRow(const BillStyle& style, const Line& line);
FocusRow MakeRow(const BillStyle& style, const OtherCharge& charge);

}  // namespace drawdown::example

#endif  // DRAWDOWN_SRC_EXAMPLE_BILL_ROWS_H_
