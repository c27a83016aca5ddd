// The text a report writes.
#ifndef DRAWDOWN_TESTS_UNIT_REPORT_COLLECT_H_
#define DRAWDOWN_TESTS_UNIT_REPORT_COLLECT_H_

#include <string>
#include <string_view>

#include "report/format.h"

namespace drawdown {

// Calls `write` with a sink and returns what it was given.
template <typename Write>
std::string Collect(const Write& write) {
  std::string text;
  write(Sink([&text](std::string_view piece) { text.append(piece); }));
  return text;
}

// One of everything that a name may do to a terminal, a spreadsheet or JSON.
inline constexpr char kHostile[] = "=cmd|' /C calc'!A0\x1b[31m\n\"\u202e,x";

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_REPORT_COLLECT_H_
