// Closing: a month of a contract, frozen as it was billed. Plain values;
// docs/closing.md says what follows from it.
#ifndef DRAWDOWN_CLOSE_H_
#define DRAWDOWN_CLOSE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "drawdown/statement.h"
#include "drawdown/units.h"

namespace drawdown {

struct ClosedVersion {
  std::string contract;
  uint32_t version = 0;

  friend bool operator==(const ClosedVersion&, const ClosedVersion&) = default;
};

// A month that was closed. Nothing that is recorded later changes it.
struct ClosedPeriod {
  std::string contract;
  std::string period;      // "2026-10", in the contract's calendar
  int64_t closed_us = 0;   // record time
  std::string tzdata;      // version of the time zones: "2025b", or "unknown"
  std::string chain_hash;  // of the newest commit it was computed from, hex
  // The newest of every contract then, by id: what it is rated with for ever.
  std::vector<ClosedVersion> versions;
  Statement statement;  // with the corrections it took in
};

struct CloseResult {
  ClosedPeriod closed;
  bool was_closed = false;  // already; this call changed nothing
};

}  // namespace drawdown

#endif  // DRAWDOWN_CLOSE_H_
