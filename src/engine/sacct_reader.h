// Reads what Slurm's `sacct --parsable2` prints, record by record, as runs.
#ifndef DRAWDOWN_SRC_ENGINE_SACCT_READER_H_
#define DRAWDOWN_SRC_ENGINE_SACCT_READER_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/pipe_reader.h"
#include "drawdown/import.h"
#include "engine/import_csv.h"
#include "engine/sacct_readings.h"

namespace drawdown {

// One record: one start of one job. The views live until the next record.
struct SacctRow : RunRowView {
  std::string_view job;   // "alpha/123@": what the run ids of this job id share
  bool by_sluid = false;  // else identified by its submit time
  SacctSpan span;         // of which start_us and end_us are one reading
  std::optional<SacctShift> told;  // by the record alone
};

// What was passed over, and what a person should know of.
struct SacctCounts {
  uint64_t steps = 0;
  uint64_t never_started = 0;
  uint64_t shares = 0;
  uint64_t several_types = 0;
  uint64_t suspended = 0;
  Int128 suspended_us = 0;
  uint64_t elapsed_differs = 0;
  std::string elapsed_where;  // the first
};

class SacctReader {
 public:
  // `readings` say which readings are meant; without them each record alone.
  SacctReader(Source* source, const ImportOptions& options,
              const SacctReadings* readings);

  // kMissingColumn names every missing one; kInvalidArgument a mapping or
  // constant for a column that has none.
  absl::Status ReadHeader();
  // The next record of a job that started; steps and others are counted.
  absl::StatusOr<bool> Next();
  // Errors name the field and the value, not the place. The attempt is not
  // known yet.
  absl::StatusOr<SacctRow> Parse();

  std::string Where() const { return reader_.Where(); }
  std::vector<std::string> IgnoredColumns() const;
  uint64_t ambiguous_times() const { return ambiguous_times_; }
  const SacctCounts& counts() const { return counts_; }

 private:
  enum Column : size_t {
    kCluster,
    kJobIdRaw,
    kJobId,
    kSluid,
    kSubmit,
    kStart,
    kEnd,
    kState,
    kAllocTres,
    kElapsed,
    kSuspended,
    kColumns
  };
  // A constant, or columns whose fields are joined by '/'.
  struct PathSource {
    std::optional<std::string> constant;
    std::vector<int> columns;
  };

  static std::string_view NameOf(Column column);
  absl::Status CheckOptions() const;
  void FindPath(const std::string& ours, const std::string& otherwise,
                PathSource* source, std::vector<std::string>* missing) const;
  std::vector<std::string> MissingColumns() const;
  std::string_view Field(Column column) const;
  std::string TextOf(const PathSource& source) const;
  // *second_us, where it is given: by how much the second reading of a time in
  // the zone's repeated hour is later.
  absl::StatusOr<std::optional<int64_t>> Instant(Column column,
                                                 int64_t* second_us = nullptr);
  absl::StatusOr<int64_t> RepeatedBy(int64_t instant_us) const;
  void ChooseReadings(std::optional<int64_t> elapsed_us, int64_t suspended_us,
                      SacctRow* row);
  absl::Status Identify(SacctRow* row);
  absl::StatusOr<std::string_view> JobNumber() const;
  absl::Status ReadTimes(SacctRow* row);
  absl::Status ReadGpus(SacctRow* row);
  absl::Status CompareElapsed(SacctRow* row);

  PipeReader reader_;
  const ImportOptions& options_;
  const SacctReadings* const readings_;  // may be null
  std::array<int, kColumns> index_{};    // in the file; -1: absent
  PathSource tenant_;
  PathSource pool_;
  PathSource cluster_;
  std::string tenant_text_;
  std::string pool_text_;
  std::string job_text_;
  std::string run_id_;
  uint64_t ambiguous_times_ = 0;
  SacctCounts counts_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_SACCT_READER_H_
