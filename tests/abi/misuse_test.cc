// Handles, structs and texts that are wrong: an error with a name, never more.
#include <drawdown/drawdown.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "tests/abi/c_books.h"

namespace drawdown {
namespace {

using c_abi_test::Books;

std::string MessageOf(drawdown_error error) {
  std::string message = drawdown_error_message(error);
  drawdown_error_free(error);
  return message;
}

TEST(Handles, OfEveryOtherKindAreRefused) {
  const Books books;
  drawdown_table table = 0;
  ASSERT_EQ(drawdown_ledger_info(books.ledger(), &table, nullptr), 0);
  drawdown_error error = 0;
  ASSERT_EQ(drawdown_ledger_info(table, nullptr, &error), DRAWDOWN_BAD_HANDLE);

  EXPECT_EQ(drawdown_drain(table, nullptr, nullptr), DRAWDOWN_BAD_HANDLE);
  EXPECT_EQ(drawdown_drain(error, nullptr, nullptr), DRAWDOWN_BAD_HANDLE);
  EXPECT_EQ(drawdown_table_close(books.ledger(), nullptr), DRAWDOWN_BAD_HANDLE);
  EXPECT_EQ(drawdown_bytes_close(table, nullptr), DRAWDOWN_BAD_HANDLE);
  EXPECT_EQ(drawdown_error_code(table), DRAWDOWN_BAD_HANDLE);
  EXPECT_EQ(drawdown_error_free(table), DRAWDOWN_BAD_HANDLE);
  EXPECT_EQ(drawdown_drain(1, nullptr, nullptr), DRAWDOWN_BAD_HANDLE);
  EXPECT_EQ(drawdown_drain(UINT64_MAX, nullptr, nullptr), DRAWDOWN_BAD_HANDLE);

  EXPECT_EQ(drawdown_table_close(table, nullptr), DRAWDOWN_OK);
  EXPECT_NE(MessageOf(error).find("names no open ledger"), std::string::npos);
}

TEST(Handles, AreNotUsedAgain) {
  const Books books;
  drawdown_table first = 0;
  drawdown_table second = 0;
  ASSERT_EQ(drawdown_ledger_info(books.ledger(), &first, nullptr), 0);
  ASSERT_EQ(drawdown_table_close(first, nullptr), 0);
  ASSERT_EQ(drawdown_ledger_info(books.ledger(), &second, nullptr), 0);
  EXPECT_NE(first, second);
  EXPECT_EQ(drawdown_table_close(first, nullptr), DRAWDOWN_BAD_HANDLE);
  EXPECT_EQ(drawdown_table_shape(first, nullptr, nullptr, nullptr),
            DRAWDOWN_BAD_HANDLE);
  EXPECT_EQ(drawdown_table_close(second, nullptr), DRAWDOWN_OK);
}

// The number of a place is in a handle's low half; one that is free is taken
// again.
TEST(Handles, OfAnswersThatNobodyWantsAreNotMade) {
  const Books books;
  const std::string copy = books.path() + ".copy";
  ASSERT_EQ(
      drawdown_backup(books.ledger(), drawdown_str(copy.c_str()), nullptr),
      DRAWDOWN_OK);
  drawdown_table before = 0;
  drawdown_table after = 0;
  ASSERT_EQ(drawdown_ledger_info(books.ledger(), &before, nullptr), 0);
  ASSERT_EQ(drawdown_table_close(before, nullptr), 0);
  const std::string saved = books.path() + ".saved";
  ASSERT_EQ(drawdown_salvage(drawdown_str(copy.c_str()),
                             drawdown_str(saved.c_str()), nullptr, nullptr),
            DRAWDOWN_OK);
  ASSERT_EQ(drawdown_ledger_info(books.ledger(), &after, nullptr), 0);
  EXPECT_EQ(static_cast<uint32_t>(after), static_cast<uint32_t>(before));
  EXPECT_EQ(drawdown_table_close(after, nullptr), DRAWDOWN_OK);
}

TEST(Handles, OfTablesOutliveTheLedger) {
  Books books;
  drawdown_table table = 0;
  ASSERT_EQ(drawdown_ledger_info(books.ledger(), &table, nullptr), 0);
  books.Close();
  uint64_t rows = 0;
  EXPECT_EQ(drawdown_table_shape(table, &rows, nullptr, nullptr), DRAWDOWN_OK);
  EXPECT_EQ(rows, 1u);
  EXPECT_EQ(drawdown_table_close(table, nullptr), DRAWDOWN_OK);
}

TEST(Handles, AreClosedUnderThreadsThatUseThem) {
  for (int round = 0; round < 20; ++round) {
    Books books;
    std::vector<std::thread> users;
    for (int i = 0; i < 4; ++i) {
      users.emplace_back([&books] {
        int32_t code = DRAWDOWN_OK;
        while (code == DRAWDOWN_OK) {
          drawdown_table table = 0;
          code = drawdown_runs(books.ledger(), nullptr, &table, nullptr);
          EXPECT_EQ(drawdown_table_close(table, nullptr), DRAWDOWN_OK);
        }
        EXPECT_EQ(code, DRAWDOWN_BAD_HANDLE);
      });
    }
    books.CloseKeepingTheHandle();
    for (std::thread& user : users) user.join();
  }
}

TEST(Structs, OfOlderProgramsHaveDefaults) {
  // As long as version 1, and a byte less.
  constexpr uint32_t kVersion1 = offsetof(drawdown_run_query, after_run_id);
  drawdown_run_query query = DRAWDOWN_RUN_QUERY_INIT;
  query.struct_size = kVersion1 - 1;
  const Books books;
  drawdown_table table = 0;
  drawdown_error error = 0;
  EXPECT_EQ(drawdown_runs(books.ledger(), &query, &table, &error),
            DRAWDOWN_BAD_STRUCT);
  EXPECT_EQ(table, 0u);
  EXPECT_NE(MessageOf(error).find("_INIT"), std::string::npos);
  // What lies behind it is somebody else's.
  query.struct_size = kVersion1;
  query.reserved = 77;
  EXPECT_EQ(drawdown_runs(books.ledger(), &query, &table, nullptr),
            DRAWDOWN_OK);
  EXPECT_EQ(drawdown_table_close(table, nullptr), DRAWDOWN_OK);
}

TEST(Structs, OfNewerProgramsAreReadWhereTheyAskForNothingNew) {
  struct Newer {
    drawdown_run_query query = DRAWDOWN_RUN_QUERY_INIT;
    uint64_t something_new = 0;
  } newer;
  newer.query.struct_size = sizeof newer;
  const Books books;
  drawdown_table table = 0;
  EXPECT_EQ(drawdown_runs(books.ledger(), &newer.query, &table, nullptr),
            DRAWDOWN_OK);
  EXPECT_EQ(drawdown_table_close(table, nullptr), DRAWDOWN_OK);
  newer.something_new = 1;
  drawdown_error error = 0;
  EXPECT_EQ(drawdown_runs(books.ledger(), &newer.query, &table, &error),
            DRAWDOWN_BAD_STRUCT);
  EXPECT_NE(MessageOf(error).find("does not know"), std::string::npos);
}

// A size that is not one: nothing so far behind the struct is looked at.
TEST(Structs, ThatSayThatTheyAreHugeAreRefused) {
  const Books books;
  drawdown_table table = 0;
  drawdown_error error = 0;
  drawdown_run_query query = DRAWDOWN_RUN_QUERY_INIT;
  for (const uint32_t size : {uint32_t{65'537}, UINT32_MAX}) {
    query.struct_size = size;
    EXPECT_EQ(drawdown_runs(books.ledger(), &query, &table, &error),
              DRAWDOWN_BAD_STRUCT);
    EXPECT_NE(MessageOf(error).find("is no struct's"), std::string::npos);
  }
  drawdown_drain_result result = DRAWDOWN_DRAIN_RESULT_INIT;
  result.struct_size = UINT32_MAX;
  EXPECT_EQ(drawdown_drain(books.ledger(), &result, nullptr), DRAWDOWN_OK);
}

TEST(Structs, InArraysAreAsFarApartAsTheySay) {
  struct Newer {
    drawdown_run_start start = DRAWDOWN_RUN_START_INIT;
    uint64_t something_new = 0;
  } newer[2];
  for (Newer& one : newer) {
    one.start.struct_size = sizeof one;
    one.start.tenant = drawdown_str("acme");
    one.start.pool = drawdown_str("aws/x/h");
    one.start.micro_gpus = 1;
    one.start.at_us = 1;
  }
  newer[0].start.run_id = drawdown_str("a");
  newer[1].start.run_id = drawdown_str("b");
  const Books books;
  drawdown_table refusal = 0;
  ASSERT_EQ(drawdown_run_start_many(books.ledger(), &newer[0].start, 2,
                                    &refusal, nullptr),
            DRAWDOWN_OK);
  drawdown_table runs = 0;
  ASSERT_EQ(drawdown_runs(books.ledger(), nullptr, &runs, nullptr), 0);
  uint64_t rows = 0;
  EXPECT_EQ(drawdown_table_shape(runs, &rows, nullptr, nullptr), 0);
  EXPECT_EQ(rows, 2u);
  drawdown_table_close(runs, nullptr);
}

TEST(Structs, WithReservedFieldsThatAreSetAreRefused) {
  const Books books;
  drawdown_usage_query query = DRAWDOWN_USAGE_QUERY_INIT;
  query.reserved[1] = 1;
  drawdown_table table = 0;
  EXPECT_EQ(drawdown_usage(books.ledger(), &query, &table, nullptr),
            DRAWDOWN_BAD_STRUCT);
  query.reserved[1] = 0;
  query.net = 2;
  EXPECT_EQ(drawdown_usage(books.ledger(), &query, &table, nullptr),
            DRAWDOWN_INVALID_ARGUMENT);
}

TEST(Structs, ThatAreWrittenEndWhereTheyEnd) {
  const Books books;
  struct {
    drawdown_drain_result result = DRAWDOWN_DRAIN_RESULT_INIT;
    uint64_t after = 0xabcdef;
  } room;
  room.result.struct_size = 4;
  EXPECT_EQ(drawdown_drain(books.ledger(), &room.result, nullptr),
            DRAWDOWN_BAD_STRUCT);
  room.result.struct_size = sizeof room;
  EXPECT_EQ(drawdown_drain(books.ledger(), &room.result, nullptr), DRAWDOWN_OK);
  EXPECT_EQ(room.after, 0xabcdefu);
}

TEST(Texts, MayBeAbsentOrUnterminated) {
  const Books books;
  drawdown_meter meter = 0;
  const char name[] = {'a', 'c', 'm', 'e', 'X'};
  EXPECT_EQ(drawdown_meter_bind(books.ledger(), {name, 4},
                                drawdown_str("aws/x/h"), 0, &meter, nullptr),
            DRAWDOWN_OK);
  EXPECT_EQ(
      drawdown_meter_bind(books.ledger(), {"acme", DRAWDOWN_NUL_TERMINATED},
                          drawdown_str("aws/x/h"), 1, &meter, nullptr),
      DRAWDOWN_OK);
  EXPECT_EQ(drawdown_meter_bind(books.ledger(), {nullptr, 4},
                                drawdown_str("aws/x/h"), 0, &meter, nullptr),
            DRAWDOWN_INVALID_ARGUMENT);
  EXPECT_EQ(meter, 0u);
  EXPECT_EQ(drawdown_meter_bind(books.ledger(), {name, uint64_t{1} << 40},
                                drawdown_str("aws/x/h"), 0, &meter, nullptr),
            DRAWDOWN_INVALID_ARGUMENT);
  EXPECT_EQ(drawdown_meter_bind(books.ledger(), {nullptr, 0},
                                drawdown_str("aws/x/h"), 0, &meter, nullptr),
            DRAWDOWN_BAD_ROW);
}

// What names a file ends at a zero byte, and would name another.
TEST(Texts, OfPathsHaveNoZeroBytes) {
  const Books books;
  const std::string other = books.path() + ".other";
  const std::string evil = other + std::string("\0evil", 5);
  const drawdown_text path = {evil.data(), evil.size()};
  drawdown_statement_query query = DRAWDOWN_STATEMENT_QUERY_INIT;
  uint8_t clean = 0;
  drawdown_table out = 0;
  drawdown_ledger opened = 0;
  ASSERT_EQ(
      drawdown_ledger_create(drawdown_str(other.c_str()), nullptr, nullptr), 0);
  std::vector<drawdown_error> errors(8);
  const std::vector<int32_t> codes = {
      drawdown_ledger_open(path, nullptr, &opened, &errors[0]),
      drawdown_ledger_create(path, nullptr, &errors[1]),
      drawdown_backup(books.ledger(), path, &errors[2]),
      drawdown_salvage(path, drawdown_str("x"), &out, &errors[3]),
      drawdown_salvage(drawdown_str(other.c_str()), path, &out, &errors[4]),
      drawdown_import_files(books.ledger(), DRAWDOWN_IMPORT_RUNS, &path, 1,
                            nullptr, nullptr, &errors[5]),
      drawdown_reconcile_files(books.ledger(), &query, &path, 1, nullptr,
                               &clean, nullptr, nullptr, &errors[6]),
      drawdown_bill_summary(&path, 1, &out, &errors[7])};
  for (size_t i = 0; i < codes.size(); ++i) {
    EXPECT_EQ(codes[i], DRAWDOWN_INVALID_ARGUMENT) << i;
    EXPECT_NE(MessageOf(errors[i]).find("has a zero byte after"),
              std::string::npos)
        << i;
  }
  EXPECT_EQ(opened, 0u);
}

TEST(Outputs, ThatAreNullAreNamed) {
  drawdown_error error = 0;
  EXPECT_EQ(drawdown_ledger_open(drawdown_str("x"), nullptr, nullptr, &error),
            DRAWDOWN_INVALID_ARGUMENT);
  EXPECT_EQ(MessageOf(error), "out is NULL");
}

TEST(Meters, ThatAreMadeUpCountNothing) {
  const Books books;
  drawdown_meter meter = 0;
  ASSERT_EQ(drawdown_meter_bind(books.ledger(), drawdown_str("acme"),
                                drawdown_str("aws/x/h"), 0, &meter, nullptr),
            0);
  for (const drawdown_meter wrong :
       {uint64_t{0}, uint64_t{1}, meter + 1, meter + 4096, books.ledger(),
        UINT64_MAX, meter + (uint64_t{7} << 32)}) {
    drawdown_record(wrong, 5);
    drawdown_record(wrong, -5);
    EXPECT_EQ(drawdown_try_record(wrong, 5), DRAWDOWN_TRY_BUSY) << wrong;
  }
  drawdown_record(meter, 3);
  drawdown_drain_result result = DRAWDOWN_DRAIN_RESULT_INIT;
  ASSERT_EQ(drawdown_drain(books.ledger(), &result, nullptr), 0);
  EXPECT_EQ(result.gpu_us.low, 3u);
}

TEST(Meters, AddManyAmountsAtOnceExactly) {
  const Books books;
  drawdown_meter meter = 0;
  ASSERT_EQ(drawdown_meter_bind(books.ledger(), drawdown_str("acme"),
                                drawdown_str("aws/x/h"), 0, &meter, nullptr),
            0);
  // Their sum passes 64 bits; a negative one is not added.
  const int64_t amounts[] = {INT64_MAX, 1, -7, 5};
  drawdown_record_many(meter, amounts, 4);
  drawdown_drain_result result = DRAWDOWN_DRAIN_RESULT_INIT;
  ASSERT_EQ(drawdown_drain(books.ledger(), &result, nullptr), 0);
  EXPECT_EQ(result.gpu_us.low, static_cast<uint64_t>(INT64_MAX) + 6);
  EXPECT_EQ(result.gpu_us.high, 0);
}

TEST(Fork, ChildrenAreToldAndMayCount) {
  const Books books;
  drawdown_meter meter = 0;
  ASSERT_EQ(drawdown_meter_bind(books.ledger(), drawdown_str("acme"),
                                drawdown_str("aws/x/h"), 0, &meter, nullptr),
            0);
  // Threads that make and free handles while the process forks.
  std::atomic<bool> stop{
      false};  // Written here, read by them; no data with it.
  std::vector<std::thread> users;
  for (int i = 0; i < 3; ++i) {
    users.emplace_back([&] {
      while (!stop.load(std::memory_order_relaxed)) {
        drawdown_error error = 0;
        drawdown_drain(1, nullptr, &error);
        drawdown_error_free(error);
      }
    });
  }
  for (int i = 0; i < 30; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      drawdown_error error = 0;
      drawdown_table table = 0;
      const int32_t code =
          drawdown_runs(books.ledger(), nullptr, &table, &error);
      drawdown_error_free(error);
      drawdown_record(meter, 2);
      _exit(code == DRAWDOWN_FORKED ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
  stop.store(true, std::memory_order_relaxed);
  for (std::thread& user : users) user.join();
  drawdown_drain_result result = DRAWDOWN_DRAIN_RESULT_INIT;
  ASSERT_EQ(drawdown_drain(books.ledger(), &result, nullptr), 0);
  EXPECT_EQ(result.gpu_us.low, 60u);
}

TEST(Numbers, AllOfTimeByHourIsRefused) {
  const Books books;
  const int32_t by[] = {DRAWDOWN_BY_HOUR};
  drawdown_usage_query query = DRAWDOWN_USAGE_QUERY_INIT;
  query.by = by;
  query.by_count = 1;
  query.from_us = -62'167'219'200'000'000;  // The year 0.
  query.at_us = 253'402'300'799'999'999;    // The end of 9999.
  drawdown_table table = 0;
  drawdown_error error = 0;
  ASSERT_EQ(drawdown_usage(books.ledger(), &query, &table, &error),
            DRAWDOWN_INVALID_ARGUMENT);
  EXPECT_NE(MessageOf(error).find("give a shorter time"), std::string::npos);
  ++query.at_us;
  ASSERT_EQ(drawdown_usage(books.ledger(), &query, &table, &error),
            DRAWDOWN_BAD_TIME);
  EXPECT_NE(MessageOf(error).find("at_us"), std::string::npos);
}

}  // namespace
}  // namespace drawdown
