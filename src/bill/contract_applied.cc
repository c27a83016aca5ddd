#include "bill/contract_applied.h"

#include "base/utf8.h"
#include "bill/price_check.h"

namespace drawdown {
namespace {

// A number is a JSON number; its text, not a double of it, is the value.
bool ReadNumber(const JsonCell::Member& member,
                std::optional<Decimal>* number) {
  if (member.kind != JsonCell::Kind::kNumber) return false;
  const absl::StatusOr<Decimal> parsed = ParseDecimal(member.value);
  if (parsed.ok()) *number = *parsed;
  return parsed.ok();
}

bool ReadMoney(const JsonCell::Member& member, BilledMoney* money) {
  std::optional<Decimal> number;
  if (!ReadNumber(member, &number)) return false;
  const absl::StatusOr<Int128> amount =
      DecimalToScaled(*number, kMoneyDecimals);
  if (amount.ok()) *money = {MoneyAmount(*amount), number->scale, true};
  return amount.ok();
}

}  // namespace

std::optional<std::span<const AppliedCommitment>> ContractAppliedReader::Parse(
    std::string_view text) {
  applied_.clear();
  decoded_.clear();
  erratum_case_ = false;
  if (!object_.Parse(text)) return std::nullopt;
  std::string_view elements;
  for (const JsonCell::Member& member : object_.members()) {
    if (member.key == "Elements") elements = member.value;
  }
  if (!array_.ParseArray(elements)) return std::nullopt;
  for (const JsonCell::Member& element : array_.members()) {
    if (!ReadElement(element.value)) return std::nullopt;
  }
  if (applied_.empty()) return std::nullopt;
  return applied_;
}

bool ContractAppliedReader::ReadElement(std::string_view text) {
  if (!element_.Parse(text)) return false;
  AppliedCommitment applied;
  for (const JsonCell::Member& member : element_.members()) {
    if (member.value == "null" && member.kind == JsonCell::Kind::kOther) {
      continue;
    }
    if (!ReadMember(member, &applied)) return false;
  }
  applied_.push_back(applied);
  return !applied.commitment.empty();
}

bool ContractAppliedReader::ReadMember(const JsonCell::Member& member,
                                       AppliedCommitment* applied) {
  const std::string_view key = member.key;
  if (key == "ContractID" || key == "ContractCommitmentID") {
    erratum_case_ = true;
  }
  if (key == "ContractId" || key == "ContractID") {
    return ReadText(member, &applied->contract);
  }
  if (key == "ContractCommitmentId" || key == "ContractCommitmentID") {
    return ReadText(member, &applied->commitment);
  }
  if (key == "ContractCommitmentAppliedUnit") {
    return ReadText(member, &applied->unit);
  }
  if (key == "ContractCommitmentAppliedQuantity") {
    return ReadNumber(member, &applied->quantity);
  }
  if (key == "ContractCommitmentAppliedCost") {
    return ReadMoney(member, &applied->cost);
  }
  return true;
}

bool ContractAppliedReader::ReadText(const JsonCell::Member& member,
                                     std::string_view* text) {
  if (member.kind != JsonCell::Kind::kString) return false;
  *text = element_.TextOf(member);
  const bool decoded = text->data() != member.value.data();
  if (decoded) *text = decoded_.emplace_back(*text);
  // An escaped half of a surrogate pair is no text.
  return Utf8ValidPrefix(*text) == text->size();
}

}  // namespace drawdown
