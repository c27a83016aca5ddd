// The contracts of a ledger, parsed.
#ifndef DRAWDOWN_SRC_ENGINE_CONTRACT_BOOKS_H_
#define DRAWDOWN_SRC_ENGINE_CONTRACT_BOOKS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "contract/contract.h"
#include "contract/timeline.h"
#include "drawdown/close.h"
#include "drawdown/contract.h"
#include "ledger/records.h"
#include "ledger/store.h"

namespace drawdown {

// One applied version.
struct ContractVersion {
  StoredContract stored;
  // Effective at its `effective`, or at the end of the months that were closed
  // when it was applied: those keep the versions they were closed with.
  Contract contract;
};

class ContractBooks {
 public:
  static absl::StatusOr<ContractBooks> Read(ReadTransaction* books);

  // The newest version of each contract, by id.
  std::vector<const ContractVersion*> Newest() const;
  // kNotFound names the contracts there are.
  absl::StatusOr<const ContractVersion*> NewestOf(std::string_view id) const;
  absl::StatusOr<const ContractVersion*> VersionOf(std::string_view id,
                                                   uint32_t number) const;
  // Which of its versions holds when. kNotFound names the contracts there are.
  // The result is of these books, which must outlive it.
  absl::StatusOr<ContractTimeline> TimelineOf(std::string_view id) const;

  // Without what was applied after the closing of a month.
  ContractBooks AsOf(const std::vector<ClosedVersion>& versions) const;

 private:
  std::map<std::string, std::vector<ContractVersion>, std::less<>> versions_;
};

ContractInfo MakeContractInfo(const ContractVersion& version);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_CONTRACT_BOOKS_H_
