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

}  // namespace
}  // namespace drawdown::c_abi_test
