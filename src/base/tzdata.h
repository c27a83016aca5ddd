// Which version of the world's time zones this process computes with.
#ifndef DRAWDOWN_SRC_BASE_TZDATA_H_
#define DRAWDOWN_SRC_BASE_TZDATA_H_

#include <string>

namespace drawdown {

// "2025b", as the zone files ($TZDIR, else /usr/share/zoneinfo) say; "unknown"
// where they do not. Read anew at each call.
std::string TzdataVersion();

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_TZDATA_H_
