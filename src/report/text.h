// Text for people: inert on a terminal, aligned, rounded for reading.
#ifndef DRAWDOWN_SRC_REPORT_TEXT_H_
#define DRAWDOWN_SRC_REPORT_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "drawdown/units.h"

namespace drawdown {

// `text` on one line, harmless: control, bidi and hidden characters and bytes
// that are not UTF-8 are spelled out (\x1b, \u202e).
std::string InertText(std::string_view text);

// The same, but line feeds and tabs stay.
std::string InertLines(std::string_view text);

// Terminal columns of inert text.
size_t DisplayWidth(std::string_view text);

// "1234567.5" -> "1,234,567.5". What is no plain decimal stays as it is.
std::string GroupThousands(std::string_view decimal);

// Money with as many decimals as the currency has (JPY none), half-even; all
// digits when that would read as zero.
std::string ReadableMoney(Currency currency, MoneyAmount amount);

// GPU-hours with three decimals, half-even; nine when that would read as zero.
std::string ReadableHours(GpuTime time);

// "1 row", "1,234 rows".
std::string CountOf(uint64_t count, std::string_view singular);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_TEXT_H_
