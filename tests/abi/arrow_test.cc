// Arrow streams out and in, against buffers laid out by hand as Arrow's format
// says.
#include <drawdown/drawdown.h>
#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "tests/abi/c_books.h"

namespace drawdown {
namespace {

using c_abi_test::Books;

__extension__ typedef __int128 Int128;

constexpr int64_t kSecond = 1'000'000;

// A column of one batch, with the buffers' bytes.
struct TestColumn {
  std::string name;
  std::string format;
  int64_t length = 0;
  int64_t offset = 0;
  std::vector<std::string> buffers;  // the first is validity; "": all valid
  std::vector<TestColumn> dictionary = {};  // one, or none
};

template <typename... Values>
std::string Bytes(Values... values) {
  std::string bytes;
  (bytes.append(reinterpret_cast<const char*>(&values), sizeof values), ...);
  return bytes;
}

// 16 bytes of Arrow's utf8 view, inline.
std::string InlineView(const std::string& text) {
  std::string view = Bytes(static_cast<int32_t>(text.size())) + text;
  view.resize(16);
  return view;
}

// A stream of one batch of columns. Lives longer than its consumer; counts
// what was released.
class TestStream {
 public:
  TestStream(int64_t rows, std::vector<TestColumn> columns)
      : rows_(rows), columns_(std::move(columns)) {
    stream_ = {GetSchema, GetNext, LastError, Release, this};
  }
  ArrowArrayStream* stream() { return &stream_; }
  int released() const { return released_; }
  int batches_released() const { return batches_released_; }
  void FailInGetNext() { fails_ = true; }

 private:
  static TestStream* Of(ArrowArrayStream* stream) {
    return static_cast<TestStream*>(stream->private_data);
  }
  static int GetSchema(ArrowArrayStream* stream, ArrowSchema* out) {
    TestStream& self = *Of(stream);
    *out = {};
    out->format = "+s";
    out->name = "";
    out->release = [](ArrowSchema* schema) { schema->release = nullptr; };
    for (const TestColumn& column : self.columns_) {
      self.schema_pointers_.push_back(self.SchemaOf(column));
    }
    out->n_children = static_cast<int64_t>(self.schema_pointers_.size());
    out->children = self.schema_pointers_.data();
    return 0;
  }
  ArrowSchema* SchemaOf(const TestColumn& column) {
    ArrowSchema& schema = schemas_.emplace_back();
    schema.format = column.format.c_str();
    schema.name = column.name.c_str();
    schema.release = [](ArrowSchema* released) { released->release = nullptr; };
    if (!column.dictionary.empty()) {
      schema.dictionary = SchemaOf(column.dictionary[0]);
    }
    return &schema;
  }
  static int GetNext(ArrowArrayStream* stream, ArrowArray* out) {
    TestStream& self = *Of(stream);
    *out = {};
    if (self.fails_) return 5;
    if (self.given_) return 0;
    self.given_ = true;
    for (const TestColumn& column : self.columns_) {
      self.array_pointers_.push_back(self.ArrayOf(column));
    }
    out->length = self.rows_;
    out->n_children = static_cast<int64_t>(self.array_pointers_.size());
    out->children = self.array_pointers_.data();
    out->private_data = &self;
    out->release = [](ArrowArray* batch) {
      ++static_cast<TestStream*>(batch->private_data)->batches_released_;
      batch->release = nullptr;
    };
    return 0;
  }
  ArrowArray* ArrayOf(const TestColumn& column) {
    ArrowArray& array = arrays_.emplace_back();
    std::vector<const void*>& buffers = buffers_.emplace_back();
    for (const std::string& bytes : column.buffers) {
      buffers.push_back(bytes.empty() ? nullptr : bytes.data());
    }
    array.length = column.length;
    array.offset = column.offset;
    array.null_count = -1;
    array.n_buffers = static_cast<int64_t>(buffers.size());
    array.buffers = buffers.data();
    if (!column.dictionary.empty()) {
      array.dictionary = ArrayOf(column.dictionary[0]);
    }
    return &array;
  }
  static const char* LastError(ArrowArrayStream*) { return "the wire broke"; }
  static void Release(ArrowArrayStream* stream) {
    ++Of(stream)->released_;
    stream->release = nullptr;
  }

  int64_t rows_;
  std::vector<TestColumn> columns_;
  std::deque<ArrowSchema> schemas_;
  std::deque<ArrowArray> arrays_;
  std::deque<std::vector<const void*>> buffers_;
  std::vector<ArrowSchema*> schema_pointers_;
  std::vector<ArrowArray*> array_pointers_;
  ArrowArrayStream stream_{};
  bool given_ = false;
  bool fails_ = false;
  int released_ = 0;
  int batches_released_ = 0;
};

// "", "x", "yy" after one another, as offsets of `Offset` and bytes.
template <typename Offset>
std::vector<std::string> Texts(const std::vector<std::string>& texts) {
  std::string offsets = Bytes(Offset{0});
  std::string bytes;
  for (const std::string& text : texts) {
    bytes += text;
    offsets += Bytes(static_cast<Offset>(bytes.size()));
  }
  return {"", offsets, bytes + " "};
}

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

// A cell as text, whatever it is.
std::string Cell(drawdown_table table, uint64_t row, const char* name) {
  uint32_t column = 0;
  EXPECT_EQ(drawdown_table_find(table, drawdown_str(name), &column, nullptr),
            0);
  uint8_t is_null = 0;
  drawdown_text text;
  int64_t number = 0;
  drawdown_int128 decimal;
  if (drawdown_table_text(table, row, column, &text, &is_null, nullptr) == 0) {
    return is_null ? "null" : std::string(text.data, text.size);
  }
  if (drawdown_table_int64(table, row, column, &number, &is_null, nullptr) ==
      0) {
    return is_null ? "null" : std::to_string(number);
  }
  EXPECT_EQ(
      drawdown_table_decimal(table, row, column, &decimal, &is_null, nullptr),
      0);
  return is_null ? "null" : std::to_string(static_cast<int64_t>(decimal.low));
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

// --- bills

constexpr const char* kContract =
    "id: \"aws\" provider: \"aws\" currency: \"USD\"\n"
    "term { start: \"2026-10-01T00:00:00Z\" end: \"2027-10-01T00:00:00Z\" }\n"
    "rate { pool: \"aws\" price: \"4\" from: \"2026-10-01T00:00:00Z\" }\n";

// Of FOCUS, in two rows, all as text.
std::vector<std::pair<std::string, std::vector<std::string>>> BillCells() {
  const std::string october = "2026-10-01T00:00:00Z";
  const std::string november = "2026-11-01T00:00:00Z";
  return {{"BilledCost", {"1.50", "-0.25"}},
          {"BillingAccountId", {"a", "a"}},
          {"BillingAccountName", {"a \"b\", c\nd", "a"}},
          {"BillingCurrency", {"USD", "USD"}},
          {"BillingPeriodEnd", {november, november}},
          {"BillingPeriodStart", {october, october}},
          {"ChargeCategory", {"Tax", "Credit"}},
          {"ChargeClass", {"", ""}},
          {"ChargeDescription", {"tax", "credit"}},
          {"ChargePeriodEnd", {november, november}},
          {"ChargePeriodStart", {october, october}},
          {"ContractedCost", {"1.50", "-0.25"}},
          {"EffectiveCost", {"1.50", "-0.25"}},
          {"InvoiceIssuerName", {"aws", "aws"}},
          {"ListCost", {"1.50", "-0.25"}},
          {"PricingQuantity", {"", ""}},
          {"PricingUnit", {"", ""}},
          {"ProviderName", {"aws", "aws"}},
          {"PublisherName", {"aws", "aws"}},
          {"ServiceCategory", {"Compute", "Compute"}},
          {"ServiceName", {"EC2", "EC2"}},
          {"SkuId", {"", ""}},
          {"RegionId", {"", ""}},
          {"SubAccountId", {"", ""}},
          {"ConsumedQuantity", {"", ""}},
          {"ConsumedUnit", {"", ""}}};
}

std::vector<TestColumn> BillColumns() {
  std::vector<TestColumn> columns;
  for (const auto& [name, cells] : BillCells()) {
    columns.push_back({name, "u", 2, 0, Texts<int32_t>(cells)});
  }
  columns[0] = {
      "BilledCost", "d:38,2", 2, 0, {"", Bytes(Int128{150}, Int128{-25})}};
  // The second is null, which a file has as nothing.
  columns[23].buffers[0] = Bytes(uint8_t{1});
  return columns;
}

struct Compared {
  int32_t code = 0;
  std::string message;
  std::string breaks;  // a line each
  std::vector<std::string> notes;
};

Compared Take(int32_t code, drawdown_error error, drawdown_table breaks) {
  Compared compared = {code, drawdown_error_message(error), "", {}};
  drawdown_error_free(error);
  if (code != DRAWDOWN_OK) return compared;
  uint64_t rows = 0;
  uint64_t notes = 0;
  drawdown_table_shape(breaks, &rows, nullptr, nullptr);
  for (uint64_t row = 0; row < rows; ++row) {
    for (const char* const column :
         {"class", "billed_cost", "difference", "matched_on", "rows"}) {
      compared.breaks += Cell(breaks, row, column) + " ";
    }
    compared.breaks += "\n";
  }
  drawdown_table_notes(breaks, &notes, nullptr);
  for (uint64_t i = 0; i < notes; ++i) {
    drawdown_text note;
    drawdown_table_note(breaks, i, &note, nullptr);
    compared.notes.emplace_back(note.data, note.size);
  }
  drawdown_table_close(breaks, nullptr);
  return compared;
}

class ArrowBillTest : public ::testing::Test {
 protected:
  ArrowBillTest() {
    const drawdown_text name = drawdown_str("aws.textproto");
    const drawdown_text text = drawdown_str(kContract);
    EXPECT_EQ(drawdown_contract_apply(books_.ledger(), &name, &text, 1, nullptr,
                                      nullptr),
              DRAWDOWN_OK);
    query_.contract = drawdown_str("aws");
    query_.period = drawdown_str("2026-10");
  }
  Compared OfStream(TestStream* stream) {
    drawdown_error error = 0;
    drawdown_table breaks = 0;
    uint8_t clean = 0;
    const int32_t code =
        drawdown_reconcile_arrow(books_.ledger(), &query_, stream->stream(),
                                 nullptr, &clean, &breaks, nullptr, &error);
    return Take(code, error, breaks);
  }
  Compared OfFile() {
    std::string header;
    std::string first;
    std::string second;
    for (const auto& [name, cells] : BillCells()) {
      const char* const comma = header.empty() ? "" : ",";
      std::string quoted;
      for (const char c : cells[0])
        quoted += c == '"' ? "\"\"" : std::string(1, c);
      header += comma + name;
      first += comma + ("\"" + quoted + "\"");
      second += comma + cells[1];
    }
    const std::string path = books_.path() + ".bill.csv";
    FILE* const file = fopen(path.c_str(), "w");
    fprintf(file, "%s\n%s\n%s\n", header.c_str(), first.c_str(),
            second.c_str());
    fclose(file);
    const drawdown_text bill = drawdown_str(path.c_str());
    drawdown_error error = 0;
    drawdown_table breaks = 0;
    uint8_t clean = 0;
    const int32_t code =
        drawdown_reconcile_files(books_.ledger(), &query_, &bill, 1, nullptr,
                                 &clean, &breaks, nullptr, &error);
    return Take(code, error, breaks);
  }

  const Books books_;
  drawdown_statement_query query_ = DRAWDOWN_STATEMENT_QUERY_INIT;
};

TEST_F(ArrowBillTest, IsReconciledAsItsFileIs) {
  TestStream stream(2, BillColumns());
  const Compared of_stream = OfStream(&stream);
  const Compared of_file = OfFile();
  ASSERT_EQ(of_file.code, DRAWDOWN_OK) << of_file.message;
  ASSERT_EQ(of_stream.code, DRAWDOWN_OK) << of_stream.message;
  EXPECT_NE(of_file.breaks.find("non_usage 1500000000000000000"),
            std::string::npos)
      << of_file.breaks;
  EXPECT_EQ(of_stream.breaks, of_file.breaks);
  EXPECT_EQ(of_stream.notes, of_file.notes);
  EXPECT_EQ(stream.released(), 1);
  EXPECT_EQ(stream.batches_released(), 1);
}

TEST_F(ArrowBillTest, TellsWhatIsLeftOutAndRefusesFloatingPoint) {
  std::vector<TestColumn> columns = BillColumns();
  columns.push_back({"x_Heat", "g", 2, 0, {"", Bytes(1.5, 2.5)}});
  TestStream custom(2, columns);
  const Compared told = OfStream(&custom);
  ASSERT_EQ(told.code, DRAWDOWN_OK) << told.message;
  ASSERT_FALSE(told.notes.empty());
  EXPECT_NE(told.notes.back().find("x_Heat"), std::string::npos);

  columns[0] = {"BilledCost", "g", 2, 0, {"", Bytes(1.5, -0.25)}};
  TestStream floating(2, columns);
  const Compared refused = OfStream(&floating);
  EXPECT_EQ(refused.code, DRAWDOWN_UNSUPPORTED);
  EXPECT_NE(refused.message.find("BilledCost is floating point"),
            std::string::npos);
  EXPECT_EQ(floating.released(), 1);
}

TEST_F(ArrowBillTest, TellsTheStreamsOwnErrorAndTheRow) {
  TestStream broken(2, BillColumns());
  broken.FailInGetNext();
  const Compared failed = OfStream(&broken);
  EXPECT_EQ(failed.code, DRAWDOWN_BAD_INPUT);
  EXPECT_NE(failed.message.find("the wire broke"), std::string::npos);

  std::vector<TestColumn> columns = BillColumns();
  columns[11].buffers = Texts<int32_t>({"1.50", "much"});
  TestStream wrong(2, columns);
  const Compared bad = OfStream(&wrong);
  EXPECT_EQ(bad.code, DRAWDOWN_BAD_NUMBER) << bad.message;
  EXPECT_NE(bad.message.find("<arrow>:"), std::string::npos) << bad.message;
  EXPECT_NE(bad.message.find("much"), std::string::npos);
  EXPECT_EQ(wrong.released(), 1);
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
}  // namespace drawdown
