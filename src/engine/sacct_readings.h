// Which of its two readings a time in a zone's repeated hour has.
//
// Slurm says in Elapsed how long a job ran, and no job starts before it was
// submitted or ends before it starts.
// But every record that lists one start of a job must say the same of it: what
// one of them tells holds for all of the input, and what the books have already
// stays, however it came there. Else a file would be refused for an hour that
// was read otherwise by an earlier import; `correct runs` changes it.
#ifndef DRAWDOWN_SRC_ENGINE_SACCT_READINGS_H_
#define DRAWDOWN_SRC_ENGINE_SACCT_READINGS_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "ledger/records.h"
#include "ledger/store.h"

namespace drawdown {

// By how much the readings of a record's times are later than the first ones.
struct SacctShift {
  int64_t start_us = 0;
  int64_t end_us = 0;

  friend bool operator==(const SacctShift&, const SacctShift&) = default;
};

// A record's times by their first readings.
struct SacctSpan {
  // Of its submit time; it may be earlier where no submit time is read.
  int64_t submit_us = std::numeric_limits<int64_t>::min();
  int64_t start_us = 0;
  std::optional<int64_t> end_us;
  SacctShift second;  // to the second readings; 0: there is one reading

  bool repeats() const { return second != SacctShift(); }
};

// The readings between which a run lasts as long as Slurm says, else the first
// that neither start before it is submitted nor end before they start; none
// where they are the first ones and `elapsed_us` does not say so.
std::optional<SacctShift> ShiftOf(const SacctSpan& span,
                                  std::optional<int64_t> elapsed_us,
                                  int64_t suspended_us);

class SacctReadings {
 public:
  // Every record of the input that repeats, with what it tells itself.
  void Add(std::string_view run_id, const SacctSpan& span,
           std::optional<SacctShift> told, std::string where);
  // Once all are added, and before any is asked for.
  absl::Status KeepThoseOf(ReadTransaction* books);

  SacctShift Of(std::string_view run_id, const SacctSpan& span) const;
  // Starts that the books have by other readings than the input tells.
  uint64_t kept() const { return kept_; }
  const std::string& kept_where() const { return kept_where_; }

 private:
  // One start, whatever lists it.
  struct Start {
    std::string run_id;
    SacctSpan span;
    std::optional<SacctShift> told;
    std::string where;  // first listed
  };

  static std::optional<SacctShift> ReadingIn(const Run& run,
                                             const Start& start);
  absl::Status Keep(ReadTransaction* books, Start* start);

  std::vector<Start> starts_;
  // By run id and first reading of the start.
  std::map<std::pair<std::string, int64_t>, size_t> index_;
  uint64_t kept_ = 0;
  std::string kept_where_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_SACCT_READINGS_H_
