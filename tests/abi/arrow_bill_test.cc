// Bills that are Arrow streams, beside the same bills as files.
#include <drawdown/drawdown.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/abi/c_books.h"
#include "tests/abi/test_stream.h"

namespace drawdown::c_abi_test {
namespace {

constexpr const char* kContract =
    "id: \"aws\" provider: \"aws\" currency: \"USD\"\n"
    "term { start: \"2026-10-01T00:00:00Z\" end: \"2027-10-01T00:00:00Z\" }\n"
    "pool { name: \"aws/x/h100\" sku: \"h100\" region: \"x\" }\n"
    "rate { pool: \"aws/x/h100\" price: \"4\" from: \"2026-10-01T00:00:00Z\" "
    "}\n";

// Of FOCUS, in two rows, all as text.
using BillTable = std::vector<std::pair<std::string, std::vector<std::string>>>;
BillTable BillCells() {
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

std::vector<TestColumn> ColumnsOf(const BillTable& bill) {
  std::vector<TestColumn> columns;
  for (const auto& [name, cells] : bill) {
    columns.push_back({name, "u", 2, 0, Texts<int32_t>(cells)});
  }
  return columns;
}

std::vector<TestColumn> BillColumns() {
  std::vector<TestColumn> columns = ColumnsOf(BillCells());
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
    for (const char* const column : {"class", "billed_cost", "difference",
                                     "matched_on", "rows", "reason"}) {
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
  Compared OfStream(TestStream* stream,
                    const drawdown_reconcile_options* options = nullptr) {
    drawdown_error error = 0;
    drawdown_table breaks = 0;
    uint8_t clean = 0;
    const int32_t code =
        drawdown_reconcile_arrow(books_.ledger(), &query_, stream->stream(),
                                 options, &clean, &breaks, nullptr, &error);
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

constexpr int32_t kOctoberDay = 20'727;  // since 1970
constexpr int64_t kDayMs = 86'400'000;

TEST_F(ArrowBillTest, ReadsWhateverHoldsACell) {
  std::vector<TestColumn> columns = BillColumns();
  const auto change = [&](const char* name, const char* format,
                          const std::string& cells) {
    for (TestColumn& column : columns) {
      if (column.name == name) column = {name, format, 2, 0, {"", cells}};
    }
  };
  change("BilledCost", "d:50,2,256",
         Bytes(Int128{150}, Int128{0}, Int128{-25}, Int128{-1}));
  change("ContractedCost", "d:9,2,32", Bytes(int32_t{150}, int32_t{-25}));
  change("EffectiveCost", "d:18,3,64", Bytes(int64_t{1500}, int64_t{-250}));
  change("BillingPeriodStart", "tdD", Bytes(kOctoberDay, kOctoberDay));
  change("BillingPeriodEnd", "tdm",
         Bytes((kOctoberDay + 31) * kDayMs, (kOctoberDay + 31) * kDayMs));
  columns.push_back({"x_Final", "b", 2, 0, {"", Bytes(uint8_t{1})}});
  TestStream stream(2, columns);
  const Compared of_stream = OfStream(&stream);
  ASSERT_EQ(of_stream.code, DRAWDOWN_OK) << of_stream.message;
  EXPECT_EQ(of_stream.breaks, OfFile().breaks);

  change("BilledCost", "d:50,2,256",
         Bytes(Int128{150}, Int128{1}, Int128{-25}, Int128{-1}));
  TestStream large(2, columns);
  const Compared refused = OfStream(&large);
  EXPECT_EQ(refused.code, DRAWDOWN_BAD_NUMBER);
  EXPECT_NE(refused.message.find("BilledCost"), std::string::npos)
      << refused.message;
}

// Left out, the bill would say something else without a word.
TEST_F(ArrowBillTest, RefusesWhatItDoesNotRead) {
  for (const char* const format :
       {"z", "vz", "w:16", "d:38,-2", "ttu", "tDu", "tiM", "+r", "+ud:0,1"}) {
    std::vector<TestColumn> columns = BillColumns();
    columns[0].format = format;
    TestStream needed(2, columns);
    const Compared refused = OfStream(&needed);
    EXPECT_EQ(refused.code, DRAWDOWN_UNSUPPORTED) << format;
    EXPECT_NE(refused.message.find("BilledCost is of Arrow's type " +
                                   std::string(format)),
              std::string::npos)
        << refused.message;
    columns = BillColumns();
    columns.push_back({"x_Own", format, 2, 0, {"", ""}});
    TestStream custom(2, columns);
    EXPECT_EQ(OfStream(&custom).code, DRAWDOWN_OK) << format;
  }
}

// An hour of aws/x/h100, billed to acme/b where acme/a used it.
BillTable BillOfAnHour() {
  BillTable bill = BillCells();
  for (auto& [name, cells] : bill) {
    cells[1] = cells[0];
    if (name.ends_with("Cost")) cells = {"4", "0"};
    if (name == "ChargeCategory") cells = {"Usage", "Usage"};
    if (name == "ChargePeriodStart") cells[0] = "2026-10-02T00:00:00Z";
    if (name == "ChargePeriodEnd") cells[0] = "2026-10-02T01:00:00Z";
    if (name.ends_with("Quantity")) cells = {"1", "0"};
    if (name.ends_with("Unit")) cells = {"GPU-Hours", "GPU-Hours"};
    if (name == "SkuId") cells = {"h100", "h100"};
    if (name == "RegionId") cells = {"x", "x"};
  }
  return bill;
}

TEST_F(ArrowBillTest, ReadsTagsThatAreMaps) {
  drawdown_table refusal = 0;
  drawdown_run_start start = DRAWDOWN_RUN_START_INIT;
  start.run_id = drawdown_str("r");
  start.tenant = drawdown_str("acme/a");
  start.pool = drawdown_str("aws/x/h100");
  start.micro_gpus = 1'000'000;
  start.at_us = (kOctoberDay + 1) * kDayMs * 1'000;
  ASSERT_EQ(
      drawdown_run_start_many(books_.ledger(), &start, 1, &refusal, nullptr),
      DRAWDOWN_OK);
  ASSERT_EQ(drawdown_run_stop(books_.ledger(), start.run_id, 1,
                              start.at_us + 3'600 * kSecond, DRAWDOWN_STOP_DONE,
                              nullptr),
            DRAWDOWN_OK);
  drawdown_reconcile_options options = DRAWDOWN_RECONCILE_OPTIONS_INIT;
  options.tenant_tag = drawdown_str("team");
  // {"a \"quote\"": null, "team": "acme/b"} and nothing.
  const auto tags = [](const char* format, auto offset) {
    using Offset = decltype(offset);
    TestColumn keys = {"key", "u", 3, 0,
                       Texts<int32_t>({"a \"quote\"", "team", "other"})};
    TestColumn values = {"value", "U", 3, 0,
                         Texts<int64_t>({"", "acme/b", "x"})};
    values.buffers[0] = Bytes(uint8_t{0b110});
    const TestColumn entries = {"entries", "+s",          3, 0, {""},
                                {},        {keys, values}};
    return TestColumn{
        "Tags", format,   2, 0, {"", Bytes(Offset{0}, Offset{2}, Offset{2})},
        {},     {entries}};
  };
  std::vector<TestColumn> text = ColumnsOf(BillOfAnHour());
  text.push_back(
      {"Tags", "u", 2, 0,
       Texts<int32_t>({R"({"a \"quote\"":null,"team":"acme/b"})", "{}"})});
  TestStream of_text(2, text);
  const Compared expected = OfStream(&of_text, &options);
  ASSERT_EQ(expected.code, DRAWDOWN_OK) << expected.message;
  EXPECT_NE(expected.breaks.find("allocation_gap"), std::string::npos)
      << expected.breaks;
  for (const TestColumn& column :
       {tags("+m", int32_t{0}), tags("+l", int32_t{0}),
        tags("+L", int64_t{0})}) {
    std::vector<TestColumn> columns = ColumnsOf(BillOfAnHour());
    columns.push_back(column);
    TestStream stream(2, columns);
    const Compared compared = OfStream(&stream, &options);
    ASSERT_EQ(compared.code, DRAWDOWN_OK) << compared.message;
    EXPECT_EQ(compared.breaks, expected.breaks) << column.format;
    EXPECT_EQ(compared.notes, expected.notes) << column.format;
  }
}

// A map of anything else is left out, but not where tenants are told by it.
TEST_F(ArrowBillTest, RefusesTagsThatAreNeededAndNotRead) {
  const TestColumn number = {"value", "l", 0, 0, {"", ""}};
  const TestColumn key = {"key", "u", 0, 0, Texts<int32_t>({})};
  const TestColumn entries = {"entries", "+s", 0, 0, {""}, {}, {key, number}};
  std::vector<TestColumn> columns = BillColumns();
  columns.push_back({"Tags",
                     "+m",
                     2,
                     0,
                     {"", Bytes(int32_t{0}, int32_t{0}, int32_t{0})},
                     {},
                     {entries}});
  TestStream left_out(2, columns);
  const Compared compared = OfStream(&left_out);
  ASSERT_EQ(compared.code, DRAWDOWN_OK) << compared.message;
  ASSERT_FALSE(compared.notes.empty());
  EXPECT_NE(compared.notes.back().find("Tags"), std::string::npos);
  drawdown_reconcile_options options = DRAWDOWN_RECONCILE_OPTIONS_INIT;
  options.tenant_tag = drawdown_str("team");
  TestStream needed(2, columns);
  EXPECT_EQ(OfStream(&needed, &options).code, DRAWDOWN_UNSUPPORTED);
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

}  // namespace
}  // namespace drawdown::c_abi_test
