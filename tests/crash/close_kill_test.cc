// A process that closes a month is killed at each of its system calls, on entry
// and on exit: the month is closed or it is not, and closing it again gives
// what the first close would have given.
//
// DRAWDOWN_CRASH_POINTS is how many of the points are tried, evenly spread
// (default 25; 0: all).
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <limits>

#include "gtest/gtest.h"
#include "tests/crash/meter_oracle.h"
#include "tests/crash/tracee.h"
#include "tests/support/scratch_dir.h"

namespace drawdown {
namespace {

constexpr char kContract[] = R"(
id: "c" provider: "aws" currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
rounding { level: LINE scale: 2 }
rate { pool: "aws" price: "4" from: "2026-01-01T00:00:00Z" }
)";

struct Oracle {
  std::atomic<int64_t> clock_us{*ParseInstant("2026-02-03T00:00:00Z")};
  std::atomic<int> acknowledged{0};
};

std::string Why(const absl::Status& status) {
  return std::string(status.message());
}

absl::StatusOr<std::unique_ptr<Ledger>> OpenBooks(const std::string& path,
                                                  Oracle* oracle) {
  return OpenWithClock(path, &oracle->clock_us, std::chrono::milliseconds(0));
}

// Usage of meters that no one has drained is part of it.
std::string MakeBooks(const std::string& path, Oracle* oracle) {
  return InChild([&]() -> std::string {
    const int64_t now_us = oracle->clock_us.load();
    oracle->clock_us = *ParseInstant("2026-01-31T23:30:00Z");
    auto ledger = OpenBooks(path, oracle);
    if (!ledger.ok()) return Why(ledger.status());
    const auto applied = (*ledger)->ApplyContracts({{"c", kContract}});
    if (!applied.ok()) return Why(applied.status());
    auto meter = (*ledger)->meter("acme", "aws/x");
    if (!meter.ok()) return Why(meter.status());
    meter->Record(7 * kMicrosPerHour);
    oracle->clock_us = now_us;
    return "";
  });
}

// What is wrong with the books after a kill.
std::string CheckBooks(const std::string& path, Oracle* oracle) {
  return InChild([&]() -> std::string {
    auto ledger = OpenBooks(path, oracle);
    if (!ledger.ok()) return Why(ledger.status());
    const auto closed = (*ledger)->ClosedPeriods();
    if (!closed.ok()) return Why(closed.status());
    if (oracle->acknowledged.load() == 1 && closed->size() != 1) {
      return "an acknowledged close is gone";
    }
    const auto again = (*ledger)->ClosePeriod("c", "2026-01");
    if (!again.ok()) return Why(again.status());
    if (again->was_closed != (closed->size() == 1)) return "half a close";
    if (FormatMoney(again->closed.statement.total) != "28") {
      return "closed at " + FormatMoney(again->closed.statement.total);
    }
    const auto report = (*ledger)->VerifyInProcess();
    if (!report.ok()) return Why(report.status());
    return report->ok ? "" : report->findings.front();
  });
}

// What is wrong after a kill at the `point`-th stop; the stops there were, -1
// where nobody may trace.
std::string TryPoint(int64_t point, int64_t* stops) {
  const ScratchDir dir(MemoryDirectory());
  const std::string path = dir.Path("books");
  const SharedMemory<Oracle> oracle;
  const std::string wrong = MakeBooks(path, oracle.get());
  if (!wrong.empty()) return "setting up: " + wrong;
  {
    Tracee tracee([&] {
      auto ledger = OpenBooks(path, oracle.get());
      if (!ledger.ok()) _exit(1);
      if (!(*ledger)->ClosePeriod("c", "2026-01").ok()) _exit(2);
      oracle.get()->acknowledged = 1;
    });
    *stops = -1;
    if (!tracee.traced()) return "";
    for (*stops = 0; *stops < point && tracee.ToNextSyscallStop();) ++*stops;
    if (*stops == point) {
      tracee.Kill();
    } else {
      EXPECT_TRUE(tracee.EndedWell()) << "status " << tracee.status();
    }
  }
  return CheckBooks(path, oracle.get());
}

TEST(CloseKill, KilledAnywhereItIsDoneOrNotDone) {
  int64_t stops = 0;
  ASSERT_EQ(TryPoint(std::numeric_limits<int64_t>::max(), &stops), "");
  if (stops < 0) GTEST_SKIP() << "ptrace is not permitted here";
  const int64_t wanted = Setting("DRAWDOWN_CRASH_POINTS", 25);
  const int64_t stride =
      wanted <= 0 ? 1 : std::max<int64_t>(1, (stops + wanted - 1) / wanted);
  int64_t points = 0;
  for (int64_t point = 1; point <= stops; point += stride) {
    int64_t reached = 0;
    EXPECT_EQ(TryPoint(point, &reached), "")
        << "killed at stop " << point << " of " << stops;
    ++points;
  }
  std::cerr << points << " of " << stops << " system call stops tried\n";
}

}  // namespace
}  // namespace drawdown
