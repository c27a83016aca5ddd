#include "bill/oddity_log.h"

#include <algorithm>
#include <tuple>

namespace drawdown {
namespace {

struct KindText {
  std::string_view name;
  std::string_view meaning;
};

// In the order of OddityKind.
constexpr std::array<KindText, kOddityKindCount> kTexts = {{
    {"absent_column",
     "FOCUS demands this column; checks that need it cannot run"},
    {"bad_contract_applied",
     "ContractApplied is not the object that FOCUS describes; not used"},
    {"bad_gpu_count",
     "GpuCount is not a count of GPUs; the contract's gpus_per_unit is needed"},
    {"beside_later_snapshot",
     "counts, though a later snapshot has lines of the same day: those are of "
     "another time of it"},
    {"charge_outside_billing_period",
     "the charge period is not inside the billing period, yet ChargeClass is "
     "not Correction"},
    {"column_name_case_drift",
     "the column's name differs from FOCUS in case, or in blanks and marks "
     "around and in it"},
    {"draft_column_name", "the column's name in a draft of FOCUS 1.4"},
    {"draft_enum_value", "the value's name in a draft of FOCUS 1.4"},
    {"duplicate_json_key", "a key stands twice in the object; the last holds"},
    {"empty_charge_period", "the charge period starts and ends at one instant"},
    {"empty_sku_price_id", "a usage charge names no SKU price"},
    {"enum_case_drift", "the value differs in case from FOCUS"},
    {"erratum_key_case",
     "ContractID and ContractCommitmentID, as 1.3 wrote before its erratum"},
    {"exponent_plus_sign", "FOCUS allows no plus sign in an exponent"},
    {"finer_than_money",
     "more than 18 decimals: rounded half-even to the 18th"},
    {"forbidden_null", "FOCUS allows no null here; read as 0"},
    {"gpu_count_as_text", "GpuCount is written as text, not as a number"},
    {"integer_cost_column",
     "only whole numbers on every row of a provider whose BilledCost has "
     "decimals: cut off at the source"},
    {"invalid_json", "the cell is not a JSON object; its content is not used"},
    {"list_cost_residual",
     "ListUnitPrice x PricingQuantity differs from ListCost by more than half "
     "a unit of its last place"},
    {"null_spelled_as_text", "a null is written as text; read as empty"},
    {"partial_sum",
     "the row has no such cost, others of the provider have: the totals are of "
     "those"},
    {"provider_names_differ",
     "ProviderName and ServiceProviderName differ; the latter is used"},
    {"tag_key_collision", "tag keys are equal but for blanks around them"},
    {"time_is_date_only", "a date without a time; read as its start in UTC"},
    {"time_with_blank_separator", "a blank stands where FOCUS demands a T"},
    {"time_with_fraction", "a fraction of a second, which FOCUS does not have"},
    {"time_with_offset", "an offset where FOCUS demands UTC; converted"},
    {"time_without_seconds", "the seconds are missing; read as :00"},
    {"time_without_zone", "no Z; read as UTC"},
    {"unit_scale",
     "ListUnitPrice x PricingQuantity is ListCost but for a power of ten: one "
     "of them is in another block size"},
    {"unknown_column", "not a FOCUS name and without x_; carried, not read"},
    {"unknown_enum_value", "not a value that FOCUS lists; carried as it is"},
    {"zero_effective_cost", "EffectiveCost is 0 though BilledCost is not"},
    {"zero_list_cost", "ListCost is 0 though BilledCost is not"},
}};

const KindText& TextOf(OddityKind kind) {
  return kTexts[static_cast<size_t>(kind)];
}

}  // namespace

std::string_view OddityName(OddityKind kind) { return TextOf(kind).name; }

OddityLog::ColumnId OddityLog::Intern(std::string_view column) {
  const auto [entry, added] = ids_.try_emplace(
      std::string(column), static_cast<ColumnId>(columns_.size()));
  if (added) {
    columns_.emplace_back(column);
    tallies_.emplace_back();
  }
  return entry->second;
}

void OddityLog::Count(OddityKind kind, ColumnId column, uint64_t rows,
                      std::string_view example) {
  Tally& tally = At(kind, column);
  tally.rows += rows;
  if (tally.example.empty()) tally.example = example;
}

std::vector<Oddity> OddityLog::Sorted() const {
  std::vector<Oddity> oddities;
  for (size_t column = 0; column < columns_.size(); ++column) {
    for (size_t kind = 0; kind < kOddityKindCount; ++kind) {
      const Tally& tally = tallies_[column][kind];
      if (tally.example.empty()) continue;
      oddities.push_back({std::string(kTexts[kind].name), columns_[column],
                          tally.rows, tally.example,
                          std::string(kTexts[kind].meaning)});
    }
  }
  std::sort(oddities.begin(), oddities.end(),
            [](const Oddity& a, const Oddity& b) {
              return std::tie(a.name, a.column) < std::tie(b.name, b.column);
            });
  return oddities;
}

}  // namespace drawdown
