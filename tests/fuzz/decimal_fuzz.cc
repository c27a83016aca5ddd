// A text is an exact decimal or refused, and a decimal's text is that decimal.
#include <string_view>

#include "base/check.h"
#include "base/decimal.h"
#include "bill/transforms.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace drawdown;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = ParseDecimal(text);
  if (value.ok()) {
    CHECK(value->scale >= 0 && value->scale <= 38);
    const std::string shown =
        FormatScaled(value->coefficient, value->scale, value->scale);
    const auto again = ParseDecimal(shown);
    CHECK(again.ok() && again->coefficient == value->coefficient);
    std::string product;
    if (Product(text, "1", &product)) CHECK(ParseDecimal(product).ok());
  }
  std::string plain;
  if (PlainNumber(text, &plain)) {
    std::string twice;
    const auto number = ParseDecimal(plain);
    // What it made of a number is a number that it leaves alone.
    if (number.ok()) CHECK(PlainNumber(plain, &twice) && twice == plain);
  }
  return 0;
}
