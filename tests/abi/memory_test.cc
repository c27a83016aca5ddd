// The n-th allocation fails, for every n: an error, nothing lost, no crash. Of
// calls that ask; those that change the books use Abseil's hash tables, which
// do not survive it (docs/c_abi.md).
#include <drawdown/drawdown.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "tests/abi/c_books.h"

namespace {

// Of the thread: how many allocations succeed before one fails; negative: all.
thread_local int64_t allocations_left = -1;

}  // namespace

// Those of the library are these too: it does not bring its own. Not inlined,
// or g++ 12 takes free() for the wrong partner.
__attribute__((noinline)) void* operator new(size_t size) {
  if (allocations_left >= 0 && allocations_left-- == 0) throw std::bad_alloc();
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
__attribute__((noinline)) void operator delete(void* memory) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace drawdown {
namespace {

using c_abi_test::Books;

// Calls `call` with the 1st, 2nd, ... allocation failing until none does.
// Returns how many times it failed.
template <typename Call>
int FailEachAllocation(const char* what, Call&& call) {
  for (int64_t n = 0; n < 100'000; ++n) {
    allocations_left = n;
    const int32_t code = call();
    const bool all_succeeded = allocations_left >= 0;
    allocations_left = -1;
    if (all_succeeded) {
      EXPECT_EQ(code, DRAWDOWN_OK) << what << " with enough memory";
      return static_cast<int>(n);
    }
    // A call may go on without what it could not have.
    EXPECT_TRUE(code == DRAWDOWN_OUT_OF_MEMORY || code == DRAWDOWN_OK)
        << what << ", allocation " << n << ": " << code;
  }
  ADD_FAILURE() << what << " never ends";
  return 0;
}

TEST(Memory, MayFailInEveryQuestion) {
  const Books books;
  drawdown_run_start start = DRAWDOWN_RUN_START_INIT;
  start.run_id = drawdown_str("a run whose id is not short");
  start.tenant = drawdown_str("acme/a-long-name");
  start.pool = drawdown_str("aws/us-east-1/gb200");
  start.micro_gpus = 1'000'000;
  drawdown_table refusal = 0;
  ASSERT_EQ(drawdown_run_start_many(books.ledger(), &start, 1, &refusal,
                                    nullptr),
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
  failures += FailEachAllocation("a wrong period", [&] {
    drawdown_statement_query query = DRAWDOWN_STATEMENT_QUERY_INIT;
    query.contract = drawdown_str("a contract whose name is not short");
    query.period = drawdown_str("2026-10");
    drawdown_table table = 0;
    const int32_t code = closed(
        drawdown_statement(ledger, &query, &table, &error), table);
    return code == DRAWDOWN_NOT_FOUND ? DRAWDOWN_OK : code;
  });
  EXPECT_GT(failures, 40);
}

}  // namespace
}  // namespace drawdown
