// How a bill names what the contract is about: the provider, the pools (by SKU
// and region) and the commitments.
#ifndef DRAWDOWN_SRC_RECONCILE_BILL_NAMES_H_
#define DRAWDOWN_SRC_RECONCILE_BILL_NAMES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "bill/bill_row.h"
#include "contract/contract.h"

namespace drawdown {

struct PoolMatch {
  enum class Result : uint8_t {
    kUnknownSku,
    kOtherRegion,  // a SKU of the contract, in none of its regions
    kAmbiguous,    // several pools share the SKU and the row gives no region
    kFound,
  };
  Result result = Result::kUnknownSku;
  // kFound: the pool. kOtherRegion, kAmbiguous: the first in the contract.
  const PoolNaming* naming = nullptr;
};

// Keeps pointers into the contract.
class BillNames {
 public:
  explicit BillNames(const Contract& contract);

  // The contract's provider or one of its aliases, whatever the case.
  bool IsProvider(std::string_view name) const;

  // By SkuId, else by SkuPriceId; regions must agree where both give one.
  PoolMatch FindPool(const BillRow& row) const;

  // By the whole id, else by its part after the last '/' or ':' (an ARN's
  // resource); nullptr if the contract has no such commitment.
  const Commitment* FindCommitment(std::string_view id) const;

  // GPUs of one billed unit of a commitment whose rows name no pool: those of
  // all pools it applies to where they agree, else 0.
  int64_t GpusPerUnit(const Commitment& commitment) const;

 private:
  PoolMatch FindBySku(std::string_view sku, std::string_view region) const;

  const Contract& contract_;
  absl::flat_hash_map<absl::string_view, std::vector<const PoolNaming*>>
      pools_by_sku_;
  absl::flat_hash_map<absl::string_view, const Commitment*> commitments_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_BILL_NAMES_H_
