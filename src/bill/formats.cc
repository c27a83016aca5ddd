#include "bill/formats.h"

#include <algorithm>
#include <unordered_set>

#include "absl/strings/str_join.h"
#include "base/check.h"
#include "base/error.h"
#include "bill/format_rules.h"
#include "bill/mapped_row.h"

namespace drawdown {
namespace {

using C = BillColumn;

struct BuiltIn {
  std::string_view name;
  const char* head;
  const char* body;
  std::string_view file_says;  // in the file's name, where columns are equal
};
// A header that says what two of them tell is of the first, unless the file's
// name has to say.
constexpr BuiltIn kBuiltIns[] = {
    {"aws-cur", kAwsCurHead, kAwsRules, ""},
    {"aws-cur-legacy", kAwsLegacyCurHead, kAwsRules, ""},
    {"azure-actual", kAzureActualHead, kAzureRules, "actual"},
    {"azure-amortized", kAzureAmortizedHead, kAzureRules, "amortized"},
    {"oci-cost", kOciHead, kOciRules, ""},
};

// Without these there is no charge.
constexpr BillColumn kNeeded[] = {C::kBillingCurrency,    C::kBillingPeriodEnd,
                                  C::kBillingPeriodStart, C::kChargeCategory,
                                  C::kChargePeriodEnd,    C::kChargePeriodStart,
                                  C::kProviderName};

// Without these some check cannot run.
constexpr BillColumn kWanted[] = {C::kBilledCost,      C::kContractedCost,
                                  C::kEffectiveCost,   C::kListCost,
                                  C::kPricingQuantity, C::kPricingUnit};

std::string RulesOf(const BuiltIn& built_in) {
  return absl::StrCat(built_in.head, built_in.body);
}

BillMapping Parsed(const BuiltIn& built_in) {
  absl::StatusOr<BillMapping> mapping =
      ParseMapping(RulesOf(built_in), built_in.name);
  CHECK(mapping.ok());
  return *std::move(mapping);
}

bool Tells(const BillMapping& mapping, const std::vector<std::string>& header) {
  std::unordered_set<std::string> names;
  for (const std::string& name : header) {
    names.insert(ComparableName(name, mapping.snake_names));
  }
  return std::all_of(
      mapping.tells.begin(), mapping.tells.end(), [&](const std::string& name) {
        return names.count(ComparableName(name, mapping.snake_names)) != 0;
      });
}

// Whether both rules make one value of a row, which is the row's own: not a
// constant of the file, nor a month, which is a billing period.
bool IsOne(const MappedRule& a, const MappedRule& b) {
  const bool own = !a.value.constant && a.form != MappedForm::kMonthStart &&
                   a.form != MappedForm::kMonthEnd;
  return own && a.null == b.null && a.value == b.value &&
         a.factor == b.factor && a.members == b.members && a.form == b.form &&
         a.argument == b.argument && a.plus_days == b.plus_days &&
         a.conditions == b.conditions;
}

// Whether both columns are one of each row of the file, in whichever of their
// ways.
bool IsOne(const BillMapping& mapping, BillColumn a, BillColumn b) {
  const auto rules_of = [&](BillColumn column) {
    std::vector<const MappedRule*> rules;
    for (const MappedRule& rule : mapping.rules) {
      if (rule.field == column) rules.push_back(&rule);
    }
    return rules;
  };
  const std::vector<const MappedRule*> x = rules_of(a);
  const std::vector<const MappedRule*> y = rules_of(b);
  return !x.empty() &&
         std::equal(x.begin(), x.end(), y.begin(), y.end(),
                    [](const MappedRule* left, const MappedRule* right) {
                      return IsOne(*left, *right);
                    });
}

absl::StatusOr<BillLayout> MappedLayout(const BillMapping& mapping,
                                        const std::vector<std::string>& header,
                                        std::string_view where) {
  ASSIGN_OR_RETURN(BoundMapping bound,
                   BoundMapping::Bind(mapping, header, where));
  BillLayout layout;
  layout.format = mapping.format;
  layout.version = mapping.version;
  layout.demands_list_costs = mapping.focus;
  layout.own_periods =
      IsOne(mapping, C::kBillingPeriodStart, C::kChargePeriodStart) &&
      IsOne(mapping, C::kBillingPeriodEnd, C::kChargePeriodEnd);
  layout.version_reason = mapping.tells.empty()
                              ? "mapped by " + mapping.source
                              : "has " + absl::StrJoin(mapping.tells, ", ");
  layout.index.fill(-1);
  for (size_t i = 0; i < bound.fields().size(); ++i) {
    layout.index[static_cast<size_t>(bound.fields()[i].column)] =
        static_cast<int>(i);
  }
  std::vector<std::string> missing;
  for (const BillColumn column : kNeeded) {
    const bool there =
        layout.Has(column) ||
        (column == C::kProviderName && layout.Has(C::kServiceProviderName));
    if (!there) missing.emplace_back(ColumnName(column));
  }
  if (!missing.empty()) {
    return MakeError(
        ErrorCode::kMissingColumn,
        absl::StrCat(std::string(where), ": ", mapping.source,
                     " maps nothing to ", absl::StrJoin(missing, ", ")));
  }
  // Of a format that is built in, it is known which columns there are not and
  // which are not needed.
  for (const BillColumn column : kWanted) {
    if (mapping.tells.empty() && !layout.Has(column)) {
      layout.absent.emplace_back(ColumnName(column));
    }
  }
  for (size_t i = 0; mapping.tells.empty() && i < header.size(); ++i) {
    if (!bound.IsUsed(i)) layout.unknown.push_back(header[i]);
  }
  if (mapping.focus) {
    RETURN_IF_ERROR(RefuseAlikes(layout.unknown, layout.dataset, where));
  }
  layout.mapped = std::make_shared<const BoundMapping>(std::move(bound));
  return layout;
}

const BuiltIn* FindBuiltIn(std::string_view name) {
  const auto found = std::find_if(
      std::begin(kBuiltIns), std::end(kBuiltIns),
      [&](const BuiltIn& built_in) { return built_in.name == name; });
  return found == std::end(kBuiltIns) ? nullptr : found;
}

// Nothing: the header is of no format that is built in.
absl::StatusOr<const BuiltIn*> Recognize(const std::vector<std::string>& header,
                                         std::string_view where,
                                         std::string_view file) {
  std::vector<std::string> undecided;
  for (const BuiltIn& built_in : kBuiltIns) {
    if (!Tells(Parsed(built_in), header)) continue;
    if (ComparableName(file, false).find(built_in.file_says) !=
        std::string::npos) {
      return &built_in;
    }
    undecided.emplace_back(built_in.name);
  }
  if (undecided.empty()) return nullptr;
  return MakeError(
      ErrorCode::kUnknownFormat,
      absl::StrCat(std::string(where),
                   ": the columns do not say which of these it is: say --as ",
                   absl::StrJoin(undecided, " or --as ")));
}

}  // namespace

std::vector<std::string> FormatNames() {
  std::vector<std::string> names;
  for (const BuiltIn& built_in : kBuiltIns) names.emplace_back(built_in.name);
  return names;
}

std::optional<std::string> FormatRules(std::string_view name) {
  const BuiltIn* const built_in = FindBuiltIn(name);
  if (built_in == nullptr) return std::nullopt;
  return RulesOf(*built_in);
}

absl::StatusOr<BillLayout> ChooseLayout(const std::vector<std::string>& header,
                                        std::string_view where,
                                        std::string_view file,
                                        const FormatHint& hint) {
  if (hint.mapping != nullptr) {
    return MappedLayout(*hint.mapping, header, where);
  }
  if (!hint.format.empty()) {
    const BuiltIn* const built_in = FindBuiltIn(hint.format);
    if (built_in == nullptr) {
      return MakeError(ErrorCode::kInvalidArgument,
                       absl::StrCat(Quoted(hint.format), " is not one of ",
                                    absl::StrJoin(FormatNames(), ", ")));
    }
    return MappedLayout(Parsed(*built_in), header, where);
  }
  absl::StatusOr<BillLayout> layout = ReadLayout(header, where);
  if (GetErrorCode(layout.status()) != ErrorCode::kUnknownFormat) return layout;
  ASSIGN_OR_RETURN(const BuiltIn* const built_in,
                   Recognize(header, where, file));
  if (built_in != nullptr) {
    return MappedLayout(Parsed(*built_in), header, where);
  }
  return layout;
}

}  // namespace drawdown
