// `import sacct`: Slurm's accounting records as runs.
#include <string>

#include "base/error.h"
#include "engine/file_import.h"
#include "engine/sacct_attempts.h"
#include "engine/sacct_reader.h"

namespace drawdown {
namespace {

class SacctRows {
 public:
  using Row = SacctRow;
  using Reader = SacctReader;

  static SacctReader Open(Source* source, const ImportOptions& options) {
    return SacctReader(source, options);
  }

  // Attempts are numbered in order of start, so all starts must be known first.
  absl::Status Prepare(const Sources& sources, const ImportOptions& options) {
    for (const auto& source : sources) {
      SacctReader reader(source.get(), options);
      RETURN_IF_ERROR(reader.ReadHeader());
      while (true) {
        ASSIGN_OR_RETURN(const bool more, reader.Next());
        if (!more) break;
        const auto row = reader.Parse();
        if (row.ok())
          attempts_.Add(*row);  // The next reading says what is bad.
      }
      AddCounts(reader.counts());
      RETURN_IF_ERROR(source->Rewind());
    }
    return absl::OkStatus();
  }

  static absl::StatusOr<SacctRow> Parse(SacctReader* reader) {
    return reader->Parse();
  }
  absl::Status Check(ReadTransaction* books, SacctRow* row) {
    ASSIGN_OR_RETURN(row->attempt, attempts_.Number(books, *row));
    return absl::OkStatus();
  }
  absl::Status Complete(SacctRow* row) const {
    ASSIGN_OR_RETURN(row->attempt, attempts_.Numbered(*row));
    return absl::OkStatus();
  }

  absl::Status AddNotes(ReadTransaction* books, const ImportChecker& checker,
                        const Sources& sources, const ImportOptions& options,
                        ImportResult* result) const;

 private:
  void AddCounts(const SacctCounts& counts);

  SacctAttempts attempts_;
  SacctCounts counts_;
};

void SacctRows::AddCounts(const SacctCounts& counts) {
  counts_.steps += counts.steps;
  counts_.never_started += counts.never_started;
  counts_.shares += counts.shares;
  counts_.several_types += counts.several_types;
  counts_.suspended += counts.suspended;
  counts_.suspended_us += counts.suspended_us;
  if (counts_.elapsed_where.empty()) {
    counts_.elapsed_where = counts.elapsed_where;
  }
  counts_.elapsed_differs += counts.elapsed_differs;
}

absl::Status SacctRows::AddNotes(ReadTransaction*, const ImportChecker&,
                                 const Sources&, const ImportOptions&,
                                 ImportResult* result) const {
  // Not posted: what a pending job is to get may still change.
  result->never_started = counts_.never_started;
  AddCountNote(counts_.steps, "job step(s) passed over: their jobs count",
               result);
  // One GPU suspended for a second is a GPU-second: the same unit of time.
  AddCountNote(counts_.suspended,
               "run(s) were suspended, for " +
                   FormatGpuSeconds(GpuTime(counts_.suspended_us)) +
                   " seconds in all, and accrue: Slurm leaves them their GPUs",
               result);
  AddCountNote(counts_.shares,
               "run(s) hold shards or MPS shares of GPUs, which are not "
               "counted",
               result);
  AddCountNote(counts_.several_types,
               "run(s) hold GPUs of several types in one pool", result);
  AddCountNote(
      counts_.elapsed_differs,
      "run(s) do not last as long as their Elapsed says; the first is " +
          counts_.elapsed_where,
      result);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ImportResult> Ledger::ImportSacctFiles(
    const std::vector<std::string>& paths, const ImportOptions& options,
    const ProgressCallback& progress) {
  return FileImport<SacctRows>(*impl_, options, progress).Run(paths);
}

}  // namespace drawdown
