// A bill that is an Arrow stream, beside the same bill as a file.
#include <drawdown/drawdown.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/abi/arrow_stream.h"
#include "tests/abi/c_books.h"

namespace drawdown {
namespace {

using c_abi_test::Books;
using c_abi_test::Bytes;
using c_abi_test::TestColumn;
using c_abi_test::TestStream;
using c_abi_test::Texts;

__extension__ typedef __int128 Int128;

constexpr int64_t kStartUs = 1'790'812'800'000'000;  // 2026-10-01
constexpr int64_t kHourUs = 3'600'000'000;

const char kContract[] =
    "id: \"aws\" provider: \"aws\" currency: \"USD\" "
    "term { start: \"2026-10-01T00:00:00Z\" end: \"2027-10-01T00:00:00Z\" } "
    "pool { name: \"aws/us-east-1/gb200\" sku: \"p6e\" region: \"us-east-1\" "
    "gpus_per_unit: 1 } "
    "rate { pool: \"aws\" price: \"4.10\" from: \"2026-10-01T00:00:00Z\" }";

// Two hours of a run that used 8 GPUs: the first is billed as it was, the
// second at twice the price; and a tax whose description needs quoting.
struct Bill {
  std::vector<std::string> category = {"Usage", "Usage", "Tax"};
  std::vector<std::string> description = {"p6e", "p6e", "tax, \"state\"\nof 1"};
  std::vector<std::string> sku = {"p6e", "p6e", ""};
  std::vector<std::string> region = {"us-east-1", "us-east-1", ""};
  std::vector<int64_t> start = {kStartUs, kStartUs + kHourUs, kStartUs};
  std::vector<int64_t> hours = {1, 1, 744};
  std::vector<std::string> quantity = {"8", "8", ""};
  std::vector<int64_t> cents = {3280, 6560, 150};
};

struct SameBill {
  std::string csv;
  std::vector<TestColumn> columns;
};

std::string Cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string Money(int64_t cents) {
  const std::string text = std::to_string(cents);
  return text.substr(0, text.size() - 2) + "." + text.substr(text.size() - 2);
}

std::string Time(int64_t instant_us) {
  const auto hour = (instant_us - kStartUs) / kHourUs;
  if (hour == 744) return "2026-11-01T00:00:00Z";
  return "2026-10-01T0" + std::to_string(hour) + ":00:00Z";
}

class BillMaker {
 public:
  void AddTexts(const std::string& name, std::vector<std::string> texts) {
    made_.columns.push_back({name, "u", kRows, 0, Texts<int32_t>(texts)});
    AddToCsv(name, std::move(texts));
  }
  // The same in all rows, as a dictionary.
  void AddConstant(const std::string& name, const std::string& text) {
    const TestColumn values = {"", "u", 1, 0, Texts<int32_t>({text})};
    made_.columns.push_back({name,
                             "c",
                             kRows,
                             0,
                             {"", Bytes(int8_t{0}, int8_t{0}, int8_t{0})},
                             {values}});
    AddToCsv(name, {text, text, text});
  }
  void AddMoney(const std::string& name, const std::vector<int64_t>& cents) {
    made_.columns.push_back(
        {name,
         "d:38,2",
         kRows,
         0,
         {"", Bytes(Int128{cents[0]}, Int128{cents[1]}, Int128{cents[2]})}});
    AddToCsv(name, {Money(cents[0]), Money(cents[1]), Money(cents[2])});
  }
  void AddTimes(const std::string& name, const std::vector<int64_t>& times) {
    made_.columns.push_back(
        {name, "tsu:UTC", kRows, 0, {"", Bytes(times[0], times[1], times[2])}});
    AddToCsv(name, {Time(times[0]), Time(times[1]), Time(times[2])});
  }
  void AddToStreamAlone(const TestColumn& column) {
    made_.columns.push_back(column);
  }
  SameBill Make() {
    made_.csv = header_ + "\n";
    for (const std::string& row : rows_) made_.csv += row + "\n";
    return made_;
  }

 private:
  static constexpr int64_t kRows = 3;
  void AddToCsv(const std::string& name, const std::vector<std::string>& all) {
    const std::string comma = header_.empty() ? "" : ",";
    header_ += comma + name;
    for (size_t i = 0; i < kRows; ++i) rows_[i] += comma + Cell(all[i]);
  }

  SameBill made_;
  std::string header_;
  std::vector<std::string> rows_ = std::vector<std::string>(kRows);
};

BillMaker FocusBill() {
  const Bill bill;
  BillMaker maker;
  std::vector<int64_t> ends;
  for (size_t i = 0; i < 3; ++i) {
    ends.push_back(bill.start[i] + bill.hours[i] * kHourUs);
  }
  for (const char* cost :
       {"BilledCost", "ContractedCost", "EffectiveCost", "ListCost"}) {
    maker.AddMoney(cost, bill.cents);
  }
  for (const char* name : {"BillingAccountId", "BillingAccountName"}) {
    maker.AddConstant(name, "a");
  }
  for (const char* name :
       {"InvoiceIssuerName", "ProviderName", "PublisherName"}) {
    maker.AddConstant(name, "aws");
  }
  maker.AddConstant("BillingCurrency", "USD");
  maker.AddConstant("BillingPeriodStart", "2026-10-01T00:00:00Z");
  maker.AddConstant("BillingPeriodEnd", "2026-11-01T00:00:00Z");
  maker.AddTexts("ChargeCategory", bill.category);
  maker.AddConstant("ChargeClass", "");
  maker.AddTexts("ChargeDescription", bill.description);
  maker.AddTimes("ChargePeriodStart", bill.start);
  maker.AddTimes("ChargePeriodEnd", ends);
  maker.AddTexts("PricingQuantity", bill.quantity);
  maker.AddConstant("PricingUnit", "Hours");
  maker.AddConstant("ServiceCategory", "Compute");
  maker.AddConstant("ServiceName", "EC2");
  maker.AddTexts("SkuId", bill.sku);
  maker.AddTexts("RegionId", bill.region);
  maker.AddConstant("SubAccountId", "");
  maker.AddTexts("ConsumedQuantity", bill.quantity);
  maker.AddConstant("ConsumedUnit", "Hours");
  return maker;
}

class ArrowBill : public testing::Test {
 protected:
  ArrowBill() {
    const drawdown_text name = drawdown_str("aws.textproto");
    const drawdown_text text = drawdown_str(kContract);
    EXPECT_EQ(drawdown_contract_apply(books_.ledger(), &name, &text, 1, nullptr,
                                      nullptr),
              0);
    drawdown_run_start start = DRAWDOWN_RUN_START_INIT;
    start.run_id = drawdown_str("r");
    start.tenant = drawdown_str("acme");
    start.pool = drawdown_str("aws/us-east-1/gb200");
    start.micro_gpus = 8'000'000;
    start.at_us = kStartUs;
    drawdown_table refusal = 0;
    EXPECT_EQ(
        drawdown_run_start_many(books_.ledger(), &start, 1, &refusal, nullptr),
        0);
    EXPECT_EQ(
        drawdown_run_stop(books_.ledger(), start.run_id, 1,
                          kStartUs + 2 * kHourUs, DRAWDOWN_STOP_DONE, nullptr),
        0);
    query_.contract = drawdown_str("aws");
    query_.period = drawdown_str("2026-10");
    query_.at_us = kStartUs + 31 * 24 * kHourUs;
  }

  int32_t Reconcile(TestStream* stream) {
    return drawdown_reconcile_arrow(books_.ledger(), &query_, stream->stream(),
                                    nullptr, &clean_, &breaks_, &checks_,
                                    &error_);
  }
  std::string Message() {
    const std::string message = drawdown_error_message(error_);
    drawdown_error_free(error_);
    return message;
  }
  ~ArrowBill() override {
    drawdown_table_close(breaks_, nullptr);
    drawdown_table_close(checks_, nullptr);
  }

  const Books books_;
  drawdown_statement_query query_ = DRAWDOWN_STATEMENT_QUERY_INIT;
  uint8_t clean_ = 9;
  drawdown_table breaks_ = 0;
  drawdown_table checks_ = 0;
  drawdown_error error_ = 0;
};

std::string TextCell(drawdown_table table, uint64_t row, const char* name) {
  uint32_t column = 0;
  EXPECT_EQ(drawdown_table_find(table, drawdown_str(name), &column, nullptr),
            0);
  drawdown_text text = {nullptr, 0};
  EXPECT_EQ(drawdown_table_text(table, row, column, &text, nullptr, nullptr),
            0);
  return {text.data, text.size};
}

int64_t LowCell(drawdown_table table, uint64_t row, const char* name) {
  uint32_t column = 0;
  EXPECT_EQ(drawdown_table_find(table, drawdown_str(name), &column, nullptr),
            0);
  drawdown_int128 value = {0, 0};
  EXPECT_EQ(
      drawdown_table_decimal(table, row, column, &value, nullptr, nullptr), 0);
  return static_cast<int64_t>(value.low);
}

TEST_F(ArrowBill, IsReconciledAsTheSameFileIs) {
  const SameBill bill = FocusBill().Make();
  const ScratchDir folder;
  const std::string file = folder.Write("bill.csv", bill.csv);
  const drawdown_text path = drawdown_str(file.c_str());
  drawdown_table expected = 0;
  uint8_t expected_clean = 9;
  ASSERT_EQ(
      drawdown_reconcile_files(books_.ledger(), &query_, &path, 1, nullptr,
                               &expected_clean, &expected, nullptr, &error_),
      0)
      << Message();

  TestStream stream(3, bill.columns);
  ASSERT_EQ(Reconcile(&stream), 0) << Message();
  EXPECT_EQ(stream.released(), 1);
  EXPECT_EQ(stream.batches_released(), 1);
  EXPECT_EQ(clean_, 0);
  EXPECT_EQ(expected_clean, 0);
  uint64_t rows = 0;
  uint64_t expected_rows = 0;
  drawdown_table_shape(breaks_, &rows, nullptr, nullptr);
  drawdown_table_shape(expected, &expected_rows, nullptr, nullptr);
  ASSERT_EQ(rows, expected_rows);
  std::vector<std::string> classes;
  for (uint64_t row = 0; row < rows; ++row) {
    classes.push_back(TextCell(breaks_, row, "class"));
    for (const char* name : {"class", "reason", "matched_on", "status"}) {
      EXPECT_EQ(TextCell(breaks_, row, name), TextCell(expected, row, name));
    }
    for (const char* name : {"billed_cost", "expected_cost", "difference"}) {
      EXPECT_EQ(LowCell(breaks_, row, name), LowCell(expected, row, name));
    }
  }
  // 8 h x 4.10 is 32.80; then twice that; then a tax.
  EXPECT_EQ(classes,
            (std::vector<std::string>{"non_usage", "matched", "price_break"}));
  drawdown_table_close(expected, nullptr);
}

TEST_F(ArrowBill, FloatingPointIsRefusedAndOtherTypesAreLeftOut) {
  BillMaker maker = FocusBill();
  maker.AddToStreamAlone({"Tags", "z", 3, 0, Texts<int32_t>({"", "", ""})});
  TestStream other(3, maker.Make().columns);
  ASSERT_EQ(Reconcile(&other), 0) << Message();
  uint64_t notes = 0;
  drawdown_table_notes(breaks_, &notes, nullptr);
  ASSERT_GT(notes, 0u);
  drawdown_text note = {nullptr, 0};
  drawdown_table_note(breaks_, notes - 1, &note, nullptr);
  EXPECT_NE(std::string(note.data, note.size).find("Tags"), std::string::npos);
  drawdown_table_close(breaks_, nullptr);
  drawdown_table_close(checks_, nullptr);

  maker.AddToStreamAlone({"x_Cost", "g", 3, 0, {"", Bytes(1.5, 1.5, 1.5)}});
  TestStream floating(3, maker.Make().columns);
  EXPECT_EQ(Reconcile(&floating), DRAWDOWN_UNSUPPORTED);
  EXPECT_NE(Message().find("x_Cost is floating point"), std::string::npos);
  EXPECT_EQ(floating.released(), 1);
}

TEST_F(ArrowBill, ErrorsNameTheStreamAndRelease) {
  TestStream unknown(1, {{"colour", "u", 1, 0, Texts<int32_t>({"red"})}});
  EXPECT_EQ(Reconcile(&unknown), DRAWDOWN_UNKNOWN_FORMAT);
  EXPECT_EQ(Message().find("the Arrow stream"), 0u);
  EXPECT_EQ(unknown.released(), 1);
  TestStream broken(1, {});
  broken.FailInGetNext();
  EXPECT_EQ(Reconcile(&broken), DRAWDOWN_BAD_INPUT);
  EXPECT_NE(Message().find("the wire broke"), std::string::npos);
}

}  // namespace
}  // namespace drawdown
