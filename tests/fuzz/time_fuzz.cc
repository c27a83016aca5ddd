// A text is an instant or refused, and an instant's text is that instant.
#include <string>

#include "base/check.h"
#include "bill/bill_time.h"
#include "bill/transforms.h"
#include "drawdown/units.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace drawdown;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto time = ParseBillTime(text);
  if (time.ok()) {
    const auto again = ParseBillTime(FormatInstant(time->instant_us));
    CHECK(again.ok() && again->instant_us == time->instant_us);
  }
  BillTimeCache cache;
  BillTimeCache::Memo::Hint hint = nullptr;
  for (int i = 0; i < 2; ++i) {
    const auto cached = cache.Parse(text, &hint);
    CHECK(cached.ok() == time.ok());
    if (time.ok()) CHECK(cached->instant_us == time->instant_us);
  }
  std::string out;
  const size_t half = text.find('|');
  if (half != std::string_view::npos) {
    TimeInPattern(text.substr(0, half), text.substr(half + 1), &out);
  }
  for (const int scale : {0, 3}) {
    if (TimeOfEpoch(text, scale, &out)) CHECK(ParseBillTime(out).ok());
  }
  for (const int months : {0, 1}) {
    if (MonthOf(text, months, &out)) CHECK(!out.empty());
  }
  DaysLater(text, 366, &out);
  return 0;
}
