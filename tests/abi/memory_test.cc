// The n-th allocation of a call that asks fails, for every n: an error, nothing
// lost, no crash.
#include <drawdown/drawdown.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/abi/c_books.h"
#include "tests/abi/failing_memory.h"

namespace drawdown::c_abi_test {
namespace {

template <typename Call>
int FailEachAllocation(const char* what, const Call& call) {
  return FailAllocations(
      what, 1, [](int64_t) {}, [&](int64_t) { return call(); });
}

TEST(Memory, MayFailInEveryQuestion) {
  const Books books;
  drawdown_run_start start = DRAWDOWN_RUN_START_INIT;
  start.run_id = drawdown_str("a run whose id is not short");
  start.tenant = drawdown_str("acme/a-long-name");
  start.pool = drawdown_str("aws/us-east-1/gb200");
  start.micro_gpus = 1'000'000;
  start.at_us = 1'788'220'800'000'000;  // 2026-09-01
  drawdown_table refusal = 0;
  ASSERT_EQ(
      drawdown_run_start_many(books.ledger(), &start, 1, &refusal, nullptr),
      DRAWDOWN_OK);
  const drawdown_ledger ledger = books.ledger();
  drawdown_error error = 0;
  const auto freed = [&error](int32_t code) {
    drawdown_error_free(error);
    error = 0;
    return code;
  };
  const auto closed = [&](int32_t code, drawdown_table table) {
    drawdown_table_close(table, nullptr);
    return freed(code);
  };

  int failures = 0;
  failures += FailEachAllocation("info", [&] {
    drawdown_table table = 0;
    return closed(drawdown_ledger_info(ledger, &table, &error), table);
  });
  failures += FailEachAllocation("runs", [&] {
    drawdown_table table = 0;
    return closed(drawdown_runs(ledger, nullptr, &table, &error), table);
  });
  failures += FailEachAllocation("journal", [&] {
    drawdown_table table = 0;
    return closed(drawdown_journal(ledger, 0, 0, &table, &error), table);
  });
  failures += FailEachAllocation("usage", [&] {
    const int32_t by[] = {DRAWDOWN_BY_TENANT, DRAWDOWN_BY_HOUR};
    drawdown_usage_query query = DRAWDOWN_USAGE_QUERY_INIT;
    query.by = by;
    query.by_count = 2;
    query.at_us = start.at_us + 5 * INT64_C(3'600'000'000);
    drawdown_table table = 0;
    return closed(drawdown_usage(ledger, &query, &table, &error), table);
  });
  failures += FailEachAllocation("a wrong period", [&] {
    drawdown_statement_query query = DRAWDOWN_STATEMENT_QUERY_INIT;
    query.contract = drawdown_str("a contract whose name is not short");
    query.period = drawdown_str("2026-10");
    drawdown_table table = 0;
    const int32_t code =
        closed(drawdown_statement(ledger, &query, &table, &error), table);
    return code == DRAWDOWN_NOT_FOUND ? DRAWDOWN_OK : code;
  });
  EXPECT_GT(failures, 40);
}

}  // namespace
}  // namespace drawdown::c_abi_test
