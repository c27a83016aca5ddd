// Bad input: a clear error naming file, row and value; nothing half-applied.
#include <zlib.h>

#include <memory>
#include <string>
#include <vector>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr char kHeader[] = "run_id,tenant,pool,gpus,start,end\n";
constexpr char kGoodRow[] = "a,acme,aws/x,8,0,3600\n";

std::string Gzip(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(
      deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
      Z_OK);
  std::string out(text.size() + 1'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = text.size();
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = out.size();
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

class HostileInputTest : public testing::Test {
 protected:
  void SetUp() override {
    auto ledger = Ledger::Open(dir_.Path("books"), {.create_if_missing = true});
    ASSERT_THAT(ledger, IsOk());
    ledger_ = *std::move(ledger);
  }

  absl::StatusOr<ImportResult> Import(const std::string& bytes,
                                      const ImportOptions& options = {}) {
    return ledger_->ImportRunFiles({dir_.Write("runs.csv", bytes)}, options);
  }

  ScratchDir dir_;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(HostileInputTest, BadFilesAreNamedAndNothingIsPosted) {
  const std::string good = std::string(kHeader) + kGoodRow;
  const std::string gzip = Gzip(good);
  struct Case {
    const char* what;
    std::string bytes;
    ErrorCode code;
    const char* part;
  };
  const Case cases[] = {
      {"truncated gzip", gzip.substr(0, gzip.size() - 9), ErrorCode::kBadInput,
       "runs.csv"},
      {"corrupt gzip", gzip.substr(0, 20) + "xx" + gzip.substr(22),
       ErrorCode::kBadInput, "runs.csv"},
      {"NUL", good + std::string("b,ac\0me,aws/x,1,0,1\n", 20),
       ErrorCode::kBadCsv, "runs.csv:3"},
      {"missing columns", "run_id,tenant\na,acme\n", ErrorCode::kMissingColumn,
       "pool, gpus, start, end"},
      {"empty file", "", ErrorCode::kBadCsv, "runs.csv"},
      {"end before start", good + "b,acme,aws/x,1,3600,0\n", ErrorCode::kBadRow,
       "runs.csv:3: run b attempt 1: end"},
      {"naive time", good + "b,acme,aws/x,1,2026-10-01 00:00:00,\n",
       ErrorCode::kBadTime, "runs.csv:3: start"},
      {"1e400 GPUs", good + "b,acme,aws/x,1e400,0,1\n", ErrorCode::kBadNumber,
       "runs.csv:3: gpus"},
      {"negative GPUs", good + "b,acme,aws/x,-1,0,1\n", ErrorCode::kBadNumber,
       "runs.csv:3: gpus"},
      {"seven decimals", good + "b,acme,aws/x,0.1234567,0,1\n",
       ErrorCode::kBadNumber, "0.1234567"},
      {"duplicate with another payload", good + "a,acme,aws/x,9,0,3600\n",
       ErrorCode::kConflict, "runs.csv:3: run a attempt 1"},
      {"duplicate with another end", good + "a,acme,aws/x,8,0,3601\n",
       ErrorCode::kConflict, "runs.csv:3"},
      {"empty tenant", good + "b,,aws/x,1,0,1\n", ErrorCode::kBadRow, "tenant"},
      {"short row", good + "b,acme\n", ErrorCode::kBadCsv, "runs.csv:3"},
      {"unclosed quote", good + "\"b,acme,aws/x,1,0,1\n", ErrorCode::kBadCsv,
       "runs.csv:3"},
      {"UTF-16", std::string("\xff\xfer\0u\0n\0", 8), ErrorCode::kBadCsv,
       "UTF-16"},
      {"control character in the id", good + "b\x01,acme,aws/x,1,0,1\n",
       ErrorCode::kBadRow, "control"},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.what);
    EXPECT_THAT(Import(one.bytes), IsError(one.code, one.part));
    EXPECT_EQ(ledger_->Info().entries, 0u);
  }
}

TEST_F(HostileInputTest, ByteOrderMarkAndCrlfAreRead) {
  const auto result = Import(
      "\xef\xbb\xbfrun_id,tenant,pool,gpus,start,end\r\n"
      "a,acme,aws/x,8,0,3600\r\n");
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->inserted, 1u);
}

TEST_F(HostileInputTest, AllBadRowsAreNamedUpToACap) {
  std::string text = kHeader;
  for (int i = 0; i < 30; ++i) text += "a,acme,aws/x,x,0,1\n";
  const auto result = Import(text);
  EXPECT_THAT(result, IsError(ErrorCode::kBadNumber, "runs.csv:2: gpus"));
  EXPECT_THAT(result, IsError(ErrorCode::kBadNumber, "runs.csv:21: gpus"));
  EXPECT_THAT(result, IsError(ErrorCode::kBadNumber, "and 10 more bad row(s)"));
}

TEST_F(HostileInputTest, ConflictWithTheBooksPostsNoRowOfTheFile) {
  ASSERT_THAT(Import(std::string(kHeader) + kGoodRow), IsOk());
  const uint64_t entries = ledger_->Info().entries;
  EXPECT_THAT(Import(std::string(kHeader) + "new,acme,aws/x,8,0,3600\n"
                                            "a,globex,aws/x,8,0,3600\n"),
              IsError(ErrorCode::kConflict,
                      "runs.csv:3: run a attempt 1 is in the books as acme on "
                      "aws/x, 8 GPUs [1970-01-01T00:00:00Z, "
                      "1970-01-01T01:00:00Z); this says globex on aws/x"));
  EXPECT_EQ(ledger_->Info().entries, entries);
}

TEST_F(HostileInputTest, RowsOfOneRunMayTellMoreInAnyOrder) {
  const std::string open = "a,acme,aws/x,8,0,\n";
  const std::string never = "a,acme,aws/x,8,,\n";
  for (const std::string& rows :
       {open + kGoodRow + never, kGoodRow + open + never,
        never + open + kGoodRow}) {
    SCOPED_TRACE(rows);
    ScratchDir dir;
    auto ledger = Ledger::Open(dir.Path("books"), {.create_if_missing = true});
    ASSERT_THAT(ledger, IsOk());
    ASSERT_THAT(
        (*ledger)->ImportRunFiles({dir.Write("runs.csv", kHeader + rows)}),
        IsOk());
    const auto usage = (*ledger)->Usage({});
    ASSERT_THAT(usage, IsOk());
    EXPECT_EQ(FormatGpuSeconds(usage->total), "28800");
  }
}

TEST_F(HostileInputTest, RepeatedHourTakesTheFirstReadingAndSaysSo) {
  ImportOptions options;
  options.zone = "America/New_York";
  const auto result =
      Import(std::string(kHeader) +
                 "a,acme,aws/x,1,2026-11-01 01:30:00,2026-11-01 02:30:00\n",
             options);
  ASSERT_THAT(result, IsOk());
  ASSERT_EQ(result->notes.size(), 1u);
  EXPECT_NE(result->notes[0].find("repeated hour"), std::string::npos);
  EXPECT_EQ(FormatGpuSeconds(ledger_->Usage({})->total), "7200");
  EXPECT_THAT(
      Import(std::string(kHeader) + "b,acme,aws/x,1,2026-03-08 02:30:00,\n",
             options),
      IsError(ErrorCode::kBadTime, "runs.csv:2: start"));
}

TEST_F(HostileInputTest, UsageRowsAreCheckedTheSameWay) {
  const std::string header = "usage_id,tenant,pool,start,end,gpu_seconds\n";
  const auto import = [&](const std::string& rows) {
    return ledger_->ImportUsageFiles({dir_.Write("usage.csv", header + rows)});
  };
  EXPECT_THAT(import("u,acme,aws/x,0,3600,1e400\n"),
              IsError(ErrorCode::kBadNumber, "usage.csv:2: gpu_seconds"));
  EXPECT_THAT(import("u,acme,aws/x,3600,3600,1\n"),
              IsError(ErrorCode::kBadRow, "is not after start"));
  EXPECT_THAT(import("u,acme,aws/x,0,3600,1\nu,acme,aws/x,0,3600,2\n"),
              IsError(ErrorCode::kConflict, "usage.csv:3"));
  EXPECT_EQ(ledger_->Info().entries, 0u);
  ASSERT_THAT(import("u,acme,aws/x,0,7200,1.5\n"), IsOk());
  EXPECT_THAT(import("u,acme,aws/x,0,7200,1.5\n"), IsOk());
  EXPECT_THAT(import("u,acme,aws/x,0,7200,1.6\n"),
              IsError(ErrorCode::kConflict,
                      "u is in the books as acme on aws/x, 1.5 GPU-seconds"));
  EXPECT_EQ(FormatGpuSeconds(ledger_->Usage({})->total), "1.5");
}

TEST_F(HostileInputTest, EveryBadHoldOfABatchIsNamedAndNoneIsPlaced) {
  std::vector<HoldRequest> batch;
  for (const char* tenant : {"acme", "a//b", "acme", "*"}) {
    HoldRequest hold;
    hold.hold_id = "h" + std::to_string(batch.size());
    hold.tenant = tenant;
    hold.pool = "aws/x";
    hold.gpu_time = GpuTime(1);
    batch.push_back(hold);
  }
  batch[2].hold_id = "h0";
  batch[2].source = "node-7";
  const absl::Status bad = ledger_->PlaceHolds(batch).status();
  EXPECT_EQ(GetErrorCode(bad), ErrorCode::kBadRow);
  EXPECT_EQ(bad.message(),
            "tenant \"a//b\" has an empty part\n"
            "node-7: hold h0 stands twice in one batch\n"
            "tenant \"*\" has a part '*', which only selectors may have");
  EXPECT_EQ(ledger_->Info().entries, 0u);
}

TEST_F(HostileInputTest, ARefundIsMoreThanNothing) {
  ASSERT_THAT(Import(std::string(kHeader) + kGoodRow), IsOk());
  Refund refund;
  refund.refund_id = "r";
  refund.run = {"a", 1};
  refund.reason = "x";
  for (const int64_t amount : {0, -1}) {
    refund.amount = GpuTime(amount);
    EXPECT_THAT(ledger_->RefundRun(refund),
                IsError(ErrorCode::kBadRow, "a refund is more than 0"));
  }
}

}  // namespace
}  // namespace drawdown
