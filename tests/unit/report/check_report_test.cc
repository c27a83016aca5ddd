#include "report/check_report.h"

#include "gtest/gtest.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

BillCheckResult Result() {
  BillCheckResult result;
  result.summary.format = "FOCUS";
  result.summary.version = "1.2";
  result.summary.rows = 2000;
  BillRule failed;
  failed.id = "ListCost-C-009-C";
  failed.text = "The product MUST match.";
  failed.official = true;
  failed.outcome = BillRule::Outcome::kFailed;
  failed.rows = 1500;
  failed.failed = 2;
  failed.examples = {"b.csv:7: ListCost \"1\"", "b.csv:9: ListCost \"2\""};
  BillRule passed;
  passed.id = "Tags-C-001-M";
  passed.text = "Tags MUST be =an object.";
  passed.level = BillRule::Level::kShould;
  passed.outcome = BillRule::Outcome::kPassed;
  passed.rows = 3;
  BillRule unknown;
  unknown.id = "X-C-001-O";
  unknown.text = "X MAY be.";
  unknown.level = BillRule::Level::kMay;
  unknown.reason = "a permission";
  BillRule foreign;
  foreign.id = "Y-C-001-M";
  foreign.text = "Y MUST be.";
  foreign.outcome = BillRule::Outcome::kNotApplicable;
  foreign.reason = "FOCUS 1.2 has no Y";
  result.rules = {failed, passed, unknown, foreign};
  return result;
}

std::string Written(Format format, bool all = false) {
  return Collect(
      [&](const Sink& sink) { WriteBillCheck(Result(), format, all, sink); });
}

TEST(CheckReportTest, TheTableListsWhatFailed) {
  EXPECT_EQ(
      Written(Format::kTable),
      R"(FOCUS 1.2, 2,000 charges, by the rules of FOCUS 1.2: 1 passed, 1 failed, 1 not executable, 1 not applicable

RULE              OUTCOME  LEVEL   ROWS  FAILED
ListCost-C-009-C  failed   must   1,500       2
    The product MUST match. | first: b.csv:7: ListCost "1"
)");
  const std::string all = Written(Format::kTable, true);
  EXPECT_NE(all.find("    X MAY be. | a permission\n"), std::string::npos);
}

TEST(CheckReportTest, TheTableSaysWhereRulesOfNewerColumnsApply) {
  BillCheckResult result = Result();
  BillRule newer;
  newer.id = "CAU-HostProviderName-C-001-M";
  newer.outcome = BillRule::Outcome::kNotApplicable;
  result.rules.push_back(newer);
  const auto heading = [&] {
    const std::string table = Collect([&](const Sink& sink) {
      WriteBillCheck(result, Format::kTable, false, sink);
    });
    return table.substr(0, table.find(" passed"));
  };
  EXPECT_EQ(heading(),
            "FOCUS 1.2, 2,000 charges, by the rules of FOCUS 1.2: 1");
  result.rules.back().outcome = BillRule::Outcome::kNotExecutable;
  EXPECT_EQ(heading(),
            "FOCUS 1.2, 2,000 charges, by the rules of FOCUS 1.2 to 1.4: 1");
}

TEST(CheckReportTest, CsvIsEveryRule) {
  EXPECT_EQ(Written(Format::kCsv),
            "rule,outcome,level,validator,rows,failed,reason,text,examples\n"
            "ListCost-C-009-C,failed,must,executes,1500,2,,The product MUST "
            "match.,\"b.csv:7: ListCost \"\"1\"\"; b.csv:9: ListCost "
            "\"\"2\"\"\"\n"
            "Tags-C-001-M,passed,should,does_not,3,0,,Tags MUST be =an "
            "object.,\n"
            "X-C-001-O,not_executable,may,does_not,0,0,a permission,X MAY "
            "be.,\n"
            "Y-C-001-M,not_applicable,must,does_not,0,0,FOCUS 1.2 has no Y,Y "
            "MUST be.,\n");
}

TEST(CheckReportTest, JsonCounts) {
  const std::string json = Written(Format::kJson);
  EXPECT_NE(json.find("\"passed\": 1,\n  \"failed\": 1,\n  "
                      "\"not_executable\": 1,\n  \"not_applicable\": 1,"),
            std::string::npos)
      << json;
}

}  // namespace
}  // namespace drawdown
