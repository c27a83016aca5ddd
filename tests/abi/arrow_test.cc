// Arrow streams out and in, against buffers laid out by hand.
#include <drawdown/drawdown.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/abi/c_books.h"
#include "tests/abi/test_stream.h"

namespace drawdown::c_abi_test {
namespace {

// Two runs, as types that differ from column to column; the second is open.
std::vector<TestColumn> RunColumns() {
  const TestColumn pools = {"", "u", 1, 0, Texts<int32_t>({"aws/x/h"})};
  // Decimals and times stand one place into their buffers.
  const Int128 three_quarters = 750;
  const Int128 sixteen = 16'000;
  return {
      {"run_id", "u", 2, 0, Texts<int32_t>({"a", "b"})},
      {"tenant",
       "vu",
       2,
       0,
       {"",
        InlineView("acme/chat") + Bytes(int32_t{14}) + "acme" +
            Bytes(int32_t{0}, int32_t{2}),
        "..acme/researchers"}},
      {"pool", "c", 2, 0, {"", Bytes(int8_t{0}, int8_t{0})}, {pools}},
      {"gpus", "d:20,3", 2, 1, {"", Bytes(Int128{9}, three_quarters, sixteen)}},
      {"start",
       "tsn:UTC",
       2,
       1,
       {"", Bytes(int64_t{1}, 7 * kSecond * 1000, 8 * kSecond * 1000)}},
      {"end",
       "tsm:+00:00",
       2,
       0,
       {Bytes(uint8_t{1}), Bytes(int64_t{17'000}, int64_t{0})}},
      {"attempt", "I", 2, 0, {"", Bytes(uint32_t{1}, uint32_t{2})}},
      {"temperature", "g", 2, 0, {"", Bytes(1.5, 2.5)}},
  };
}

struct Imported {
  int32_t code = 0;
  std::string message;
  uint64_t inserted = 0;
};

Imported Import(const Books& books, TestStream* stream,
                const drawdown_import_options* options = nullptr,
                int32_t kind = DRAWDOWN_IMPORT_RUNS) {
  drawdown_import_result result = DRAWDOWN_IMPORT_RESULT_INIT;
  drawdown_error error = 0;
  Imported imported;
  imported.code = drawdown_import_arrow(books.ledger(), kind, stream->stream(),
                                        options, &result, &error);
  imported.message = drawdown_error_message(error);
  imported.inserted = result.inserted;
  drawdown_error_free(error);
  return imported;
}

TEST(ArrowImport, ReadsTypesAsTheyCome) {
  const Books books;
  TestStream stream(2, RunColumns());
  const Imported imported = Import(books, &stream);
  ASSERT_EQ(imported.code, DRAWDOWN_OK) << imported.message;
  EXPECT_EQ(imported.inserted, 2u);
  EXPECT_EQ(stream.released(), 1);
  EXPECT_EQ(stream.batches_released(), 1);
  EXPECT_EQ(stream.stream()->release, nullptr);

  drawdown_table runs = 0;
  ASSERT_EQ(drawdown_runs(books.ledger(), nullptr, &runs, nullptr), 0);
  EXPECT_EQ(Cell(runs, 0, "run_id"), "a");
  EXPECT_EQ(Cell(runs, 0, "tenant"), "acme/chat");
  EXPECT_EQ(Cell(runs, 1, "tenant"), "acme/researche");
  EXPECT_EQ(Cell(runs, 1, "pool"), "aws/x/h");
  EXPECT_EQ(Cell(runs, 0, "gpus"), "750000");
  EXPECT_EQ(Cell(runs, 1, "gpus"), "16000000");
  EXPECT_EQ(Cell(runs, 0, "start"), "7000000");
  EXPECT_EQ(Cell(runs, 0, "end"), "17000000");
  EXPECT_EQ(Cell(runs, 1, "end"), "null");
  EXPECT_EQ(Cell(runs, 1, "attempt"), "2");
  drawdown_table_close(runs, nullptr);
}

TEST(ArrowImport, RefusesWhatIsNotExact) {
  const Books books;
  std::vector<TestColumn> columns = RunColumns();
  columns[4].buffers[1] = Bytes(int64_t{1}, int64_t{7'000'000'001}, int64_t{8});
  TestStream nanoseconds(2, columns);
  const Imported refused = Import(books, &nanoseconds);
  EXPECT_EQ(refused.code, DRAWDOWN_BAD_TIME);
  EXPECT_NE(refused.message.find("row 1: column start"), std::string::npos)
      << refused.message;

  columns = RunColumns();
  columns[3] = {"gpus", "g", 2, 0, {"", Bytes(1.0, 2.0)}};
  TestStream floats(2, columns);
  const Imported floating = Import(books, &floats);
  EXPECT_EQ(floating.code, DRAWDOWN_UNSUPPORTED);
  EXPECT_NE(floating.message.find("gpus is floating point"), std::string::npos);
  EXPECT_EQ(floats.released(), 1);
}

TEST(ArrowImport, AsksForAZoneOfNaiveTimes) {
  const Books books;
  std::vector<TestColumn> columns = RunColumns();
  columns[4].format = "tsn:";
  TestStream naive(2, columns);
  EXPECT_EQ(Import(books, &naive).code, DRAWDOWN_BAD_TIME);
  drawdown_import_options options = DRAWDOWN_IMPORT_OPTIONS_INIT;
  options.zone = drawdown_str("Etc/GMT-1");
  TestStream again(2, columns);
  // Seven seconds past midnight, an hour east of Greenwich; before 1970 in UTC.
  ASSERT_EQ(Import(books, &again, &options).code, DRAWDOWN_OK);
  drawdown_table runs = 0;
  ASSERT_EQ(drawdown_runs(books.ledger(), nullptr, &runs, nullptr), 0);
  EXPECT_EQ(Cell(runs, 0, "start"), "-3593000000");
  drawdown_table_close(runs, nullptr);
}

TEST(ArrowImport, NamesWhatIsMissingAndTakesConstants) {
  const Books books;
  std::vector<TestColumn> columns = RunColumns();
  columns.erase(columns.begin() + 2);
  TestStream without(2, columns);
  const Imported missing = Import(books, &without);
  EXPECT_EQ(missing.code, DRAWDOWN_MISSING_COLUMN);
  EXPECT_NE(missing.message.find("no column pool"), std::string::npos);
  const drawdown_text constants[] = {drawdown_str("pool"),
                                     drawdown_str("aws/x/h")};
  drawdown_import_options options = DRAWDOWN_IMPORT_OPTIONS_INIT;
  options.constants = constants;
  options.constant_pairs = 1;
  TestStream with(2, columns);
  EXPECT_EQ(Import(books, &with, &options).code, DRAWDOWN_OK);
}

TEST(ArrowImport, TellsTheStreamsOwnError) {
  const Books books;
  TestStream stream(2, RunColumns());
  stream.FailInGetNext();
  const Imported failed = Import(books, &stream);
  EXPECT_EQ(failed.code, DRAWDOWN_BAD_INPUT);
  EXPECT_NE(failed.message.find("the wire broke"), std::string::npos);
  EXPECT_EQ(stream.released(), 1);
}

TEST(ArrowImport, ReleasesTheStreamWhateverElseIsWrong) {
  Books books;
  TestStream stream(2, RunColumns());
  EXPECT_EQ(Import(books, &stream, nullptr, 99).code,
            DRAWDOWN_INVALID_ARGUMENT);
  EXPECT_EQ(stream.released(), 1);
  books.Close();
  TestStream other(2, RunColumns());
  EXPECT_EQ(Import(books, &other).code, DRAWDOWN_BAD_HANDLE);
  EXPECT_EQ(other.released(), 1);
  EXPECT_EQ(Import(books, &other).code, DRAWDOWN_BAD_HANDLE);
}

TEST(ArrowImport, OfUsage) {
  const Books books;
  std::vector<TestColumn> columns = RunColumns();
  columns[0].name = "usage_id";
  columns[3].name = "gpu_seconds";
  columns[5].buffers = {"", Bytes(int64_t{17'000}, int64_t{18'000})};
  TestStream stream(2, columns);
  const Imported imported =
      Import(books, &stream, nullptr, DRAWDOWN_IMPORT_USAGE);
  ASSERT_EQ(imported.code, DRAWDOWN_OK) << imported.message;
  drawdown_table usage = 0;
  ASSERT_EQ(drawdown_usage(books.ledger(), nullptr, &usage, nullptr), 0);
  EXPECT_EQ(Cell(usage, 0, "gpu_seconds"), "16750000");
  drawdown_table_close(usage, nullptr);
}

TEST(ArrowImport, OfUsageNeedsItsTimes) {
  const Books books;
  std::vector<TestColumn> columns = RunColumns();
  columns[0].name = "usage_id";
  columns[3].name = "gpu_seconds";
  TestStream stream(2, columns);  // The second has no end.
  const Imported refused =
      Import(books, &stream, nullptr, DRAWDOWN_IMPORT_USAGE);
  EXPECT_EQ(refused.code, DRAWDOWN_BAD_ROW);
  EXPECT_EQ(refused.message, "row 2: end must be given");
}

TEST(ArrowImport, RefusesOptionsThatNameNothing) {
  const Books books;
  const drawdown_text pair[] = {drawdown_str("run_idd"), drawdown_str("id")};
  drawdown_import_options columns = DRAWDOWN_IMPORT_OPTIONS_INIT;
  columns.columns = pair;
  columns.column_pairs = 1;
  drawdown_import_options constants = DRAWDOWN_IMPORT_OPTIONS_INIT;
  constants.constants = pair;
  constants.constant_pairs = 1;
  for (const drawdown_import_options& options : {columns, constants}) {
    TestStream stream(2, RunColumns());
    const Imported refused = Import(books, &stream, &options);
    EXPECT_EQ(refused.code, DRAWDOWN_INVALID_ARGUMENT);
    EXPECT_NE(refused.message.find("run_idd is none of the columns run_id"),
              std::string::npos)
        << refused.message;
  }
  drawdown_import_options zone = DRAWDOWN_IMPORT_OPTIONS_INIT;
  zone.zone = drawdown_str("No/Zone");
  TestStream stream(2, RunColumns());
  const Imported refused = Import(books, &stream, &zone);
  EXPECT_NE(refused.code, DRAWDOWN_OK);
  EXPECT_NE(refused.message.find("No/Zone"), std::string::npos);
}

// What the books would give back to nobody who reads UTF-8.
TEST(ArrowImport, RefusesIdsThatAreNotUtf8) {
  const Books books;
  std::vector<TestColumn> columns = RunColumns();
  columns[0].buffers = Texts<int32_t>({"a", "\xff"});
  TestStream stream(2, columns);
  const Imported refused = Import(books, &stream);
  EXPECT_EQ(refused.code, DRAWDOWN_BAD_ROW);
  EXPECT_NE(refused.message.find("run_id is not valid UTF-8"),
            std::string::npos)
      << refused.message;
  drawdown_table runs = 0;
  uint64_t rows = 9;
  ASSERT_EQ(drawdown_runs(books.ledger(), nullptr, &runs, nullptr), 0);
  EXPECT_EQ(drawdown_table_shape(runs, &rows, nullptr, nullptr), DRAWDOWN_OK);
  EXPECT_EQ(rows, 0u);
  drawdown_table_close(runs, nullptr);
}

TEST(ArrowExport, IsTheTableWithItsTypesAndNulls) {
  const Books books;
  TestStream source(2, RunColumns());
  ASSERT_EQ(Import(books, &source).code, DRAWDOWN_OK);
  drawdown_table runs = 0;
  ASSERT_EQ(drawdown_segments(books.ledger(), nullptr, &runs, nullptr), 0);
  ArrowArrayStream stream;
  ASSERT_EQ(drawdown_table_arrow(runs, &stream, nullptr), 0);
  // The stream has all it needs.
  ASSERT_EQ(drawdown_table_close(runs, nullptr), 0);

  ArrowSchema schema;
  ASSERT_EQ(stream.get_schema(&stream, &schema), 0);
  ASSERT_EQ(schema.n_children, 8);
  EXPECT_STREQ(schema.format, "+s");
  EXPECT_STREQ(schema.children[0]->format, "U");
  EXPECT_STREQ(schema.children[1]->format, "l");
  EXPECT_STREQ(schema.children[4]->format, "d:38,6");
  EXPECT_STREQ(schema.children[5]->format, "tsu:UTC");
  EXPECT_STREQ(schema.children[6]->name, "end");
  EXPECT_STREQ(schema.children[7]->format, "b");
  schema.release(&schema);

  ArrowArray batch;
  ASSERT_EQ(stream.get_next(&stream, &batch), 0);
  ASSERT_EQ(batch.length, 2);
  const ArrowArray& end = *batch.children[6];
  EXPECT_EQ(static_cast<const uint8_t*>(end.buffers[0])[0] & 3, 1);
  EXPECT_EQ(static_cast<const int64_t*>(end.buffers[1])[0], 17 * kSecond);
  const ArrowArray& gpus = *batch.children[4];
  EXPECT_EQ(static_cast<const Int128*>(gpus.buffers[1])[1], Int128{16'000'000});
  // A consumer may move a child out and keep it after the batch and stream.
  ArrowArray ids = *batch.children[0];
  batch.children[0]->release = nullptr;
  batch.release(&batch);
  EXPECT_EQ(batch.release, nullptr);
  ASSERT_EQ(stream.get_next(&stream, &batch), 0);
  EXPECT_EQ(batch.release, nullptr);
  stream.release(&stream);
  EXPECT_EQ(stream.release, nullptr);
  const auto* const offsets = static_cast<const int64_t*>(ids.buffers[1]);
  EXPECT_EQ(std::string(static_cast<const char*>(ids.buffers[2]),
                        static_cast<size_t>(offsets[2])),
            "ab");
  ids.release(&ids);
}

TEST(ArrowExport, OfNoRowsHasASchema) {
  const Books books;
  drawdown_table runs = 0;
  ASSERT_EQ(drawdown_runs(books.ledger(), nullptr, &runs, nullptr), 0);
  ArrowArrayStream stream;
  ASSERT_EQ(drawdown_table_arrow(runs, &stream, nullptr), 0);
  drawdown_table_close(runs, nullptr);
  ArrowSchema schema;
  ASSERT_EQ(stream.get_schema(&stream, &schema), 0);
  EXPECT_EQ(schema.n_children, 14);
  schema.release(&schema);
  ArrowArray batch;
  ASSERT_EQ(stream.get_next(&stream, &batch), 0);
  EXPECT_EQ(batch.release, nullptr);
  stream.release(&stream);
}

}  // namespace
}  // namespace drawdown::c_abi_test
