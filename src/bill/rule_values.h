// The forms that FOCUS asks of a value.
#ifndef DRAWDOWN_SRC_BILL_RULE_VALUES_H_
#define DRAWDOWN_SRC_BILL_RULE_VALUES_H_

#include <string_view>

#include "bill/json_scan.h"

namespace drawdown {

bool IsFocusNumber(std::string_view text);
bool IsFocusTime(std::string_view text);
bool IsCurrencyCode(std::string_view text);
bool IsNonNegative(std::string_view text);

// The characters and a capital of a unit; the words are free.
bool IsUnit(std::string_view text);

// The words that FOCUS lists are written as there; others are free.
bool HasUnitCase(std::string_view text);

// Nothing but blanks, and not empty.
bool IsBlank(std::string_view text);

// What stands for a null, or nothing but blanks.
bool IsPlaceholder(std::string_view text);

// PascalCase: letters and digits after a capital.
bool IsPascal(std::string_view text);

// Keys of SkuPriceDetails. Those of FOCUS have types; those of a provider start
// with x_.
bool IsPriceKey(std::string_view key);
// A provider's key without x_ is PascalCase too.
bool IsPascalKey(std::string_view key);
// Not one of FOCUS but for its case.
bool IsSpelledKey(std::string_view key);
// The type that FOCUS gives the key; any for others. A null has none.
bool IsTypedMember(const JsonCell::Member& member);
// The key of FOCUS that a provider's is named after; empty: none.
std::string_view FocusKeyOf(std::string_view key);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_RULE_VALUES_H_
