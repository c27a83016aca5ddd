// `import sacct`: Slurm's accounting records as runs.
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/file_import.h"
#include "engine/sacct_attempts.h"
#include "engine/sacct_reader.h"
#include "engine/sacct_readings.h"

namespace drawdown {
namespace {

class SacctRows {
 public:
  using Row = SacctRow;
  using Reader = SacctReader;

  SacctReader Open(Source* source, const ImportOptions& options) const {
    return SacctReader(source, options, &readings_);
  }

  // Attempts are numbered in order of start, so all starts must be known first.
  absl::Status Prepare(const Ledger::Impl& ledger, const Sources& sources,
                       const ImportOptions& options) {
    for (const auto& source : sources) {
      SacctReader reader(source.get(), options, /*readings=*/nullptr);
      RETURN_IF_ERROR(reader.ReadHeader());
      while (true) {
        ASSIGN_OR_RETURN(const bool more, reader.Next());
        if (!more) break;
        const auto row = reader.Parse();
        if (row.ok()) AddRow(*row, reader);  // The next says what is bad.
      }
      AddCounts(reader.counts());
      RETURN_IF_ERROR(source->Rewind());
    }
    return AddRepeating(ledger);
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
  // A record whose start is known when the readings of all are.
  struct Repeating {
    std::string job;
    std::string run_id;
    bool by_sluid = false;
    SacctSpan span;
    std::optional<SacctShift> told;
  };

  void AddCounts(const SacctCounts& counts);
  void AddRow(const SacctRow& row, const SacctReader& reader);
  absl::Status AddRepeating(const Ledger::Impl& ledger);

  SacctReadings readings_;
  std::vector<Repeating> repeating_;
  SacctAttempts attempts_;
  SacctCounts counts_;
};

void SacctRows::AddRow(const SacctRow& row, const SacctReader& reader) {
  if (!row.span.repeats()) return attempts_.Add(row);
  readings_.Add(row.run_id, row.span, row.told, reader.Where());
  repeating_.push_back({std::string(row.job), std::string(row.run_id),
                        row.by_sluid, row.span, row.told});
}

absl::Status SacctRows::AddRepeating(const Ledger::Impl& ledger) {
  if (repeating_.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                   ledger.BeginRead());
  RETURN_IF_ERROR(readings_.KeepThoseOf(books.get()));
  for (const Repeating& one : repeating_) {
    const SacctShift shift = readings_.Of(one.run_id, one.span);
    SacctRow row;
    row.job = one.job;
    row.run_id = one.run_id;
    row.by_sluid = one.by_sluid;
    row.span = one.span;
    row.told = one.told;
    row.start_us = one.span.start_us + shift.start_us;
    if (one.span.end_us) row.end_us = *one.span.end_us + shift.end_us;
    attempts_.Add(row);
  }
  repeating_ = {};
  return absl::OkStatus();
}

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
  AddCountNote(
      readings_.kept(),
      "run(s) stay as the books have them, by another reading of a time in "
      "the zone's repeated hour than Submit, Start, End and Elapsed tell "
      "(`correct runs` changes it); the first is " +
          readings_.kept_where(),
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
