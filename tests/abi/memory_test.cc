// The n-th allocation of a call that asks fails, for every n: an error, nothing
// lost, no crash, and the same answer afterwards. Of the ledger, its runs,
// holds, quotas and usage; memory_bills_test.cc has what is owed.
#include <drawdown/drawdown.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "tests/abi/failing_memory.h"
#include "tests/abi/memory_books.h"

namespace drawdown::c_abi_test {
namespace {

class MemoryOfQuestions : public ::testing::Test {
 protected:
  const FilledBooks books_;
  const drawdown_ledger ledger_ = books_.ledger();
};

TEST_F(MemoryOfQuestions, OfTheLedger) {
  FailAllocations("drawdown_ledger_info", [&](Outputs* out) {
    return drawdown_ledger_info(ledger_, &out->tables[0], &out->error);
  });
  FailAllocations("drawdown_journal", [&](Outputs* out) {
    return drawdown_journal(ledger_, 0, 0, &out->tables[0], &out->error);
  });
  FailAllocations("drawdown_live", [&](Outputs* out) {
    return drawdown_live(ledger_, &out->tables[0], &out->error);
  });
  FailAllocations("drawdown_usage", [&](Outputs* out) {
    const int32_t by[] = {DRAWDOWN_BY_TENANT, DRAWDOWN_BY_DAY};
    drawdown_usage_query query = DRAWDOWN_USAGE_QUERY_INIT;
    query.by = by;
    query.by_count = 2;
    query.net = 1;
    query.zone = drawdown_str("America/New_York");
    return drawdown_usage(ledger_, &query, &out->tables[0], &out->error);
  });
  FailAllocations("drawdown_usage", [&](Outputs* out) {
    drawdown_usage_query query = DRAWDOWN_USAGE_QUERY_INIT;
    query.as_of_us = kNow;
    return drawdown_usage(ledger_, &query, &out->tables[0], &out->error);
  });
}

TEST_F(MemoryOfQuestions, OfRuns) {
  drawdown_run_query query = DRAWDOWN_RUN_QUERY_INIT;
  query.tenant = drawdown_str("acme");
  FailAllocations("drawdown_runs", [&](Outputs* out) {
    return drawdown_runs(ledger_, &query, &out->tables[0], &out->error);
  });
  FailAllocations("drawdown_ghosts", [&](Outputs* out) {
    return drawdown_ghosts(ledger_, drawdown_str("acme"), drawdown_str("aws"),
                           DRAWDOWN_UNSET, DRAWDOWN_UNSET, &out->tables[0],
                           &out->error);
  });
  FailAllocations("drawdown_segments", [&](Outputs* out) {
    return drawdown_segments(ledger_, &query, &out->tables[0], &out->error);
  });
}

TEST_F(MemoryOfQuestions, OfHoldsAndQuotas) {
  FailAllocations("drawdown_holds", [&](Outputs* out) {
    return drawdown_holds(ledger_, nullptr, &out->tables[0], &out->error);
  });
  FailAllocations("drawdown_exhaustions", [&](Outputs* out) {
    return drawdown_exhaustions(ledger_, &out->tables[0], &out->error);
  });
  FailAllocations("drawdown_exhaustion_runs", [&](Outputs* out) {
    return drawdown_exhaustion_runs(ledger_, &out->tables[0], &out->error);
  });
  FailAllocations("drawdown_quotas", [&](Outputs* out) {
    return drawdown_quotas(ledger_, drawdown_str("acme"), DRAWDOWN_UNSET,
                           &out->tables[0], &out->error);
  });
  FailAllocations("drawdown_quota_changes", [&](Outputs* out) {
    return drawdown_quota_changes(ledger_, drawdown_str("acme"), kStart,
                                  &out->tables[0], &out->error);
  });
  for (const int64_t hours : {int64_t{1}, int64_t{1'000'000}}) {
    drawdown_hold_request request = DRAWDOWN_HOLD_REQUEST_INIT;
    request.hold_id = drawdown_str("a hold that is asked about");
    request.tenant = drawdown_str(kTenant);
    request.pool = drawdown_str(kPool);
    request.gpu_us = drawdown_int128_of(hours * kHour);
    FailAllocations("drawdown_hold_quote", [&](Outputs* out) {
      return drawdown_hold_quote(ledger_, &request, &out->tables[0],
                                 &out->tables[1], &out->error);
    });
    FailAllocations("drawdown_quota_explain", [&](Outputs* out) {
      return drawdown_quota_explain(
          ledger_, drawdown_str(kTenant), drawdown_str(kPool), request.gpu_us,
          0, DRAWDOWN_UNSET, &out->tables[0], &out->tables[1], &out->error);
    });
    FailAllocations("drawdown_quota_users", [&](Outputs* out) {
      return drawdown_quota_users(
          ledger_, drawdown_str(kTenant), drawdown_str(kPool), request.gpu_us,
          0, DRAWDOWN_UNSET, &out->tables[0], &out->tables[1], &out->error);
    });
  }
}

// The program is another process: what fails is starting it and reading what
// it says. Few, as each takes a while on a busy machine.
TEST_F(MemoryOfQuestions, OfVerifying) {
  if (!ProgramIsThere()) GTEST_SKIP() << "the program is not built";
  FailAllocations(
      "drawdown_verify",
      [&](Outputs* out) {
        return drawdown_verify(ledger_, &out->flag, &out->tables[0],
                               &out->error);
      },
      10);
}

}  // namespace
}  // namespace drawdown::c_abi_test
