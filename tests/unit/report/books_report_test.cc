#include "report/books_report.h"

#include "gtest/gtest.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

RunInfo ResizedRun() {
  RunInfo run;
  run.key = {"job-1", 2};
  run.tenant = "acme/chat";
  run.pool = "aws/us-east-1/gb200";
  run.state = RunState::kOpen;
  run.source_state = kHostile;
  run.segments = {
      {*ParseInstant("2026-10-01T00:00:00Z"),
       *ParseInstant("2026-10-01T01:00:00Z"), 8'000'000, /*suspended=*/true},
      {*ParseInstant("2026-10-01T01:00:00Z"), std::nullopt, 250'000}};
  run.journal_sequence = 7;
  run.device = "GPU-1";
  run.share = {1, 7};
  return run;
}

std::string Runs(Format format, const std::vector<RunInfo>& runs) {
  return Collect([&](const Sink& sink) {
    RunWriter writer(format, sink);
    for (const RunInfo& run : runs) writer.Add(run);
    writer.Finish();
  });
}

TEST(RunWriterTest, CsvHasALinePerSegment) {
  RunInfo never;
  never.key = {"job-2"};
  never.tenant = "b";
  never.pool = "p";
  EXPECT_EQ(
      Runs(Format::kCsv, {ResizedRun(), never}),
      "run_id,attempt,tenant,pool,state,reason,source_state,gpus,start,end,"
      "journal_sequence\n"
      "job-1,2,acme/chat,aws/us-east-1/gb200,open,unknown,"
      "\"'=cmd|' /C calc'!A0\\x1b[31m\\n\"\"\\u202e,x\",8,2026-10-01T00:00:00Z,"
      "2026-10-01T01:00:00Z,7\n"
      "job-1,2,acme/chat,aws/us-east-1/gb200,open,unknown,"
      "\"'=cmd|' /C calc'!A0\\x1b[31m\\n\"\"\\u202e,x\",0.25,"
      "2026-10-01T01:00:00Z,,7\n"
      "job-2,1,b,p,never_started,unknown,,,,,0\n");
}

TEST(RunWriterTest, JsonHasAnObjectPerRun) {
  EXPECT_EQ(Runs(Format::kJson, {ResizedRun()}), R"({
  "runs": [
    {"run_id": "job-1", "attempt": 2, "tenant": "acme/chat", "pool": "aws/us-east-1/gb200", "state": "open", "reason": "unknown", "source_state": "=cmd|' /C calc'!A0\u001b[31m\n\"\u202e,x", "device": "GPU-1", "share": "1/7", "segments": [{"gpus": "8", "start": "2026-10-01T00:00:00Z", "end": "2026-10-01T01:00:00Z", "suspended": true}, {"gpus": "0.25", "start": "2026-10-01T01:00:00Z", "end": null, "suspended": false}], "journal_sequence": 7}
  ]
}
)");
}

TEST(CapacityWriterTest, WritesRecords) {
  const CapacityInfo info = {{"aws/x", *ParseInstant("2026-10-01T00:00:00Z"),
                              *ParseInstant("2026-10-01T01:00:00Z"), 250'000,
                              CapacityState::kExcluded, "=n"},
                             7};
  CapacityInfo whole = info;
  whole.record.capacity_id.clear();
  const auto write = [&](Format format) {
    return Collect([&](const Sink& sink) {
      CapacityWriter writer(format, sink);
      writer.Add(info);
      writer.Add(whole);
      writer.Finish();
    });
  };
  EXPECT_EQ(write(Format::kCsv),
            "pool,start,end,gpus,state,capacity_id,journal_sequence\n"
            "aws/x,2026-10-01T00:00:00Z,2026-10-01T01:00:00Z,0.25,excluded,"
            "'=n,7\n"
            "aws/x,2026-10-01T00:00:00Z,2026-10-01T01:00:00Z,0.25,excluded,"
            ",7\n");
  const std::string json = write(Format::kJson);
  EXPECT_NE(json.find("{\n  \"capacity\": [\n"), std::string::npos);
  EXPECT_NE(json.find("\"gpus\": \"0.25\", \"state\": \"excluded\", "
                      "\"capacity_id\": null, \"journal_sequence\": 7"),
            std::string::npos);
}

TEST(JournalWriterTest, WritesEntries) {
  const std::string text = Collect([](const Sink& sink) {
    JournalWriter writer(Format::kCsv, sink);
    writer.Add({1, *ParseInstant("2026-10-01T00:00:00Z"), "run_import", "@job",
                "8 GPUs"});
    writer.Finish();
  });
  EXPECT_EQ(text,
            "sequence,recorded,kind,subject,detail\n"
            "1,2026-10-01T00:00:00Z,run_import,'@job,8 GPUs\n");
}

ContractInfo Contract() {
  ContractInfo contract;
  contract.id = "aws-2025";
  contract.version = 2;
  contract.provider = "aws";
  contract.currency = *Currency::Parse("USD");
  contract.term_end_us = *ParseInstant("2032-11-03T00:00:00Z");
  contract.commitments = {"reserved", "spend"};
  contract.lives = {{"old", CommitmentState::kSuperseded, 0, 1},
                    {"reserved", CommitmentState::kActive, 0, 1}};
  contract.text = "id: \"aws-2025\"\n";
  contract.file_name = "aws.textproto";
  return contract;
}

std::string Shown(Format format) {
  return Collect(
      [&](const Sink& sink) { WriteContract(Contract(), format, sink); });
}

TEST(ContractReportTest, ShowsTheTextAsApplied) {
  EXPECT_EQ(Shown(Format::kTable), "id: \"aws-2025\"\n");
  EXPECT_EQ(Shown(Format::kCsv),
            "id,version,provider,currency,term_start,term_end,effective,"
            "applied,file,commitments\n"
            "aws-2025,2,aws,USD,1970-01-01T00:00:00Z,2032-11-03T00:00:00Z,"
            "1970-01-01T00:00:00Z,1970-01-01T00:00:00Z,aws.textproto,"
            "reserved spend\n");
  EXPECT_EQ(Shown(Format::kJson), R"({
  "id": "aws-2025",
  "version": 2,
  "provider": "aws",
  "currency": "USD",
  "term_start": "1970-01-01T00:00:00Z",
  "term_end": "2032-11-03T00:00:00Z",
  "effective": "1970-01-01T00:00:00Z",
  "applied": "1970-01-01T00:00:00Z",
  "file": "aws.textproto",
  "commitments": ["reserved", "spend"],
  "commitment_states": ["old superseded", "reserved active"],
  "text": "id: \"aws-2025\"\n"
}
)");
}

TEST(ContractReportTest, ListsThem) {
  const std::vector<ContractInfo> contracts = {Contract()};
  const std::string text = Collect([&](const Sink& sink) {
    WriteContracts(contracts, Format::kJson, sink);
  });
  EXPECT_EQ(text.substr(0, 35), "{\n  \"contracts\": [\n    {\"id\": \"aws-");
  EXPECT_NE(text.find(R"("commitments": ["reserved", "spend"]})"), text.npos);
}

TEST(LedgerReportTest, WritesWhatALedgerIs) {
  const LedgerInfo info = {"books", "u-1", 1, kMicrosPerHour, 0, 1234, "ab"};
  const auto written = [&](Format format) {
    return Collect(
        [&](const Sink& sink) { WriteLedgerInfo(info, format, sink); });
  };
  EXPECT_EQ(written(Format::kCsv),
            "directory,uuid,format,bucket_seconds,created,entries,chain_hash\n"
            "books,u-1,1,3600,1970-01-01T00:00:00Z,1234,ab\n");
  EXPECT_NE(written(Format::kTable).find("entries         1,234\n"),
            std::string::npos);
  EXPECT_NE(written(Format::kJson).find("\n  \"entries\": 1234,\n"),
            std::string::npos);
}

}  // namespace
}  // namespace drawdown
