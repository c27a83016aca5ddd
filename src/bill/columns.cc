#include "bill/columns.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "bill/column_alikes.h"
#include "bill/dataset_columns.h"

namespace drawdown {
namespace {

using C = BillColumn;

using enum ColumnNeed;
using enum FocusVersion;

constexpr std::string_view kVersions[] = {"1.0", "1.1", "1.2", "1.3", "1.4"};

constexpr std::string_view kDatasetNames[] = {
    "Cost and Usage", "Contract Commitment", "Invoice Detail",
    "Billing Period"};

struct ColumnInfo {
  std::string_view name;
  ColumnType type;
};
constexpr ColumnInfo kColumns[] = {
#define DRAWDOWN_COLUMN_INFO(name, type) {#name, ColumnType::type},
    DRAWDOWN_BILL_COLUMNS(DRAWDOWN_COLUMN_INFO)
#undef DRAWDOWN_COLUMN_INFO
};
static_assert(std::size(kColumns) == kColumnCount);

// What working drafts of 1.4 called columns that were renamed before release.
struct DraftName {
  std::string_view draft;
  BillColumn column;
};
constexpr DraftName kDraftNames[] = {
    {"ContractCommitmentDiscount%", C::kContractCommitmentDiscountPercentage},
    {"ContractCommitmentPaymentUpfront%",
     C::kContractCommitmentPaymentUpfrontPercentage},
};

// -1 for none.
int FindColumn(std::string_view written) {
  const std::string_view name = WithoutBlanksAround(written);
  for (size_t i = 0; i < kColumnCount; ++i) {
    const std::string_view candidate = kColumns[i].name;
    if (absl::EqualsIgnoreCase({candidate.data(), candidate.size()},
                               {name.data(), name.size()})) {
      return static_cast<int>(i);
    }
  }
  for (const DraftName& draft : kDraftNames) {
    if (draft.draft == name) return static_cast<int>(draft.column);
  }
  return -1;
}

Dataset TellDataset(const std::vector<std::string>& header) {
  std::array<size_t, std::size(kDatasetNames)> shared = {};
  for (const std::string& name : header) {
    const int column = FindColumn(name);
    for (size_t i = 0; column >= 0 && i < shared.size(); ++i) {
      const auto dataset = static_cast<Dataset>(i);
      if (FindIn(dataset, static_cast<BillColumn>(column))) ++shared[i];
    }
  }
  return static_cast<Dataset>(std::max_element(shared.begin(), shared.end()) -
                              shared.begin());
}

bool IsCustom(std::string_view name) {
  return name.starts_with("x_") || name.starts_with("X_");
}

absl::Status MatchNames(const std::vector<std::string>& header,
                        std::string_view where, BillLayout* layout) {
  for (size_t i = 0; i < header.size(); ++i) {
    const int found = FindColumn(header[i]);
    if (found < 0 ||
        FindIn(layout->dataset, static_cast<BillColumn>(found)) == nullptr) {
      if (!IsCustom(header[i])) layout->unknown.push_back(header[i]);
      continue;
    }
    int& at = layout->index[static_cast<size_t>(found)];
    const std::string name(kColumns[found].name);
    if (at >= 0) {
      return MakeError(ErrorCode::kBadCsv,
                       absl::StrCat(std::string(where), ": columns ",
                                    header[static_cast<size_t>(at)], " and ",
                                    header[i], " are both ", name));
    }
    at = static_cast<int>(i);
    if (header[i] == name) continue;
    const bool draft = WithoutBlanksAround(header[i]).size() != name.size();
    layout->drifted.push_back({header[i], name, draft});
  }
  return absl::OkStatus();
}

std::string Letters(std::string_view written) {
  const std::string_view name = WithoutBlanksAround(written);
  std::string letters = absl::AsciiStrToLower({name.data(), name.size()});
  std::erase_if(letters,
                [](char c) { return c == ' ' || c == '_' || c == '-'; });
  return letters;
}

// "Billed Cost" and "billed_cost" are BilledCost, where no other column is.
void MatchLoosely(const std::vector<std::string>& header, BillLayout* layout) {
  std::map<std::string, BillColumn> missing;
  for (const DatasetColumn& column : ColumnsOf(layout->dataset)) {
    if (layout->Has(column.column)) continue;
    missing.emplace(Letters(ColumnName(column.column)), column.column);
  }
  for (size_t i = 0; i < header.size(); ++i) {
    const auto unknown =
        std::find(layout->unknown.begin(), layout->unknown.end(), header[i]);
    const auto meant = missing.find(Letters(header[i]));
    if (unknown == layout->unknown.end() || meant == missing.end()) continue;
    layout->index[static_cast<size_t>(meant->second)] = static_cast<int>(i);
    layout->drifted.push_back(
        {header[i], std::string(ColumnName(meant->second)), false});
    layout->unknown.erase(unknown);
    missing.erase(meant);
  }
}

std::vector<std::string> NamesWhere(const BillLayout& layout, bool present,
                                    auto matches) {
  std::vector<std::string> names;
  for (const DatasetColumn& column : ColumnsOf(layout.dataset)) {
    if (layout.Has(column.column) == present && matches(column)) {
      names.emplace_back(ColumnName(column.column));
    }
  }
  return names;
}

std::string VersionName(FocusVersion version) {
  return std::string(FocusVersionName(version));
}

// 1.4 took these away, which is all that tells some of its files from 1.3.
bool LacksRemoved(const BillLayout& layout) {
  return layout.dataset == Dataset::kCostAndUsage &&
         layout.Has(C::kServiceProviderName) &&
         layout.Has(C::kHostProviderName) && !layout.Has(C::kProviderName) &&
         !layout.Has(C::kPublisherName);
}

FocusVersion TellVersion(BillLayout* layout) {
  constexpr FocusVersion kFirst[] = {k10, k13, k14, k14};  // by Dataset
  const FocusVersion oldest = kFirst[static_cast<size_t>(layout->dataset)];
  FocusVersion newest = oldest;
  for (const DatasetColumn& column : ColumnsOf(layout->dataset)) {
    if (layout->Has(column.column)) newest = std::max(newest, column.since);
  }
  const std::vector<std::string> deciding =
      NamesWhere(*layout, true, [&](const DatasetColumn& column) {
        return column.since == newest && newest != oldest;
      });
  if (!deciding.empty()) {
    constexpr size_t kShown = 3;
    const size_t shown = std::min(deciding.size(), kShown);
    layout->version_reason = absl::StrCat(
        "has ",
        absl::StrJoin(deciding.begin(),
                      deciding.begin() + static_cast<std::ptrdiff_t>(shown),
                      ", "),
        deciding.size() > shown
            ? absl::StrCat(" and ", deciding.size() - shown, " more")
            : "",
        ", which ", VersionName(newest), " added");
  } else if (oldest == k14) {
    layout->version_reason = "a dataset that 1.4 added";
  } else {
    layout->version_reason =
        absl::StrCat("no column that ", VersionName(oldest == k10 ? k11 : k14),
                     " or a later version added");
  }
  if (newest == k13 && LacksRemoved(*layout)) {
    absl::StrAppend(
        &layout->version_reason,
        "; lacks ProviderName and PublisherName, which 1.4 removed");
    newest = k14;
  }
  layout->focus = newest;
  layout->version = VersionName(newest);
  return newest;
}

absl::Status CheckFocus(const BillLayout& layout,
                        const std::vector<std::string>& header,
                        std::string_view where) {
  if (layout.dataset != Dataset::kCostAndUsage || layout.Has(C::kBilledCost) ||
      layout.Has(C::kChargeCategory) || layout.Has(C::kChargePeriodStart)) {
    return absl::OkStatus();
  }
  const bool separated = header.size() == 1 && header.front().find_first_of(
                                                   ";\t|") != std::string::npos;
  return MakeError(
      ErrorCode::kUnknownFormat,
      absl::StrCat(std::string(where),
                   separated
                       ? ": one column whose name has separators in it: fields "
                         "are separated by commas"
                       : ": not a FOCUS cost and usage file: no BilledCost, "
                         "ChargeCategory or ChargePeriodStart column; nor an "
                         "AWS, Azure or OCI export; --mapping FILE reads other "
                         "CSV"));
}

absl::Status CheckRequired(const BillLayout& layout, std::string_view where) {
  std::vector<std::string> missing = NamesWhere(
      layout, false,
      [](const DatasetColumn& column) { return column.need == kRequired; });
  if (layout.dataset == Dataset::kCostAndUsage &&
      !layout.Has(C::kProviderName) && !layout.Has(C::kServiceProviderName)) {
    missing.push_back("ProviderName");
  }
  if (missing.empty()) return absl::OkStatus();
  return MakeError(ErrorCode::kMissingColumn,
                   absl::StrCat(std::string(where), ": missing column",
                                missing.size() > 1 ? "s " : " ",
                                absl::StrJoin(missing, ", ")));
}

}  // namespace

std::string_view ColumnName(BillColumn column) {
  return kColumns[static_cast<size_t>(column)].name;
}

ColumnType TypeOf(BillColumn column) {
  return kColumns[static_cast<size_t>(column)].type;
}

std::string_view FocusVersionName(FocusVersion version) {
  return kVersions[static_cast<size_t>(version)];
}

ColumnVersions VersionsOf(BillColumn column) {
  const DatasetColumn* const found = FindIn(Dataset::kCostAndUsage, column);
  if (found == nullptr) return {};
  return {found->since, found->last};
}

std::optional<BillColumn> MappableColumn(std::string_view name) {
  for (size_t i = 0; i < kColumnCount; ++i) {
    const auto column = static_cast<BillColumn>(i);
    const bool ours = column >= C::kLineId;
    if (kColumns[i].name == name &&
        (ours || FindIn(Dataset::kCostAndUsage, column) != nullptr)) {
      return column;
    }
  }
  return std::nullopt;
}

std::string_view DatasetName(Dataset dataset) {
  return kDatasetNames[static_cast<size_t>(dataset)];
}

absl::Status RefuseAlikes(const std::vector<std::string>& unknown,
                          Dataset dataset, std::string_view where) {
  for (const std::string& name : unknown) {
    for (const DatasetColumn& column : ColumnsOf(dataset)) {
      const std::string_view meant = ColumnName(column.column);
      const std::string other = CharacterUnlike(name, meant);
      if (other.empty()) continue;
      return MakeError(
          ErrorCode::kBadCsv,
          absl::StrCat(std::string(where), ": column ", Quoted(name),
                       " looks like ", std::string(meant), " but has ", other,
                       " in it"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<BillLayout> ReadLayout(const std::vector<std::string>& header,
                                      std::string_view where) {
  BillLayout layout;
  layout.dataset = TellDataset(header);
  layout.index.fill(-1);
  RETURN_IF_ERROR(MatchNames(header, where, &layout));
  MatchLoosely(header, &layout);
  RETURN_IF_ERROR(CheckFocus(layout, header, where));
  RETURN_IF_ERROR(RefuseAlikes(layout.unknown, layout.dataset, where));
  const FocusVersion version = TellVersion(&layout);
  RETURN_IF_ERROR(CheckRequired(layout, where));
  layout.absent = NamesWhere(layout, false, [&](const DatasetColumn& column) {
    return column.need == kMandatory && column.since <= version &&
           version <= column.last_needed;
  });
  return layout;
}

}  // namespace drawdown
