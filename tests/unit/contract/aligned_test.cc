#include <gtest/gtest.h>

#include <string>

#include "contract/parse.h"
#include "drawdown/status.h"
#include "tests/unit/contract/example_contract.h"

namespace drawdown {
namespace {

constexpr int64_t kMinute = 60 * kMicrosPerSecond;

Contract Parse(std::string_view text) {
  absl::StatusOr<Contract> contract = ParseContract("f", text);
  EXPECT_TRUE(contract.ok()) << contract.status();
  return contract.ok() ? *contract : Contract();
}

std::string Frame(const std::string& start = "2026-01-01T00:00:00Z",
                  const std::string& end = "2027-01-01T00:00:00Z") {
  return "id: \"c\" provider: \"aws\" currency: \"USD\" term { start: \"" +
         start + "\" end: \"" + end + "\" }\n";
}

std::string Commitment(const std::string& fields) {
  return "commitment { id: \"u\" category: USAGE model: CONTINUOUS "
         "interval: HOURLY price: \"1\" " +
         fields + " }\n";
}

constexpr char kStep[] =
    "step { from: \"2026-01-01T00:00:00Z\" quantity: \"1\" } ";

struct EdgeCase {
  std::string text;
  const char* field;
  const char* instant;
  const char* advice;
};

TEST(AlignedTest, NamesTheFieldTheInstantAndTheBucket) {
  const EdgeCase cases[] = {
      {Frame("2026-01-01T00:30:00Z"), "term.start", "2026-01-01T00:30:00Z",
       "--bucket 30m"},
      {Frame("2026-01-01T00:00:00Z", "2027-01-01T00:15:00Z"), "term.end",
       "2027-01-01T00:15:00Z", "--bucket 15m"},
      {Frame() + "effective: \"2026-02-01T00:30:00Z\"", "effective",
       "2026-02-01T00:30:00Z", "--bucket 30m"},
      {Frame() + Commitment("step { from: \"2026-02-01T00:45:00Z\" "
                            "quantity: \"1\" }"),
       "commitment[0].step[0].from", "2026-02-01T00:45:00Z", "--bucket 15m"},
      {Frame() + Commitment("step { from: \"2026-02-01T00:07:00Z\" "
                            "quantity: \"1\" }"),
       "commitment[0].step[0].from", "2026-02-01T00:07:00Z",
       "no bucket length holds it"},
      {Frame() + "commitment { id: \"s\" category: SPEND model: DISCONTINUOUS "
                 "interval: ANNUAL step { from: \"2026-02-01T00:30:00Z\" "
                 "cost: \"1\" } }",
       "commitment[0].step[0].from", "2026-02-01T00:30:00Z", "--bucket 30m"},
      {Frame() + Commitment(std::string(kStep) +
                            "delivered { from: \"2026-01-01T00:00:00Z\" "
                            "quantity: \"0\" } delivered { from: "
                            "\"2026-01-02T00:30:00Z\" quantity: \"1\" }"),
       "commitment[0].delivered[1].from", "2026-01-02T00:30:00Z",
       "--bucket 30m"},
      {Frame() + Commitment(std::string(kStep) +
                            "milestone { name: \"m\" by: "
                            "\"2026-01-02T00:30:00Z\" quantity: \"1\" }"),
       "commitment[0].milestone[0].by", "2026-01-02T00:30:00Z", "--bucket 30m"},
      {Frame() +
           Commitment(std::string(kStep) + "status: CANCELLED cancelled_at: "
                                           "\"2026-01-02T00:30:00Z\""),
       "commitment[0].cancelled_at", "2026-01-02T00:30:00Z", "--bucket 30m"},
      {Frame() + "rate { pool: \"*\" price: \"1\" from: "
                 "\"2026-03-01T00:15:00Z\" }",
       "rate[0].from", "2026-03-01T00:15:00Z", "--bucket 15m"},
      {Frame() + Commitment(kStep) +
           "expansion { commitment: \"u\" adds: \"1\" exercisable_from: "
           "\"2026-02-01T00:00:00Z\" until: \"2026-03-01T00:00:00Z\" "
           "exercised_from: \"2026-02-02T00:30:00Z\" }",
       "expansion[0].exercised_from", "2026-02-02T00:30:00Z", "--bucket 30m"},
      {Frame() + "credit { id: \"k\" amount: \"1\" from: "
                 "\"2026-02-01T00:30:00Z\" until: \"2026-03-01T00:00:00Z\" }",
       "credit[0].from", "2026-02-01T00:30:00Z", "--bucket 30m"},
      {Frame() + "credit { id: \"k\" amount: \"1\" from: "
                 "\"2026-02-01T00:00:00Z\" until: \"2026-03-01T00:30:00Z\" }",
       "credit[0].until", "2026-03-01T00:30:00Z", "--bucket 30m"},
      {Frame() + "calendar { day_cut: \"11:30\" }", "calendar.day_cut",
       "2026-01-01T11:30:00Z", "--bucket 30m"},
      {Frame() + "calendar { time_zone: \"Asia/Kathmandu\" }",
       "calendar.day_cut", "2026-01-01T18:15:00Z", "--bucket 15m"},
      // Half an hour of summer time: only the days after the change.
      {Frame("2026-05-01T13:30:00Z") +
           "calendar { time_zone: \"Australia/Lord_Howe\" "
           "day_cut: \"00:30\" }",
       "term.start", "2026-05-01T13:30:00Z", "--bucket 30m"},
  };
  for (const EdgeCase& test : cases) {
    const Contract contract = Parse(test.text);
    const absl::Status status = CheckBucketAligned(contract, 60 * kMinute);
    ASSERT_FALSE(status.ok()) << test.text;
    EXPECT_EQ(GetErrorCode(status), ErrorCode::kBadContract);
    const std::string message(status.message());
    EXPECT_NE(message.find(std::string(test.field) + " " + test.instant),
              std::string::npos)
        << message;
    EXPECT_NE(message.find(test.advice), std::string::npos) << message;
    EXPECT_NE(message.find("1h buckets"), std::string::npos) << message;
  }
}

TEST(AlignedTest, TheAdvisedBucketHolds) {
  const Contract half = Parse(Frame("2026-01-01T00:30:00Z"));
  EXPECT_TRUE(CheckBucketAligned(half, 30 * kMinute).ok());
  EXPECT_TRUE(CheckBucketAligned(half, 15 * kMinute).ok());
  EXPECT_TRUE(CheckBucketAligned(Parse(kExampleContract), 60 * kMinute).ok());
}

TEST(AlignedTest, AdvisesTheBucketThatHoldsEveryEdge) {
  const Contract contract =
      Parse(Frame("2026-01-01T00:30:00Z", "2027-01-01T00:45:00Z"));
  const std::string message(
      CheckBucketAligned(contract, 60 * kMinute).message());
  EXPECT_NE(message.find("term.start"), std::string::npos) << message;
  EXPECT_NE(message.find("--bucket 15m"), std::string::npos) << message;
  const std::string in_half_hours(
      CheckBucketAligned(contract, 30 * kMinute).message());
  EXPECT_NE(in_half_hours.find("term.end"), std::string::npos) << in_half_hours;
  EXPECT_NE(in_half_hours.find("30m buckets"), std::string::npos)
      << in_half_hours;
}

TEST(AlignedTest, PrefersTheEdgeThatNothingHolds) {
  const Contract contract =
      Parse(Frame("2026-01-01T00:30:00Z", "2027-01-01T00:01:00Z"));
  const std::string message(
      CheckBucketAligned(contract, 60 * kMinute).message());
  EXPECT_NE(message.find("term.end 2027-01-01T00:01:00Z"), std::string::npos)
      << message;
}

TEST(AlignedTest, AnOldRateChangesNothing) {
  EXPECT_TRUE(CheckBucketAligned(
                  Parse(Frame() + "rate { pool: \"*\" price: \"1\" from: "
                                  "\"2020-03-01T00:07:00Z\" }"),
                  60 * kMinute)
                  .ok());
}

}  // namespace
}  // namespace drawdown
