// How a report is written, and where to.
#ifndef DRAWDOWN_SRC_REPORT_FORMAT_H_
#define DRAWDOWN_SRC_REPORT_FORMAT_H_

#include <cstdint>
#include <functional>
#include <string_view>

namespace drawdown {

enum class Format : uint8_t {
  kTable,  // for people: rounded, grouped, the important things first
  kCsv,    // one sheet, exact
  kJson,   // one object, everything, exact
};

// Takes the text of a report in pieces, in order.
using Sink = std::function<void(std::string_view)>;

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_FORMAT_H_
