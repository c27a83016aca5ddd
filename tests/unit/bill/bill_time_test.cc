#include "bill/bill_time.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "drawdown/units.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

std::string Show(const absl::StatusOr<BillTime>& time) {
  if (!time.ok())
    return std::string(ErrorCodeName(GetErrorCode(time.status())));
  std::string text = FormatInstant(time->instant_us);
  if (time->date_only) text += " date_only";
  if (time->blank_separator) text += " blank";
  if (time->no_seconds) text += " no_seconds";
  if (time->fraction) text += " fraction";
  if (time->no_zone) text += " no_zone";
  if (time->offset) text += " offset";
  return text;
}

struct Case {
  std::string text;
  std::string shown;
};

const Case kCases[] = {
    {"2026-10-01T00:00:00Z", "2026-10-01T00:00:00Z"},
    {"2026-10-01 00:00:00", "2026-10-01T00:00:00Z blank no_zone"},
    {"2024-01-01T00:00Z", "2024-01-01T00:00:00Z no_seconds"},
    {"2024-01-01 17:45", "2024-01-01T17:45:00Z blank no_seconds no_zone"},
    {"2026-10-01T00:00:00.000Z", "2026-10-01T00:00:00Z fraction"},
    {"2026-10-01T00:00:00.250", "2026-10-01T00:00:00.25Z fraction no_zone"},
    {"2026-10-01T02:00:00+02:00", "2026-10-01T00:00:00Z offset"},
    {"2026-09-30T19:30-04:30", "2026-10-01T00:00:00Z no_seconds offset"},
    {"2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z"},
    {"2026-10-01", "2026-10-01T00:00:00Z date_only"},
    {"2026-10-1", "bad_time"},
    {"2026-02-30", "bad_time"},
    {"2026-10-01Z", "bad_time"},
    {"5/1/25", "bad_time"},
    {"20261001T000000Z", "bad_time"},
    {"1790812800", "bad_time"},
    {"2026-10-01_00:00:00Z", "bad_time"},
    {"2026-10-01T0000Z", "bad_time"},
    {"2026-10-01T00:00:0Z", "bad_time"},
    {"2023-02-01T30:00:00Z", "bad_time"},
    {"2026-02-29T00:00:00Z", "bad_time"},
    {"2026-13-01T00:00:00Z", "bad_time"},
    {"2026-10-01T24:00:00Z", "bad_time"},
    {"2026-10-01T00:00:60Z", "bad_time"},
    {"2026-10-01T00:00:00.Z", "bad_time"},
    {"2026-10-01T00:00:00ZZ", "bad_time"},
    {"2026-10-01T00:00:00 UTC", "bad_time"},
    {" 2026-10-01T00:00:00Z", "bad_time"},
    {"", "bad_time"},
};

TEST(BillTimeTest, ReadsWhatBillsWriteAndSaysWhatIsOdd) {
  for (const Case& test : kCases) {
    EXPECT_EQ(Show(ParseBillTime(test.text)), test.shown) << test.text;
  }
}

using SmallMemo = TextMemo<int, 4, 8>;

TEST(TextMemoTest, KnowsWhatItWasToldUntilAnotherTextTakesTheSlot) {
  SmallMemo memo;
  SmallMemo::Hint hint = nullptr;
  EXPECT_EQ(memo.Find("a", &hint), nullptr);
  for (int i = 0; i < 100; ++i) memo.Remember(absl::StrCat("text", i), i);
  int known = 0;
  for (int i = 0; i < 100; ++i) {
    const int* const value = memo.Find(absl::StrCat("text", i), &hint);
    if (value == nullptr) continue;
    ++known;
    EXPECT_EQ(*value, i) << "the text's own, not its slot's last";
  }
  EXPECT_GE(known, 1);
  EXPECT_LE(known, 4);
}

TEST(TextMemoTest, AHintThatWasTakenOverIsNotBelieved) {
  SmallMemo memo;
  SmallMemo::Hint hint = nullptr;
  memo.Remember("first", 1);
  ASSERT_NE(memo.Find("first", &hint), nullptr);
  for (int i = 0; i < 100; ++i) memo.Remember(absl::StrCat("text", i), i);
  EXPECT_EQ(memo.Find("first", &hint), nullptr);
}

TEST(TextMemoTest, NeitherEmptyNorLongTextsAreKept) {
  SmallMemo memo;
  SmallMemo::Hint hint = nullptr;
  for (const char* text : {"", "123456789"}) {
    memo.Remember(text, 1);
    EXPECT_EQ(memo.Find(text, &hint), nullptr);
  }
  memo.Remember("12345678", 2);
  EXPECT_NE(memo.Find("12345678", &hint), nullptr);
}

TEST(BillTimeTest, TheCacheAgreesWithTheParserEverywhere) {
  BillTimeCache cache;
  BillTimeCache::Memo::Hint hint = nullptr;
  for (int round = 0; round < 2; ++round) {
    for (const Case& test : kCases) {
      EXPECT_EQ(Show(cache.Parse(test.text, &hint)), test.shown) << test.text;
    }
  }
  // More instants than slots, so that slots are taken over.
  for (int round = 0; round < 2; ++round) {
    for (int64_t hour = 0; hour < 5'000; ++hour) {
      const std::string text = FormatInstant(hour * kMicrosPerHour);
      ASSERT_EQ(cache.Parse(text, &hint)->instant_us, hour * kMicrosPerHour);
    }
  }
}

}  // namespace
}  // namespace drawdown
