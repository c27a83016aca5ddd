// Capacity through the public interface: files in, statements out.
#include "drawdown/ledger.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kHour = kMicrosPerHour;
constexpr int64_t kGpu = kMicroGpusPerGpu;
constexpr char kHeader[] = "pool,start,end,gpus,state\n";
constexpr char kContract[] = R"(
id: "c" provider: "aws" currency: "USD"
term { start: "1970-01-01T00:00:00Z" end: "1971-01-01T00:00:00Z" }
rate { pool: "aws" price: "4" from: "1970-01-01T00:00:00Z" }
commitment {
  id: "r" category: USAGE model: CONTINUOUS interval: HOURLY
  applies { dimension: "pool" operator: IN value: "aws/x" }
  step { from: "1970-01-01T00:00:00Z" quantity: "10" }
  price: "2" shortfall { policy: TAKE_OR_PAY }
}
)";

class CapacityImportTest : public testing::Test {
 protected:
  void SetUp() override {
    OpenOptions options;
    options.create_if_missing = true;
    options.now_us = [this] { return now_us_; };
    auto ledger = Ledger::Open(dir_.Path("books"), options);
    ASSERT_THAT(ledger, IsOk());
    ledger_ = *std::move(ledger);
  }

  absl::StatusOr<ImportResult> Import(const std::string& rows,
                                      const ImportOptions& options = {}) {
    return ledger_->ImportCapacityFiles(
        {dir_.Write("capacity.csv", kHeader + rows)}, options);
  }

  static void ExpectOneNote(const absl::StatusOr<ImportResult>& result,
                            const std::string& note) {
    ASSERT_THAT(result, IsOk());
    EXPECT_THAT(result->notes, ::testing::ElementsAre(note));
  }

  std::vector<CapacityInfo> List(const CapacityQuery& query = {}) {
    std::vector<CapacityInfo> all;
    EXPECT_THAT(ledger_->VisitCapacity(query,
                                       [&](const CapacityInfo& info) {
                                         all.push_back(info);
                                         return true;
                                       }),
                IsOk());
    return all;
  }

  // Hours of the lines of one kind in the first four hours.
  std::string HoursOf(ChargeKind kind, std::optional<int64_t> as_of_us = {}) {
    const auto statement = ledger_->MakeStatement(
        {.contract = "c",
         .period = "1970-01-01T00:00:00Z/1970-01-01T04:00:00Z",
         .at_us = now_us_,
         .as_of_us = as_of_us});
    EXPECT_THAT(statement, IsOk());
    GpuTime sum;
    for (const StatementLine& line : statement->lines) {
      if (line.kind == kind) sum += line.gpu_time;
    }
    return FormatGpuHours(sum);
  }

  ScratchDir dir_;
  int64_t now_us_ = 1'000 * kHour;
  std::unique_ptr<Ledger> ledger_;
};

// Not wrong by itself, so it is imported, and said: whichever row came last.
TEST_F(CapacityImportTest, MoreExcludedThanDeliveredIsNoted) {
  auto result = Import("aws/x,0,7200,4,delivered\n");
  ASSERT_THAT(result, IsOk());
  EXPECT_TRUE(result->notes.empty());
  result = Import(
      "aws/x,0,3600,4,excluded\n"
      "aws/x,3600,10800,5,excluded\n"
      "aws/y,0,3600,1,excluded\n");  // of nothing that is known
  ExpectOneNote(
      result,
      dir_.Path("capacity.csv") +
          ":3: of pool aws/x 5 GPUs are excluded where 4 were delivered "
          "and 0 replaced: it counts as none [1970-01-01T01:00:00Z, "
          "1970-01-01T02:00:00Z)");
  result = Import("aws/y,1800,3600,0.5,delivered\n");
  ExpectOneNote(result,
                dir_.Path("capacity.csv") +
                    ":2: of pool aws/y 1 GPUs are excluded where 0.5 were "
                    "delivered and 0 replaced: it counts as none "
                    "[1970-01-01T00:30:00Z, 1970-01-01T01:00:00Z)");
  const CapacityRecord replaced = {"aws/x", 0, 3'600 * kMicrosPerSecond,
                                   5 * kGpu, CapacityState::kReplaced};
  const auto from_memory = ledger_->ImportCapacity({&replaced, 1});
  ExpectOneNote(from_memory,
                "record 1: of pool aws/x 5 GPUs are replaced where 4 were "
                "excluded: what is replaced is of the excluded "
                "[1970-01-01T00:00:00Z, 1970-01-01T01:00:00Z)");
}

// The place is that of the row, also of a later file and behind blank lines.
TEST_F(CapacityImportTest, OddRowsOfSeveralFilesAreNamed) {
  const auto result = ledger_->ImportCapacityFiles(
      {dir_.Write("a.csv", std::string(kHeader) + "aws/x,0,3600,4,delivered\n"),
       dir_.Write("b.csv", std::string(kHeader) + "aws/z,0,3600,4,delivered\n\n"
                                                  "aws/x,0,1800,5,excluded\n")},
      {});
  ExpectOneNote(
      result,
      dir_.Path("b.csv") +
          ":4: of pool aws/x 5 GPUs are excluded where 4 were delivered "
          "and 0 replaced: it counts as none [1970-01-01T00:00:00Z, "
          "1970-01-01T00:30:00Z)");
}

TEST_F(CapacityImportTest, StatementsAndStatusesCountItAtOnce) {
  ASSERT_THAT(ledger_->ApplyContracts({{"c.textproto", kContract}}), IsOk());
  EXPECT_EQ(HoursOf(ChargeKind::kUndelivered), "0.000000000");
  EXPECT_EQ(HoursOf(ChargeKind::kUnused), "40.000000000");
  now_us_ += kHour;
  ASSERT_THAT(Import("aws/x,0,7200,8,delivered\n"
                     "aws/x,3600,7200,1,excluded\n"
                     "aws/y,0,7200,1,delivered\n"
                     "aws/x,3600000,3607200,7,delivered\n"),
              IsOk());
  EXPECT_EQ(HoursOf(ChargeKind::kUndelivered), "5.000000000");
  EXPECT_EQ(HoursOf(ChargeKind::kUnused), "35.000000000");
  // What was believed before.
  EXPECT_EQ(HoursOf(ChargeKind::kUndelivered, now_us_ - 1), "0.000000000");
  const auto status = ledger_->Status(1'000 * kHour);
  ASSERT_THAT(status, IsOk());
  ASSERT_EQ(status->size(), 1u);
  EXPECT_EQ((*status)[0].contracted, Int128{10} * kHour);
  EXPECT_EQ((*status)[0].delivered, Int128{7} * kHour);
  const auto before = ledger_->Status(1'000 * kHour, now_us_ - 1);
  ASSERT_THAT(before, IsOk());
  EXPECT_EQ((*before)[0].delivered, Int128{10} * kHour);
  EXPECT_TRUE(ledger_->VerifyInProcess()->ok);
}

TEST_F(CapacityImportTest, ASecondImportChangesNothing) {
  const std::string rows =
      "aws/x,0,7200,8,delivered\naws/y,0,7200,4.5,replaced\n";
  const auto first = Import(rows);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->rows, 2u);
  EXPECT_EQ(first->inserted, 2u);
  EXPECT_EQ(first->open, 0u);
  EXPECT_TRUE(first->notes.empty());
  const uint64_t entries = ledger_->Info().entries;
  // And a row twice in a file counts once.
  const auto again = Import(rows + rows);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->unchanged, 4u);
  EXPECT_EQ(again->inserted, 0u);
  EXPECT_EQ(ledger_->Info().entries, entries);
  const std::vector<CapacityInfo> all = List();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[1].record.pool, "aws/y");
  EXPECT_EQ(all[1].record.micro_gpus, 4'500'000);
  EXPECT_EQ(all[1].record.state, CapacityState::kReplaced);
  EXPECT_EQ(all[1].record.start_us, 0);
  EXPECT_EQ(all[1].record.end_us, 2 * kHour);
}

TEST_F(CapacityImportTest, OnlyTheIdTellsParallelDeliveriesApart) {
  ImportOptions options;
  options.columns = {{"capacity_id", "node"}};
  const auto import = [&](const std::string& rows) {
    return ledger_->ImportCapacityFiles(
        {dir_.Write("nodes.csv", "node,pool,start,end,gpus,state\n" + rows)},
        options);
  };
  ASSERT_THAT(import("n1,aws/x,0,7200,8,delivered\n"
                     "n2,aws/x,3600,7200,8,delivered\n"),
              IsOk());
  EXPECT_THAT(import("n2,aws/x,0,3601,8,delivered\n"),
              IsError(ErrorCode::kConflict,
                      "nodes.csv:2: delivered capacity of pool aws/x (n2) is "
                      "stated as 8 GPUs [1970-01-01T01:00:00Z, "
                      "1970-01-01T02:00:00Z); this says 8 GPUs "
                      "[1970-01-01T00:00:00Z, 1970-01-01T01:00:01Z)"));
  ASSERT_THAT(ledger_->ApplyContracts({{"c.textproto", kContract}}), IsOk());
  // One node is 8 of 10, both are enough.
  EXPECT_EQ(HoursOf(ChargeKind::kUndelivered), "2.000000000");
}

TEST_F(CapacityImportTest, BadRowsAreNamedAndNothingIsPosted) {
  const std::string good = "aws/x,0,7200,8,delivered\n";
  struct Case {
    std::string rows;
    ErrorCode code;
    const char* part;
  };
  const Case cases[] = {
      {"aws/x,0,1,8,Delivered\n", ErrorCode::kBadRow,
       "capacity.csv:3: state: \"Delivered\" is not delivered, excluded or "
       "replaced"},
      {"aws/x,0,1,8,\n", ErrorCode::kBadRow, "capacity.csv:3: state"},
      {"aws/x,,1,8,excluded\n", ErrorCode::kBadRow, "must both be given"},
      {"aws/x,0,,8,excluded\n", ErrorCode::kBadRow, "must both be given"},
      {"aws/x,1,1,8,excluded\n", ErrorCode::kBadRow, "is not after start"},
      {"aws/x,2,1,8,excluded\n", ErrorCode::kBadRow, "is not after start"},
      {"aws/x,2026-10-01 00:00:00,1,8,excluded\n", ErrorCode::kBadTime,
       "capacity.csv:3: start"},
      {"aws/x,0,1,-8,excluded\n", ErrorCode::kBadNumber,
       "capacity.csv:3: gpus"},
      {"aws/x,0,1,1e400,excluded\n", ErrorCode::kBadNumber, "gpus"},
      {"aws/x,0,1,NaN,excluded\n", ErrorCode::kBadNumber, "gpus"},
      {"aws/x,0,1,0.1234567,excluded\n", ErrorCode::kBadNumber, "gpus"},
      {"aws/x,0,1,1000000001,excluded\n", ErrorCode::kBadRow, "gpus"},
      {",0,1,8,excluded\n", ErrorCode::kBadRow, "pool"},
      {"aws//x,0,1,8,excluded\n", ErrorCode::kBadRow, "pool"},
      {"aws/*,0,1,8,excluded\n", ErrorCode::kBadRow, "pool"},
      {"aws/x,0,1,8\n", ErrorCode::kBadCsv, "capacity.csv:3"},
      {"aws/x,7199,7201,8,delivered\n", ErrorCode::kConflict,
       "capacity.csv:3: delivered capacity of pool aws/x is stated as"},
      {"aws/x,0,7200,9,delivered\n", ErrorCode::kConflict, "this says 9 GPUs"},
  };
  // So small that a row posted before another is judged would stay.
  ImportOptions options;
  options.rows_per_transaction = 1;
  for (const Case& one : cases) {
    SCOPED_TRACE(one.rows);
    EXPECT_THAT(Import(good + one.rows, options), IsError(one.code, one.part));
    EXPECT_EQ(ledger_->Info().entries, 0u);
  }
  // Pools that are both new are two.
  EXPECT_THAT(Import(good + "aws/z,0,7200,9,delivered\n"), IsOk());
  EXPECT_THAT(
      Import("aws/z,7200,7300,9,delivered\naws/x,0,1,1,delivered\n", options),
      IsError(ErrorCode::kConflict,
              "capacity.csv:3: delivered capacity of pool aws/x is "
              "stated as 8 GPUs"));
  EXPECT_EQ(List().size(), 2u);
}

TEST_F(CapacityImportTest, ColumnsMayBeMissingMappedOrConstant) {
  const auto import = [&](const std::string& text,
                          const ImportOptions& options = {}) {
    return ledger_->ImportCapacityFiles({dir_.Write("c.csv", text)}, options);
  };
  EXPECT_THAT(import("pool,start,end\n"),
              IsError(ErrorCode::kMissingColumn, "gpus, state"));
  ImportOptions options;
  options.constants = {{"state", "excluded"}, {"gpus", "8"}};
  options.columns = {{"start", "from"}, {"end", "until"}};
  options.zone = "America/New_York";
  const auto result = import(
      "from,until,pool,why\n"
      "2026-11-01 01:30:00,2026-11-01 02:30:00,aws/x,xid 79\n",
      options);
  ASSERT_THAT(result, IsOk());
  ASSERT_EQ(result->notes.size(), 2u);
  EXPECT_NE(result->notes[0].find("repeated hour"), std::string::npos);
  EXPECT_EQ(result->notes[1], "columns not read: why");
  EXPECT_EQ(List()[0].record.end_us - List()[0].record.start_us, 2 * kHour);
  options.constants = {{"tenant", "acme"}};
  EXPECT_THAT(import("pool\n", options),
              IsError(ErrorCode::kInvalidArgument, "\"tenant\""));
}

TEST_F(CapacityImportTest, RecordsInMemoryAreAllOrNothing) {
  const CapacityRecord good = {
      "aws/x", 0, kHour, kGpu, CapacityState::kDelivered, "n"};
  CapacityRecord bad = good;
  bad.start_us = kHour / 2;
  const CapacityRecord rows[] = {good, bad};
  EXPECT_THAT(ledger_->ImportCapacity(rows),
              IsError(ErrorCode::kConflict, "this says"));
  EXPECT_EQ(ledger_->Info().entries, 0u);
  EXPECT_THAT(ledger_->ImportCapacity(std::span(&good, 1), {.strict = true}),
              IsError(ErrorCode::kUnknownName, "aws/x"));
  const auto result = ledger_->ImportCapacity(std::span(&good, 1));
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->inserted, 1u);
  EXPECT_THAT(ledger_->ImportCapacity(std::span(&good, 1), {.strict = true}),
              IsOk());
}

TEST_F(CapacityImportTest, SmallTransactionsPostAsOne) {
  std::string rows;
  for (int hour = 0; hour < 50; ++hour) {
    rows += "aws/x," + std::to_string(hour * 3'600) + "," +
            std::to_string((hour + 1) * 3'600) + ",8,delivered\n";
  }
  ImportOptions options;
  options.rows_per_transaction = 7;
  ASSERT_THAT(Import(rows, options), IsOk());
  EXPECT_EQ(List().size(), 50u);
  EXPECT_EQ(List({.from_us = 10 * kHour, .to_us = 12 * kHour}).size(), 2u);
  EXPECT_TRUE(ledger_->VerifyInProcess()->ok);
  ledger_.reset();
  ASSERT_THAT(Salvage(dir_.Path("books"), dir_.Path("saved")), IsOk());
  auto saved = Ledger::Open(dir_.Path("saved"));
  ASSERT_THAT(saved, IsOk());
  ledger_ = *std::move(saved);
  EXPECT_EQ(List().size(), 50u);
}

}  // namespace
}  // namespace drawdown
