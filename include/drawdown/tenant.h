// Moving tenants in their tree. Plain values.
#ifndef DRAWDOWN_TENANT_H_
#define DRAWDOWN_TENANT_H_

#include <cstdint>
#include <string>

namespace drawdown {

// From an instant on, what is at `old_path` and below it is at `new_path`.
//
// Usage before the instant keeps the old path; from it on everything counts at
// the new one, whoever still names the old: usage, runs, statements, what
// quotas have used, holds, meters that are bound. Limits of quotas go along,
// and begin empty; where the new path has a quota of that kind already, its own
// limit stays.
struct TenantMove {
  std::string old_path;
  std::string new_path;
  // The start of a bucket, no later than now.
  int64_t from_us = 0;
};

}  // namespace drawdown

#endif  // DRAWDOWN_TENANT_H_
