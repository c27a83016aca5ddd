// Tells the starts of one job apart: which attempt of its run a record is.
//
// Slurm gives each start a submit time of its own, or a SLUID, so nearly every
// record is attempt 1 of its own run id. Where several records have one run id,
// the books remember: a record whose start they know keeps its attempt, others
// get the lowest free numbers in order of start. So a record's number never
// changes, whatever else later files hold, and repeating an import that was
// killed gives the numbers that it would have given.
#ifndef DRAWDOWN_SRC_ENGINE_SACCT_ATTEMPTS_H_
#define DRAWDOWN_SRC_ENGINE_SACCT_ATTEMPTS_H_

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "base/hash_map.h"
#include "engine/sacct_reader.h"
#include "ledger/store.h"

namespace drawdown {

// An attempt that the books have, and its start if it has one.
using KnownAttempts = std::map<uint32_t, std::optional<int64_t>>;

// Start -> attempt. An attempt in the books whose start no record has is taken
// for the first record that the books do not have: it was corrected or voided,
// and the import must not bill the same job again under another number.
std::map<int64_t, uint32_t> NumberAttempts(std::vector<int64_t> starts,
                                           const KnownAttempts& known);

class SacctAttempts {
 public:
  // Every record of the input, before the first is numbered.
  void Add(const SacctRow& row);

  // The record's attempt. kConflict when the job is in the books, or in the
  // input, identified by SLUID there and by submit time here, or the reverse,
  // and when records of its run id overlap that the books do not both have.
  absl::StatusOr<uint32_t> Number(ReadTransaction* books, const SacctRow& row);
  // The same as it was told before; kBadInput when it was not.
  absl::StatusOr<uint32_t> Numbered(const SacctRow& row) const;

 private:
  // Two independent hashes of the job: jobs are told apart by 128 bits.
  using JobHash = std::pair<uint64_t, uint64_t>;
  struct Record {
    int64_t start_us = 0;
    std::optional<int64_t> end_us;  // as far as any listing of it says
    uint64_t id_hash = 0;
    bool by_sluid = false;
    uint32_t attempt = 0;  // 0: not numbered yet
    bool unsure = false;   // which reading of a repeated time is meant
  };
  struct Job {
    absl::InlinedVector<Record, 1> records;
    // How they are identified, here and, once these were read, in the books.
    bool by_sluid = false;
    bool by_submit = false;
    bool read = false;

    void AddKind(bool sluid) { (sluid ? by_sluid : by_submit) = true; }
    // A start may be there by both.
    bool mixed() const { return by_sluid && by_submit; }
  };

  // Those of the row's run id.
  static absl::Status NumberAll(ReadTransaction* books, const SacctRow& row,
                                Job* job);
  // 0: it has none yet.
  static uint32_t AttemptOf(const Job& job, const SacctRow& row);

  HashMap<JobHash, Job> jobs_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_SACCT_ATTEMPTS_H_
