#include "bill/contract_applied.h"

#include "gtest/gtest.h"

namespace drawdown {
namespace {

std::string Shown(const AppliedCommitment& applied) {
  std::string shown =
      std::string(applied.contract) + "/" + std::string(applied.commitment);
  if (applied.cost.given) {
    shown += " cost " + FormatMoney(applied.cost.amount) + " at " +
             std::to_string(applied.cost.scale);
  }
  if (applied.quantity) {
    shown += " quantity " + FormatScaled(applied.quantity->coefficient,
                                         applied.quantity->scale);
  }
  if (!applied.unit.empty()) shown += " " + std::string(applied.unit);
  return shown;
}

std::string Read(std::string_view text) {
  ContractAppliedReader reader;
  const auto applied = reader.Parse(text);
  if (!applied) return "refused";
  std::string shown = reader.erratum_case() ? "erratum: " : "";
  for (const AppliedCommitment& one : *applied) shown += Shown(one) + "; ";
  return shown;
}

TEST(ContractAppliedTest, ReadsTheThreeShapesThatAreWritten) {
  // The example of reference: one charge toward two commitments.
  EXPECT_EQ(Read(R"({"Elements":[
    {"ContractId":"AGR-44","ContractCommitmentId":"CMT-AI-888",
     "ContractCommitmentAppliedQuantity":8.0,
     "ContractCommitmentAppliedUnit":"GPU-Hours"},
    {"ContractId":"AGR-44","ContractCommitmentId":"CMT-SPEND-1",
     "ContractCommitmentAppliedCost":39.20}]})"),
            "AGR-44/CMT-AI-888 quantity 8 GPU-Hours; "
            "AGR-44/CMT-SPEND-1 cost 39.2 at 2; ");
  EXPECT_EQ(Read(R"({"Elements":[{"ContractId":"A","ContractCommitmentId":"B",
    "ContractCommitmentAppliedCost":null,"ContractCommitmentAppliedQuantity":
    1e2,"ContractCommitmentAppliedUnit":"Hours"}],"x_More":{}})"),
            "A/B quantity 100 Hours; ");
  EXPECT_EQ(Read(R"({"Elements":[{"ContractID":"A","ContractCommitmentID":"B",
    "ContractCommitmentAppliedCost":1,"ContractCommitmentAppliedQuantity":2,
    "x_Note":"n"}]})"),
            "erratum: A/B cost 1 at 0 quantity 2; ");
}

TEST(ContractAppliedTest, NumbersStayTheTextTheyWere) {
  EXPECT_EQ(Read(R"({"Elements":[{"ContractCommitmentId":"B",
    "ContractCommitmentAppliedCost":0.100000000000000001}]})"),
            "/B cost 0.100000000000000001 at 18; ");
}

TEST(ContractAppliedTest, EscapesAreReadPastTheNextElement) {
  EXPECT_EQ(Read(R"({"Elements":[{"ContractCommitmentId":"a\u0062"},
                                 {"ContractCommitmentId":"\u0063d"}]})"),
            "/ab; /cd; ");
}

TEST(ContractAppliedTest, RefusesWhatItIsNot) {
  for (const char* text :
       {"", "null", "[]", "{}", R"({"Elements":{}})", R"({"Elements":[]})",
        R"({"Elements":[1]})", R"({"Elements":[{}]})",
        R"({"Elements":[{"ContractId":"A"}]})",
        R"({"Elements":[{"ContractCommitmentId":""}]})",
        R"({"Elements":[{"ContractCommitmentId":7}]})",
        R"({"Elements":[{"ContractCommitmentId":"\ud83d"}]})",
        R"({"Elements":[{"ContractCommitmentId":"B",
            "ContractCommitmentAppliedCost":"1"}]})",
        R"({"Elements":[{"ContractCommitmentId":"B",
            "ContractCommitmentAppliedCost":1e-19}]})",
        R"({"Elements":[{"ContractCommitmentId":"B",
            "ContractCommitmentAppliedQuantity":1e99}]})"}) {
    EXPECT_EQ(Read(text), "refused") << text;
  }
}

}  // namespace
}  // namespace drawdown
