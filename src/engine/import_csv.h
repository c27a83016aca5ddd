// The CSV files that `import` and `correct` read, row by row.
#ifndef DRAWDOWN_SRC_ENGINE_IMPORT_CSV_H_
#define DRAWDOWN_SRC_ENGINE_IMPORT_CSV_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/csv.h"
#include "drawdown/ledger.h"

namespace drawdown {

// Fields by our column names, through --columns and --set.
class ImportCsv {
 public:
  // `columns` are our names, the first `required` of them must be there.
  ImportCsv(Source* source, const ImportOptions& options,
            std::vector<std::string> columns, size_t required);

  // kMissingColumn names every missing one; kInvalidArgument a mapping or
  // constant for a column that import does not know.
  absl::Status ReadHeader();
  absl::StatusOr<bool> Next() { return reader_.Next(); }

  // The field of our column `i`, "" when the file does not have it.
  std::string_view Field(size_t i) const;
  std::string Where() const { return reader_.Where(); }
  uint64_t line() const { return reader_.line(); }
  // File columns nothing reads.
  std::vector<std::string> IgnoredColumns() const;

  // An instant of our column `i`; empty when the field is. Counts the repeated
  // hour's first readings.
  absl::StatusOr<std::optional<int64_t>> Instant(size_t i);
  uint64_t ambiguous_times() const { return ambiguous_times_; }

 private:
  std::string FileColumn(const std::string& ours) const;

  CsvReader reader_;
  const ImportOptions& options_;
  const std::vector<std::string> columns_;
  const size_t required_;
  std::vector<int> index_;  // in the file; -1: absent
  std::vector<std::optional<std::string>> constant_;
  uint64_t ambiguous_times_ = 0;
};

// A row of `import runs`; the views live until the next row.
struct RunRowView {
  std::string_view run_id;
  uint32_t attempt = 1;
  std::string_view tenant;
  std::string_view pool;
  int64_t micro_gpus = 0;
  std::optional<int64_t> start_us;
  std::optional<int64_t> end_us;
  std::string_view state;
};

// A row of `import usage`.
struct UsageRowView {
  std::string_view usage_id;
  std::string_view tenant;
  std::string_view pool;
  int64_t start_us = 0;
  int64_t end_us = 0;
  GpuTime gpu_time;
  std::string_view source = {};
};

// A row of `import capacity`.
struct CapacityRowView {
  std::string_view pool;
  int64_t start_us = 0;
  int64_t end_us = 0;
  int64_t micro_gpus = 0;
  CapacityState state = CapacityState::kDelivered;
  std::string_view capacity_id;
  uint64_t place = 0;  // which row of the import it is, for notes
};

ImportCsv RunCsv(Source* source, const ImportOptions& options);
ImportCsv UsageCsv(Source* source, const ImportOptions& options);
ImportCsv CapacityCsv(Source* source, const ImportOptions& options);

// Parses the current row. Errors name the column and the value, not the place.
absl::StatusOr<RunRowView> ParseRunRow(ImportCsv* csv);
absl::StatusOr<UsageRowView> ParseUsageRow(ImportCsv* csv);
absl::StatusOr<CapacityRowView> ParseCapacityRow(ImportCsv* csv);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_IMPORT_CSV_H_
