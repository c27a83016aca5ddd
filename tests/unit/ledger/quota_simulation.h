// The books of quotas and holds, driven through one random life with clocks of
// their own and compared after every operation with a naive model.
#ifndef DRAWDOWN_TESTS_UNIT_LEDGER_QUOTA_SIMULATION_H_
#define DRAWDOWN_TESTS_UNIT_LEDGER_QUOTA_SIMULATION_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ledger/posting.h"
#include "ledger/quota_rules.h"
#include "ledger/store.h"
#include "tests/support/random.h"
#include "tests/unit/ledger/naive_quotas.h"
#include "tests/unit/ledger/simulated_clock.h"

namespace drawdown {

class QuotaSimulation {
 public:
  explicit QuotaSimulation(uint64_t salt);

  // Operations, one to three in a transaction; until something differs.
  void Run(int64_t steps);

  // How often what happened.
  using Counts = std::map<std::string, int64_t>;
  Counts counts() const;

 private:
  using Asks = std::vector<NaiveQuotas::Asked>;
  static constexpr int64_t kHour = kMicrosPerHour;
  static constexpr int64_t kGpu = kMicroGpusPerGpu;
  static inline const std::vector<std::string> kTenants = {"a", "a/b", "a/b/c",
                                                           "a/d", "e"};
  static inline const std::vector<std::string> kPools = {"p/x", "p/y", "q/x"};
  static inline const std::vector<std::string> kSelectors = {"*", "p", "p/x"};

  const std::string& Any(const std::vector<std::string>& from) {
    return from[random_.Between(0, static_cast<int64_t>(from.size()) - 1)];
  }
  template <typename Map>
  std::string AnyKey(const Map& map) {
    auto it = map.begin();
    std::advance(it, random_.Between(0, static_cast<int64_t>(map.size()) - 1));
    return it->first;
  }

  void Advance();
  // Steps the wall clock, or boots the machine.
  void Disturb();
  void Begin();
  void Commit();
  void Operate();

  // --- quotas and tenants, each alone in a transaction
  QuotaLimit AnyLimit(QuotaPeriod period);
  void SetQuota();
  void Move();

  // --- facts
  void AddUsage();
  void Import();
  void Drain();

  // --- holds and runs
  void Place();
  void Renew();
  void Close();
  void Charge(const NaiveHold& hold, Int128 amount);
  int64_t AnyGpus();
  std::vector<Int128> MoreThanBefore(const std::string& id,
                                     const NaiveRun& after, int64_t at_us);
  int64_t MoreGpusThanBefore(const std::string& id, const NaiveRun& after);
  bool IsCovered(const NaiveRun& run, int64_t at_us);
  // Whether another attempt of the run runs then, or later.
  bool IsOverlapped(const NaiveRun& run, int64_t at_us) const;
  int64_t EventInstant();
  // What the books will know of the run's open segment.
  void NoteLater(NaiveRun* run);
  void Start();
  void Change();
  void Suspend(NaiveRun* run, int64_t at_us) const;
  static void Stop(NaiveRun* run, int64_t at_us);
  // What the books have of the run from now on.
  void Become(NaiveRun* run, NaiveRun after);

  // --- what else is said of runs
  void SetPolicy();
  // Of the pool at the instant, by the policies in force.
  int64_t PolicyOf(PoolSetting setting, const std::string& pool, int64_t at_us,
                   int64_t otherwise) const;
  void Beat();
  void CloseGhost();
  void Correct();
  void Refund();

  // --- checks
  void CheckAdmission(const Admission& admission, bool fits, const Asks& asks);
  void Compare(QuotaBooks* books);
  void CompareStored();
  // When a quota runs out, against instants looked for in the model.
  void CompareOutlook();
  void CompareUsage(ReadTransaction* books);
  // Against the journal, and what is held against what rebuilding makes of it.
  void Verify();

  struct Policy {
    std::string pool;
    int64_t from_us = 0;
    PoolSetting setting = PoolSetting::kSuspendedAccrues;
    int64_t value = 0;
  };

  Random random_;
  const Header header_;
  const std::unique_ptr<Store> store_;
  NaiveQuotas naive_;
  SimulatedClock clock_;
  PostingMemory memory_;
  int64_t begun_ = 0;
  uint64_t next_sequence_ = 1;  // of the first entry that is not committed
  std::unique_ptr<Posting> posting_;
  std::map<std::string, uint32_t> renewals_;
  std::vector<Policy> policies_;  // as they were said
  int64_t now_us_ = 0;            // by the clock of holds, which judges
  int64_t next_id_ = 0;
  Counts counts_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_LEDGER_QUOTA_SIMULATION_H_
