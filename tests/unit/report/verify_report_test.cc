#include "model/verify_report.h"

#include "base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

VerifyReport FullReport() {
  VerifyReport report;
  report.ok = true;
  report.entries = 18446744073709551615u;
  report.commits = 2;
  report.runs = 3;
  report.usage_records = 4;
  report.cells = 5;
  report.from_runs = GpuTime(static_cast<Int128>(1) << 100);
  report.from_usage = GpuTime(-7);
  report.in_buckets = GpuTime(8);
  report.at_us = -9;
  report.chain_hash = "ab=cd";
  report.findings = {"two\nlines", "back\\slash n", ""};
  return report;
}

TEST(VerifyReportTextTest, ComesBackAsItWas) {
  const VerifyReport sent = FullReport();
  const auto got = DecodeVerifyReport(EncodeVerifyReport(sent));
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->ok, sent.ok);
  EXPECT_EQ(got->entries, sent.entries);
  EXPECT_EQ(got->commits, sent.commits);
  EXPECT_EQ(got->runs, sent.runs);
  EXPECT_EQ(got->usage_records, sent.usage_records);
  EXPECT_EQ(got->cells, sent.cells);
  EXPECT_EQ(got->from_runs, sent.from_runs);
  EXPECT_EQ(got->from_usage, sent.from_usage);
  EXPECT_EQ(got->in_buckets, sent.in_buckets);
  EXPECT_EQ(got->at_us, sent.at_us);
  EXPECT_EQ(got->chain_hash, sent.chain_hash);
  EXPECT_EQ(got->findings, sent.findings);
}

TEST(VerifyReportTextTest, EveryCutIsNoticed) {
  const std::string text = EncodeVerifyReport(FullReport());
  for (size_t size = 0; size < text.size(); ++size) {
    const auto got = DecodeVerifyReport(text.substr(0, size));
    EXPECT_EQ(GetErrorCode(got.status()), ErrorCode::kIo) << size;
  }
}

TEST(VerifyReportTextTest, RefusesWhatIsNoReport) {
  for (const char* text :
       {"", "end", "no report\nend=1\n", "entries=-1\nend=1\n",
        "entries=x\nend=1\n", "ok=2\nend=1\n",
        "entries=18446744073709551616\nend=1\n"}) {
    EXPECT_EQ(GetErrorCode(DecodeVerifyReport(text).status()), ErrorCode::kIo)
        << text;
  }
}

TEST(VerifyReportTextTest, PassesOverKeysOfNewerVersions) {
  const auto got = DecodeVerifyReport("ok=1\nlater=x\nend=1\n");
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_TRUE(got->ok);
}

TEST(VerifyReportTextTest, CarriesErrors) {
  const absl::Status sent =
      MakeError(ErrorCode::kUnsupportedLmdb, "LMDB 0.9.26\nsecond line");
  const auto got = DecodeVerifyReport(EncodeVerifyReport(sent));
  EXPECT_EQ(GetErrorCode(got.status()), ErrorCode::kUnsupportedLmdb);
  EXPECT_EQ(got.status().message(), sent.message());
}

TEST(SalvageReportTextTest, ComesBackAsItWas) {
  SalvageReport sent;
  sent.entries_read = 1;
  sent.entries_lost = 2;
  sent.runs = 3;
  sent.usage_records = 4;
  sent.contracts = 5;
  sent.losses = {"a", "b"};
  const auto got = DecodeSalvageReport(EncodeSalvageReport(sent));
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->entries_read, 1u);
  EXPECT_EQ(got->entries_lost, 2u);
  EXPECT_EQ(got->runs, 3u);
  EXPECT_EQ(got->usage_records, 4u);
  EXPECT_EQ(got->contracts, 5u);
  EXPECT_EQ(got->losses, sent.losses);
}

}  // namespace
}  // namespace drawdown
