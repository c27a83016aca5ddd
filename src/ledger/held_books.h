// What open holds hold, summed per quota.
//
// A hold holds until an instant that is known when it changes: its deadline,
// or when the run that draws it has spent it. Lines are sorted by it, so those
// that are over can be left out of any answer. Whoever writes next takes them
// out of the sums and moves the mark beyond them, so that nobody reads them
// again; they stay until their hold is closed. Nothing depends on when that is.
#ifndef DRAWDOWN_SRC_LEDGER_HELD_BOOKS_H_
#define DRAWDOWN_SRC_LEDGER_HELD_BOOKS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/hash_map.h"
#include "ledger/hold_records.h"
#include "ledger/later_starts.h"
#include "ledger/quota_index.h"
#include "ledger/store.h"

namespace drawdown {

struct HeldUntil {
  HeldLine line;
  int64_t until_us = 0;

  // What it holds at the instant, of GPU time or of GPUs. Its run draws it from
  // `draws_us` on, or has before (LaterStarts::BeginsAt).
  FineTime At(QuotaPeriod period, int64_t at_us, int64_t draws_us) const;
};

// What the hold holds, and until when; none when nothing. `run`: the run that
// draws it, nullptr before one does.
std::optional<HeldUntil> HeldBy(const StoredHold& hold, const Run* run);

// What the run has accrued by the instant.
FineTime AccruedBy(const Run& run, int64_t at_us);

class HeldBooks {
 public:
  HeldBooks(ReadTransaction* books, QuotaIndex* index, LaterStarts* later,
            NameOf name_of)
      : books_(books),
        index_(index),
        later_(later),
        name_of_(std::move(name_of)) {}

  absl::StatusOr<FineTime> HeldAt(const StoredQuota& quota, int64_t at_us);
  // Of the hold that the run draws.
  absl::StatusOr<std::optional<HeldUntil>> LineDrawnBy(
      std::string_view run_key);
  // Micro-GPUs at which what is held under the quota falls.
  absl::StatusOr<Int128> DrawnAt(const StoredQuota& quota, int64_t at_us);
  // Whether something is held under the quota until an instant after `from_us`
  // and by `until_us`, and nothing from then on.
  absl::StatusOr<bool> AnyEnds(const StoredQuota& quota, int64_t from_us,
                               int64_t until_us);
  // Lines that hold something beyond `from_us`, by when they end, until `visit`
  // returns false.
  absl::Status VisitLines(int64_t from_us,
                          const std::function<bool(std::string_view hold_id,
                                                   const HeldUntil&)>& visit);

  // REQUIRES for these: the books are a WriteTransaction's.
  // What the hold holds from now on.
  absl::Status Set(WriteTransaction* transaction, std::string_view hold_id,
                   const std::optional<HeldUntil>& held);
  // Takes lines that are over out of the sums.
  absl::Status LeaveOutUntil(WriteTransaction* transaction, int64_t at_us);
  // All of it anew, from the holds and runs of the books.
  absl::Status Make(WriteTransaction* transaction);
  // Writes the sums, which are kept until then.
  absl::Status Flush(WriteTransaction* transaction);
  // Quotas under which a line was set, removed or left out.
  const std::set<uint32_t>& changed() const { return changed_; }

  // kCorrupt unless every sum is that of the lines beyond the mark.
  absl::Status CheckSums();

 private:
  using SumsOfQuotas = std::map<uint32_t, HeldSum>;
  // What is over at an instant and not left out of the sums yet, negative; and
  // what runs draw by then that have not begun, which is less than nothing.
  struct Over {
    int64_t at_us = 0;
    uint64_t index_version = 0;
    uint64_t later_version = 0;
    SumsOfQuotas sums;
  };

  // A sum as the books have it, with what was set here.
  struct KeptSum {
    HeldSum sum;
    bool changed = false;
  };

  absl::StatusOr<int64_t> Mark();
  // Valid until the next call.
  absl::StatusOr<KeptSum*> KeptSumOf(uint32_t quota);
  absl::StatusOr<HeldSum> SumAt(const StoredQuota& quota, int64_t at_us);
  absl::StatusOr<const SumsOfQuotas*> OverAt(int64_t at_us);
  absl::Status TakeOutLater(const std::vector<LaterStart>& later, int64_t at_us,
                            SumsOfQuotas* sums);
  // To the sum of each quota over the line.
  absl::Status Add(const HeldLine& line, int sign, SumsOfQuotas* sums);
  absl::Status AddToSums(const HeldLine& line, int sign);
  absl::Status RemoveLine(WriteTransaction* transaction,
                          std::string_view hold_id);

  ReadTransaction* const books_;
  QuotaIndex* const index_;
  LaterStarts* const later_;
  const NameOf name_of_;
  std::optional<int64_t> mark_;  // once read
  std::optional<Over> over_;     // of the instant asked for last
  // No line ends after the mark and by then.
  std::optional<int64_t> left_out_us_;
  HashMap<uint32_t, KeptSum> sums_;  // by quota, of those asked about
  std::set<uint32_t> changed_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_HELD_BOOKS_H_
