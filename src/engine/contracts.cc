// Applying, listing and checking contracts.
#include <algorithm>
#include <set>

#include "base/error.h"
#include "contract/parse.h"
#include "engine/contract_books.h"
#include "engine/impl.h"
#include "ledger/closes.h"
#include "rating/rating.h"

namespace drawdown {
namespace {

// A contract file on its way into the books.
struct Applied {
  std::string file_name;
  std::string text;
  Contract contract;
  uint32_t version = 0;  // it will have; the newest one's when unchanged
  bool unchanged = false;
  // Months that are closed already keep their versions; none is.
  std::optional<int64_t> closed_until_us = {};
};

// Every problem of every file, in one error.
absl::StatusOr<std::vector<Applied>> ParseAll(
    const std::vector<std::pair<std::string, std::string>>& files,
    int64_t bucket_us) {
  std::vector<Applied> parsed;
  std::set<std::string> ids;
  std::string problems;
  const auto complain = [&problems](std::string_view text) {
    if (!problems.empty()) problems.push_back('\n');
    problems += text;
  };
  for (const auto& [name, text] : files) {
    auto contract = ParseContract(name, text);
    if (!contract.ok()) {
      complain(std::string(contract.status().message()));
      continue;
    }
    if (const absl::Status aligned = CheckBucketAligned(*contract, bucket_us);
        !aligned.ok()) {
      complain(name + ": " + std::string(aligned.message()));
    }
    if (!ids.insert(contract->id).second) {
      complain(name + ": contract " + contract->id + " is in two files");
    }
    parsed.push_back({name, text, *std::move(contract)});
  }
  if (!problems.empty()) return MakeError(ErrorCode::kBadContract, problems);
  return parsed;
}

// Together with the contracts that stay as they are.
absl::Status CheckTogether(const std::vector<Applied>& applied,
                           const ContractBooks& books) {
  std::vector<const Contract*> all;
  for (const Applied& one : applied) all.push_back(&one.contract);
  for (const ContractVersion* version : books.Newest()) {
    const bool replaced =
        std::any_of(applied.begin(), applied.end(), [&](const Applied& one) {
          return one.contract.id == version->contract.id;
        });
    if (!replaced) all.push_back(&version->contract);
  }
  return CheckDisjointPricing(all);
}

// What usage is whose and what money is what hangs on these: another agreement
// is another contract.
absl::Status CheckSameAgreement(const std::vector<Applied>& applied,
                                const ContractBooks& books) {
  std::string problems;
  const auto check = [&problems](const Applied& one, const char* field,
                                 const std::string& was,
                                 const std::string& is) {
    if (was == is) return;
    if (!problems.empty()) problems.push_back('\n');
    problems += one.file_name + ": " + field + ": contract " + one.contract.id +
                " is in the books with " + was + ", and a version with " + is +
                " would be another contract: give it an id of its own";
  };
  for (const Applied& one : applied) {
    const auto newest = books.NewestOf(one.contract.id);
    if (!newest.ok()) continue;
    const Contract& known = (*newest)->contract;
    check(one, "provider", known.provider, one.contract.provider);
    check(one, "currency", known.currency.ToString(),
          one.contract.currency.ToString());
  }
  return problems.empty() ? absl::OkStatus()
                          : MakeError(ErrorCode::kBadContract, problems);
}

// Closed months are months of the new version's calendar too, or what is to be
// closed next would not begin where they end.
absl::Status CheckClosed(ReadTransaction* books,
                         std::vector<Applied>* applied) {
  ASSIGN_OR_RETURN(const CloseMarks marks, ReadCloseMarks(books));
  for (Applied& one : *applied) {
    const auto mark = marks.find(one.contract.id);
    if (mark == marks.end()) continue;
    one.closed_until_us = mark->second.closed_until_us;
    const Interval next = one.contract.calendar.MonthOf(*one.closed_until_us);
    if (next.start_us == *one.closed_until_us) continue;
    return MakeError(ErrorCode::kBadContract,
                     one.file_name + ": calendar: contract " + one.contract.id +
                         " is closed until " +
                         FormatInstant(*one.closed_until_us) +
                         ", where no month of this calendar starts");
  }
  return absl::OkStatus();
}

std::string DescribeApplied(const Applied& one) {
  const std::string line =
      one.contract.id + ": version " + std::to_string(one.version);
  if (one.unchanged) return line + " unchanged";
  if (!one.closed_until_us ||
      one.contract.effective_us >= *one.closed_until_us) {
    return line + " applied";
  }
  return line + " applied, from " + FormatInstant(*one.closed_until_us) +
         " on: the months before are closed";
}

void ChooseVersions(const ContractBooks& books, std::vector<Applied>* applied) {
  for (Applied& one : *applied) {
    const auto newest = books.NewestOf(one.contract.id);
    one.version = newest.ok() ? (*newest)->stored.version : 0;
    one.unchanged = newest.ok() && (*newest)->stored.text == one.text;
    if (!one.unchanged) ++one.version;
  }
}

}  // namespace

absl::StatusOr<ContractInfo> ValidateContract(std::string_view file_name,
                                              std::string_view text) {
  ContractVersion version;
  ASSIGN_OR_RETURN(version.contract, ParseContract(file_name, text));
  version.stored.file_name = file_name;
  version.stored.text = text;
  return MakeContractInfo(version);
}

absl::StatusOr<std::vector<std::string>> Ledger::ApplyContracts(
    const std::vector<std::pair<std::string, std::string>>& files) {
  ASSIGN_OR_RETURN(std::vector<Applied> applied,
                   ParseAll(files, impl_->bucket_us()));
  RETURN_IF_ERROR(impl_->PostAlone([&](Posting* posting) -> absl::Status {
    ASSIGN_OR_RETURN(const ContractBooks books,
                     ContractBooks::Read(posting->books()));
    RETURN_IF_ERROR(CheckSameAgreement(applied, books));
    RETURN_IF_ERROR(CheckTogether(applied, books));
    RETURN_IF_ERROR(CheckClosed(posting->books(), &applied));
    ChooseVersions(books, &applied);
    for (const Applied& one : applied) {
      if (one.unchanged) continue;
      RETURN_IF_ERROR(posting->Post(ContractApplied{
          one.contract.id, one.version, one.file_name, one.text}));
    }
    return absl::OkStatus();
  }));
  std::vector<std::string> lines;
  for (const Applied& one : applied) {
    lines.push_back(DescribeApplied(one));
  }
  return lines;
}

absl::StatusOr<std::vector<ContractInfo>> Ledger::Contracts() const {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                   impl_->BeginRead());
  ASSIGN_OR_RETURN(const ContractBooks contracts,
                   ContractBooks::Read(books.get()));
  std::vector<ContractInfo> infos;
  for (const ContractVersion* version : contracts.Newest()) {
    infos.push_back(MakeContractInfo(*version));
  }
  return infos;
}

absl::StatusOr<ContractInfo> Ledger::GetContract(std::string_view id) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                   impl_->BeginRead());
  ASSIGN_OR_RETURN(const ContractBooks contracts,
                   ContractBooks::Read(books.get()));
  ASSIGN_OR_RETURN(const ContractVersion* const version,
                   contracts.NewestOf(id));
  ContractInfo info = MakeContractInfo(*version);
  ASSIGN_OR_RETURN(const ContractTimeline timeline, contracts.TimelineOf(id));
  info.lives = LivesOf(timeline, impl_->ResolveAt({}, {}));
  return info;
}

}  // namespace drawdown
