// How a bill names what the contract is about: the provider, the pools (by SKU,
// and by what tells pools of one SKU apart) and the commitments.
#ifndef DRAWDOWN_SRC_RECONCILE_BILL_NAMES_H_
#define DRAWDOWN_SRC_RECONCILE_BILL_NAMES_H_

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/hash_map.h"
#include "bill/bill_row.h"
#include "contract/contract.h"

namespace drawdown {

// What beyond its SKU a pool is named by, and a row agrees with. A key drops
// the highest first.
enum KeyPart : uint8_t {
  kRegionPart = 1,
  kSubAccountPart = 2,
  kSkuPricePart = 4,
  kResourcePart = 8,
};

struct PoolMatch {
  enum class Result : uint8_t {
    kUnknownSku,
    kOtherRegion,  // a SKU of the contract, in no region of its pools
    kOtherParts,   // of its pools in the region, several differ from the row
    kAmbiguous,    // several pools share the SKU, the row does not say which
    kFound,
  };
  Result result = Result::kUnknownSku;
  // kFound: the pool. kUnknownSku: none. Else the first of the contract's.
  const PoolNaming* naming = nullptr;
  uint8_t agreed = 0;   // KeyParts, of kFound
  uint8_t dropped = 0;  // KeyParts that differ, of kFound and kOtherParts
  bool by_instance_type = false;
};

// GPUs of one billed unit: as the contract says, else as the row does, else 1.
int64_t MicroGpusPerUnit(const PoolNaming& pool, const BillRow& row);

// Keeps pointers into the contract.
class BillNames {
 public:
  explicit BillNames(const Contract& contract);

  // The contract's provider or one of its aliases, whatever the case.
  bool IsProvider(std::string_view name) const;

  // Whether FindPool may tell rows apart that differ in nothing but resource
  // and sub-account.
  bool TellsApartBy(std::string_view resource) const;

  // By SkuId, else by SkuPriceId, else by the instance type; by each as it is
  // written, else in any case of letters and without blanks around it. Region,
  // sub-account, SKU price and resource must agree where both sides give one;
  // of several pools the one that agrees in the resource, else in the SKU
  // price, the sub-account, the region. Where none agrees, the resource is
  // dropped from the key, then the SKU price, then the sub-account, until a
  // pool is left: it is found if it is the only one. `resource` is the row's,
  // or empty where it is a commitment's.
  PoolMatch FindPool(const BillRow& row, std::string_view resource) const;

  // By the whole id, else by its part after the last '/' or ':' (an ARN's
  // resource), else either in any case of letters, which Azure's exports
  // change; nullptr if the contract has no such commitment.
  const Commitment* FindCommitment(std::string_view id) const;

  // Of a row of a commitment that names no pool: what MicroGpusPerUnit is of
  // all pools that the commitment applies to, where they agree.
  std::optional<int64_t> MicroGpusOf(const Commitment& commitment,
                                     const BillRow& row) const;

 private:
  using Pools = std::vector<const PoolNaming*>;

  // nullptr: no pool has it.
  const Pools* PoolsOf(std::string_view sku) const;
  const Commitment* FindFolded(std::string_view id) const;
  PoolMatch FindBySku(std::string_view sku, const BillRow& row,
                      std::string_view resource) const;
  // Of a row whose `finest` match is kOtherRegion.
  PoolMatch FindCoarser(const PoolMatch& finest, const BillRow& row,
                        std::string_view resource) const;

  const Contract& contract_;
  HashMap<absl::string_view, Pools> pools_by_sku_;
  HashMap<absl::string_view, const Commitment*> commitments_;
  // The same in small letters, of an id that two commitments have: none. Most
  // SKUs of a bill are of no pool: bit n of the lengths is set where one of
  // ours has n mod 64 letters.
  HashMap<std::string, Pools> pools_by_folded_sku_;
  HashMap<std::string, const Commitment*> folded_commitments_;
  uint64_t sku_lengths_ = 0;
  uint64_t commitment_lengths_ = 0;
  HashSet<absl::string_view> pool_names_;
  std::bitset<64> name_sizes_;  // of pool_names_, by their last six bits
  bool by_account_or_resource_ = false;  // some pool is named by one
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_BILL_NAMES_H_
