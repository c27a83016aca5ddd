#include "engine/contract_books.h"

#include <algorithm>

#include "base/error.h"
#include "contract/parse.h"
#include "ledger/closes.h"
#include "ledger/inspect.h"

namespace drawdown {

absl::StatusOr<ContractBooks> ContractBooks::Read(ReadTransaction* books) {
  ASSIGN_OR_RETURN(std::vector<StoredContract> all, ReadContracts(books));
  ASSIGN_OR_RETURN(const std::vector<StoredClose> closes, ReadCloses(books));
  ContractBooks result;
  for (StoredContract& stored : all) {
    ASSIGN_OR_RETURN(Contract contract,
                     ParseContract(stored.file_name, stored.text));
    contract.version = stored.version;
    for (const StoredClose& close : closes) {
      if (close.contract == stored.id && close.version < stored.version) {
        contract.effective_us = std::max(contract.effective_us, close.end_us);
      }
    }
    auto& versions = result.versions_[stored.id];
    versions.push_back({std::move(stored), std::move(contract)});
  }
  return result;
}

ContractBooks ContractBooks::AsOf(
    const std::vector<ClosedVersion>& versions) const {
  ContractBooks past;
  for (const auto& [contract, number] : versions) {
    const auto found = versions_.find(contract);
    if (found == versions_.end()) continue;
    for (const ContractVersion& version : found->second) {
      if (version.stored.version > number) break;
      past.versions_[contract].push_back(version);
    }
  }
  return past;
}

std::vector<const ContractVersion*> ContractBooks::Newest() const {
  std::vector<const ContractVersion*> newest;
  for (const auto& [id, versions] : versions_) {
    newest.push_back(&versions.back());
  }
  return newest;
}

absl::StatusOr<const ContractVersion*> ContractBooks::NewestOf(
    std::string_view id) const {
  const auto found = versions_.find(id);
  if (found != versions_.end()) return &found->second.back();
  std::string known;
  for (const auto& [other, versions] : versions_) {
    known += known.empty() ? other : ", " + other;
  }
  return MakeError(ErrorCode::kNotFound,
                   "no contract \"" + std::string(id) + "\"; the books have " +
                       (known.empty() ? std::string("none") : known));
}

absl::StatusOr<const ContractVersion*> ContractBooks::VersionOf(
    std::string_view id, uint32_t number) const {
  RETURN_IF_ERROR(NewestOf(id).status());
  for (const ContractVersion& version : versions_.find(id)->second) {
    if (version.stored.version == number) return &version;
  }
  return MakeError(ErrorCode::kNotFound, "contract " + std::string(id) +
                                             " has no version " +
                                             std::to_string(number));
}

absl::StatusOr<ContractTimeline> ContractBooks::TimelineOf(
    std::string_view id) const {
  RETURN_IF_ERROR(NewestOf(id).status());
  std::vector<const Contract*> versions;
  for (const ContractVersion& version : versions_.find(id)->second) {
    versions.push_back(&version.contract);
  }
  return ContractTimeline::Of(versions);
}

ContractInfo MakeContractInfo(const ContractVersion& version) {
  const Contract& contract = version.contract;
  ContractInfo info;
  info.id = contract.id;
  info.version = version.stored.version;
  info.provider = contract.provider;
  info.currency = contract.currency;
  info.term_start_us = contract.term.start_us;
  info.term_end_us = contract.term.end_us;
  info.effective_us = contract.effective_us;
  info.applied_us = version.stored.applied_us;
  for (const Commitment& commitment : contract.commitments) {
    info.commitments.push_back(commitment.id);
  }
  info.text = version.stored.text;
  info.file_name = version.stored.file_name;
  return info;
}

}  // namespace drawdown
