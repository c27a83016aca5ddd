// What a mapping does to a text before it is read. Each leaves `out` alone and
// returns false for a text that it does not understand.
#ifndef DRAWDOWN_SRC_BILL_TRANSFORMS_H_
#define DRAWDOWN_SRC_BILL_TRANSFORMS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace drawdown {

// A time in `pattern`, of YYYY YY MM M DD D hh mm ss and literal characters, as
// RFC 3339 in UTC. YY is 2000 to 2099; M and D take one digit or two.
bool TimeInPattern(std::string_view text, std::string_view pattern,
                   std::string* out);

// Counts of 1/10^scale seconds since 1970, as RFC 3339.
bool TimeOfEpoch(std::string_view text, int scale, std::string* out);

// The start of the UTC month `months` after the one that contains the time.
bool MonthOf(std::string_view text, int months, std::string* out);

// The time some days of 24 hours later.
bool DaysLater(std::string_view text, int days, std::string* out);

// "$1,234.50 " as 1234.50 and "(12.50)" as -12.50: blanks around it, one of
// $ EUR GBP signs before it, commas between groups of three digits.
bool PlainNumber(std::string_view text, std::string* out);

// The exact product of two decimals.
bool Product(std::string_view a, std::string_view b, std::string* out);

// Appends a text as a JSON string, with its quotes.
void AppendJsonText(std::string_view text, std::string* out);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_TRANSFORMS_H_
