// A month of many GPUs, once as runs and once as the bill for them: the same
// from the same sizes, on every machine.
#ifndef DRAWDOWN_BENCHMARKS_RECONCILE_MONTH_H_
#define DRAWDOWN_BENCHMARKS_RECONCILE_MONTH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "measure.h"

namespace drawdown {

inline constexpr int kPools = 8;
inline constexpr int kReservedPools = 2;  // the first ones
inline constexpr int kGpusPerMachine = 8;
inline constexpr int kHours = 744;                            // of 2026-10
inline constexpr int64_t kFirstHour = 1'790'812'800 / 3'600;  // since 1970

struct MonthSize {
  size_t machines = 0;
  size_t tenants = 0;
};

// What a machine does: jobs of 1 to 15 whole hours, back to back, each of
// another tenant. Machine m is of pool m % kPools.
class Machine {
 public:
  Machine(size_t number, const MonthSize& size)
      : random_(number * 0x9e3779b9u + 20'261'001), tenants_(size.tenants) {
    Next();
  }
  // The job that runs in `hour`; hours are asked for in order.
  void AdvanceTo(int hour) {
    while (end_ <= hour) Next();
  }
  void Next() {
    start_ = end_;
    end_ += 1 + static_cast<int>(random_.Below(15));
    tenant_ =
        static_cast<size_t>(random_.Below(static_cast<int64_t>(tenants_)));
  }
  int start() const { return start_; }
  int end() const { return end_; }
  size_t tenant() const { return tenant_; }

 private:
  Random random_;
  size_t tenants_;
  int start_ = 0;
  int end_ = 0;
  size_t tenant_ = 0;
};

std::string PoolName(int pool);
std::string TenantName(size_t tenant);

// What the contract says, as text.
std::string MonthContract(const MonthSize& size);

// Writes the runs of the month into the ledger at `directory`.
void WriteLedger(const MonthSize& size, const std::string& directory);

// Writes what `usage --by tenant,pool,hour` says of that ledger, for peers:
// tenant,pool,hour,gpu_hours.
void WriteUsageCsv(const MonthSize& size, const std::string& path);

// Writes the bill as FOCUS 1.2 with 45 columns, in order of time. One row in
// 500 is wrong: left out, twice there, or of another quantity or price.
// Returns its rows.
uint64_t WriteBill(const MonthSize& size, const std::string& path);

}  // namespace drawdown

#endif  // DRAWDOWN_BENCHMARKS_RECONCILE_MONTH_H_
