// Which kinds of usage the rows of a bill tell apart.
#ifndef DRAWDOWN_SRC_RECONCILE_NAMED_COMMITMENTS_H_
#define DRAWDOWN_SRC_RECONCILE_NAMED_COMMITMENTS_H_

#include <cstdint>
#include <vector>

#include "base/hash_map.h"
#include "contract/contract.h"
#include "reconcile/books.h"
#include "reconcile/group.h"
#include "reconcile/group_key.h"
#include "reconcile/route.h"

namespace drawdown {

struct CompareContext;

// What the provider's rows say of commitments, in whichever order.
class NamedCommitments {
 public:
  void Add(const RoutedRow& routed);

  // Call once, after the last Add. `contract` must outlive this.
  void Find(const Contract& contract, const GroupNames& names);

  // Leaves out, and returns, commitments of which rows bill nothing but what
  // was left, while plain rows of their pools bill what they covered: such
  // rows, a true-up for one, tell no kinds of usage. Call after Find.
  HashSet<uint32_t> LeaveOutRests(const std::vector<Group>& groups,
                                  const CompareContext& context);

  // Whether rows that are compared tell which usage of the pool is covered: one
  // names a Usage commitment of the contract that covers it, or says that some
  // commitment does. Many providers' bills have no columns for it. Also true
  // where the bill has no usage of the contract's pools.
  bool TellKinds(uint32_t pool, const Books& books, const Contract& contract,
                 const GroupNames& names) const;

  // Likewise of what corrections and late rows are of, which tell of it too.
  bool TellKindsCorrected(uint32_t pool, const Books& books,
                          const Contract& contract,
                          const GroupNames& names) const;

  // Adds pools whose rows do not, of which nobody may have used what a
  // commitment has reserved.
  void AddIdlePools(const Books& books, const Contract& contract,
                    const GroupNames& names, HashSet<uint32_t>* untold) const;

 private:
  struct Found {
    uint32_t index;
    const Commitment* commitment;
  };
  // By rows that are compared, or by corrections and late rows.
  struct Said {
    HashSet<uint32_t> named;   // commitments
    std::vector<Found> found;  // of them, those of the contract
    HashSet<uint32_t> pools;   // of which some commitment covers usage
  };
  bool IsRest(const Found& found, const std::vector<Group>& groups,
              const CompareContext& context) const;
  static bool Tells(const Said& said, uint32_t pool, const Books& books,
                    const Contract& contract, const GroupNames& names);

  Said compared_;
  Said corrections_;
  HashSet<uint32_t> usage_;  // pools with usage that no row says is covered
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_NAMED_COMMITMENTS_H_
