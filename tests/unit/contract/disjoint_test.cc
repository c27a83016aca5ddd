#include <gtest/gtest.h>

#include <string>

#include "contract/parse.h"
#include "drawdown/status.h"

namespace drawdown {
namespace {

Contract Parse(const std::string& text) {
  absl::StatusOr<Contract> contract = ParseContract("f", text);
  EXPECT_TRUE(contract.ok()) << contract.status();
  return contract.ok() ? *contract : Contract();
}

std::string Frame(const std::string& id, const std::string& provider = "aws",
                  const std::string& start = "2026-01-01",
                  const std::string& end = "2027-01-01") {
  return "id: \"" + id + "\" provider: \"" + provider +
         "\" currency: \"USD\" term { start: \"" + start +
         "T00:00:00Z\" end: \"" + end + "T00:00:00Z\" }\n";
}

std::string Rate(const std::string& pool,
                 const std::string& from = "2026-01-01") {
  return "rate { pool: \"" + pool + "\" price: \"1\" from: \"" + from +
         "T00:00:00Z\" }\n";
}

std::string Usage(const std::string& fields,
                  const std::string& from = "2026-01-01") {
  return "commitment { id: \"u\" category: USAGE model: CONTINUOUS "
         "interval: HOURLY price: \"1\" step { from: \"" +
         from + "T00:00:00Z\" quantity: \"1\" } " + fields + " }\n";
}

std::string Rule(const std::string& dimension, const std::string& op,
                 const std::string& value) {
  return "applies { dimension: \"" + dimension + "\" operator: " + op +
         " value: \"" + value + "\" }";
}

// "" when disjoint, else "pool at instant".
std::string Overlap(const std::string& a, const std::string& b) {
  const Contract first = Parse(a);
  const Contract second = Parse(b);
  const absl::Status status = CheckDisjointPricing({&first, &second});
  if (status.ok()) return "";
  EXPECT_EQ(GetErrorCode(status), ErrorCode::kBadContract);
  const std::string message(status.message());
  const std::string head = "contracts \"a\" and \"b\" both price pool ";
  EXPECT_EQ(message.substr(0, head.size()), head);
  return message.substr(head.size(), message.find(';') - head.size());
}

struct OverlapCase {
  std::string a;
  std::string b;
  const char* expected;
};

TEST(DisjointTest, FindsThePoolAndTheInstant) {
  const std::string a = Frame("a");
  const std::string b = Frame("b");
  const OverlapCase cases[] = {
      {a + Rate("aws/x/h100"), b + Rate("aws/x/h100"),
       "\"aws/x/h100\" at 2026-01-01T00:00:00Z"},
      {a + Rate("aws/x/h100"), b + Rate("aws/y/h100"), ""},
      {a + Rate("aws/*/h100"), b + Rate("aws/x"),
       "\"aws/x/h100\" at 2026-01-01T00:00:00Z"},
      {a + Rate("aws/*/h100"), b + Rate("aws/*/h200"), ""},
      {a + Rate("aws/*/h100"), b + Rate("*/*/h100"),
       "\"aws/any/h100\" at 2026-01-01T00:00:00Z"},
      {a + Rate("aws/x", "2026-03-01"), b + Rate("aws/x", "2026-05-01"),
       "\"aws/x\" at 2026-05-01T00:00:00Z"},
      {a + Rate("aws/x"),
       Frame("b", "aws", "2027-01-01", "2028-01-01") + Rate("aws/x"), ""},
      {a + Rate("*"), Frame("b", "gcp") + Rate("*"), ""},
      {a + Rate("aws/x"), Frame("a") + Rate("aws/x"), ""},
      {a + Rate("aws/x/h100"), b + Usage(""),
       "\"aws/x/h100\" at 2026-01-01T00:00:00Z"},
      {a + Rate("aws/x/h100"), b + Usage(Rule("pool", "IN", "aws/x/h200")), ""},
      {a + Rate("aws/x/h100-80g"),
       b + Usage(Rule("pool", "STARTS_WITH", "aws/x/h100")),
       "\"aws/x/h100-80g\" at 2026-01-01T00:00:00Z"},
      {a + Usage(Rule("pool", "STARTS_WITH", "aws/x/h")),
       b + Usage(Rule("pool", "STARTS_WITH", "aws/x/h100")),
       "\"aws/x/h100\" at 2026-01-01T00:00:00Z"},
      {a + Usage(Rule("region", "IN", "x")),
       b + Usage(Rule("sku", "IN", "h100")),
       "\"aws/x/h100\" at 2026-01-01T00:00:00Z"},
      {a + Usage(Rule("region", "IN", "x")),
       b + Usage(Rule("region", "NOT_IN", "x")), ""},
      {a + Rate("aws/x/h100"), b + Usage(Rule("pool", "CONTAINS", "h100")),
       "\"aws/x/h100\" at 2026-01-01T00:00:00Z"},
      {a + Usage(Rule("pool", "CONTAINS", "h100")),
       b + Usage(Rule("pool", "NOT_CONTAINS", "h100")), ""},
      {a + Rate("aws/x/h100"), b + Usage("status: PROPOSED"), ""},
      {a + Rate("aws/x/h100", "2026-06-01"),
       b + Usage("status: CANCELLED cancelled_at: \"2026-06-01T00:00:00Z\""),
       ""},
      {a + Rate("aws/x/h100"), b + Usage("", "2026-02-01"),
       "\"aws/x/h100\" at 2026-02-01T00:00:00Z"},
      {a + Rate("*"),
       b + "commitment { id: \"s\" category: SPEND model: DISCONTINUOUS "
           "interval: ANNUAL step { from: \"2026-01-01T00:00:00Z\" "
           "cost: \"1\" } }",
       ""},
  };
  for (const OverlapCase& test : cases) {
    EXPECT_EQ(Overlap(test.a, test.b), test.expected) << test.a << test.b;
  }
}

TEST(DisjointTest, ComparesEveryPair) {
  const Contract a = Parse(Frame("a") + Rate("aws/x"));
  const Contract b = Parse(Frame("b") + Rate("aws/y"));
  const Contract c = Parse(Frame("c") + Rate("aws/y/h100"));
  EXPECT_TRUE(CheckDisjointPricing({}).ok());
  EXPECT_TRUE(CheckDisjointPricing({&a, &b}).ok());
  EXPECT_TRUE(CheckDisjointPricing({&a, &c}).ok());
  EXPECT_FALSE(CheckDisjointPricing({&a, &b, &c}).ok());
}

}  // namespace
}  // namespace drawdown
