// Bulk imports: from memory in one transaction, from files in batches.
#include "base/error.h"
#include "engine/capacity_notes.h"
#include "engine/event_bound.h"
#include "engine/file_import.h"

namespace drawdown {
namespace {

// The state that makes a correction withdraw a run.
constexpr std::string_view kVoidState = "VOID";

absl::StatusOr<Verdict> CorrectRow(Posting* posting, ImportCsv* csv,
                                   std::string_view reason,
                                   const ImportOptions& options, int64_t now_us,
                                   ImportResult* result) {
  ASSIGN_OR_RETURN(const RunRowView row, ParseRunRow(csv));
  RunCorrected fact;
  fact.reason = reason;
  fact.voided = row.state == kVoidState;
  // What is withdrawn does not happen, whenever it was said to.
  if (!fact.voided) RETURN_IF_ERROR(CheckNotAhead(row, now_us));
  fact.replacement = {row.run_id,     row.attempt,  0,          0,
                      row.micro_gpus, row.start_us, row.end_us, row.state};
  ASSIGN_OR_RETURN(
      fact.replacement.tenant,
      posting->Intern(NameKind::kTenant, row.tenant, options.strict));
  ASSIGN_OR_RETURN(fact.replacement.pool,
                   posting->Intern(NameKind::kPool, row.pool, options.strict));
  CountRow(row, result);
  return posting->Post(fact);
}

// How to read our own CSV files.
template <typename RowView>
struct CsvRows {
  using Row = RowView;
  using Reader = ImportCsv;
  absl::Status Prepare(const Ledger::Impl&, const Sources&,
                       const ImportOptions&) {
    return absl::OkStatus();
  }
  absl::Status Check(ReadTransaction*, Row*) { return absl::OkStatus(); }
  absl::Status Complete(Row*) { return absl::OkStatus(); }
  absl::Status AddNotes(ReadTransaction*, const ImportChecker&, const Sources&,
                        const ImportOptions&, ImportResult*) const {
    return absl::OkStatus();
  }
};
struct RunRows : CsvRows<RunRowView> {
  static ImportCsv Open(Source* source, const ImportOptions& options) {
    return RunCsv(source, options);
  }
  static absl::StatusOr<Row> Parse(ImportCsv* csv) { return ParseRunRow(csv); }
};
struct UsageRows : CsvRows<UsageRowView> {
  static ImportCsv Open(Source* source, const ImportOptions& options) {
    return UsageCsv(source, options);
  }
  static absl::StatusOr<Row> Parse(ImportCsv* csv) {
    return ParseUsageRow(csv);
  }
};

// A place is the number of the file and the line.
class CapacityRows : public CsvRows<CapacityRowView> {
 public:
  ImportCsv Open(Source* source, const ImportOptions& options) {
    ++files_;
    return CapacityCsv(source, options);
  }
  absl::StatusOr<Row> Parse(ImportCsv* csv) const {
    ASSIGN_OR_RETURN(Row row, ParseCapacityRow(csv));
    row.place = ((files_ - 1) << kLineBits) | csv->line();
    return row;
  }
  absl::Status AddNotes(ReadTransaction* books, const ImportChecker& checker,
                        const Sources& sources, const ImportOptions& options,
                        ImportResult* result) const {
    const auto name_place = [&sources](uint64_t place) {
      const uint64_t line = place & ((uint64_t{1} << kLineBits) - 1);
      return sources[place >> kLineBits]->name() + ":" + std::to_string(line);
    };
    ASSIGN_OR_RETURN(
        result->notes,
        checker.capacity().Notes(books, options.max_problems, name_place));
    return absl::OkStatus();
  }

 private:
  static constexpr int kLineBits = 40;

  uint64_t files_ = 0;  // opened so far, again when rows are posted
};

}  // namespace

absl::StatusOr<ImportResult> Ledger::ImportRuns(std::span<const RunRow> rows,
                                                const WriteOptions& options) {
  const int64_t now_us = impl_->NowUs();
  ImportResult result;
  RETURN_IF_ERROR(impl_->PostAlone([&](Posting* posting) -> absl::Status {
    for (const RunRow& row : rows) {
      const RunRowView view = {row.key.run_id, row.key.attempt, row.tenant,
                               row.pool,       row.micro_gpus,  row.start_us,
                               row.end_us,     row.state};
      RETURN_IF_ERROR(CheckNotAhead(view, now_us));
      ASSIGN_OR_RETURN(const Verdict verdict,
                       PostRow(posting, view, options.strict));
      CountRow(view, &result);
      CountVerdict(verdict, &result);
    }
    return absl::OkStatus();
  }));
  return result;
}

absl::StatusOr<ImportResult> Ledger::ImportUsage(
    std::span<const UsageRecord> records, const WriteOptions& options) {
  const int64_t now_us = impl_->NowUs();
  ImportResult result;
  RETURN_IF_ERROR(impl_->PostAlone([&](Posting* posting) -> absl::Status {
    for (const UsageRecord& record : records) {
      const UsageRowView view = {
          record.usage_id, record.tenant,   record.pool,  record.start_us,
          record.end_us,   record.gpu_time, record.source};
      RETURN_IF_ERROR(CheckNotAhead(view, now_us));
      ASSIGN_OR_RETURN(const Verdict verdict,
                       PostRow(posting, view, options.strict));
      CountRow(view, &result);
      CountVerdict(verdict, &result);
    }
    return absl::OkStatus();
  }));
  return result;
}

absl::StatusOr<ImportResult> Ledger::ImportCapacity(
    std::span<const CapacityRecord> records, const WriteOptions& options) {
  ImportResult result;
  StatedCapacity stated;
  RETURN_IF_ERROR(impl_->PostAlone([&](Posting* posting) -> absl::Status {
    for (const CapacityRecord& record : records) {
      const CapacityRowView view = {record.pool,
                                    record.start_us,
                                    record.end_us,
                                    record.micro_gpus,
                                    record.state,
                                    record.capacity_id,
                                    /*place=*/++result.rows};
      ASSIGN_OR_RETURN(const Verdict verdict,
                       PostRow(posting, view, options.strict));
      CountVerdict(verdict, &result);
      RETURN_IF_ERROR(stated.Add(view));
    }
    const auto name_place = [](uint64_t place) {
      return "record " + std::to_string(place);
    };
    ASSIGN_OR_RETURN(result.notes,
                     stated.Notes(posting->books(),
                                  ImportOptions().max_problems, name_place));
    return absl::OkStatus();
  }));
  return result;
}

absl::StatusOr<ImportResult> Ledger::ImportRunFiles(
    const std::vector<std::string>& paths, const ImportOptions& options,
    const ProgressCallback& progress) {
  return FileImport<RunRows>(*impl_, options, progress).Run(paths);
}

absl::StatusOr<ImportResult> Ledger::ImportUsageFiles(
    const std::vector<std::string>& paths, const ImportOptions& options,
    const ProgressCallback& progress) {
  return FileImport<UsageRows>(*impl_, options, progress).Run(paths);
}

absl::StatusOr<ImportResult> Ledger::ImportCapacityFiles(
    const std::vector<std::string>& paths, const ImportOptions& options,
    const ProgressCallback& progress) {
  return FileImport<CapacityRows>(*impl_, options, progress).Run(paths);
}

absl::StatusOr<ImportResult> Ledger::CorrectRunsFile(
    const std::string& path, std::string_view reason,
    const ImportOptions& options) {
  if (reason.empty()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a correction needs a reason");
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<Source> source, OpenSource(path));
  ImportResult result;
  RowProblems problems(options.max_problems);
  const int64_t now_us = impl_->NowUs();
  RETURN_IF_ERROR(impl_->PostAlone([&](Posting* posting) -> absl::Status {
    ImportCsv csv = RunCsv(source.get(), options);
    RETURN_IF_ERROR(csv.ReadHeader());
    while (true) {
      ASSIGN_OR_RETURN(const bool more, csv.Next());
      if (!more) break;
      const auto verdict =
          CorrectRow(posting, &csv, reason, options, now_us, &result);
      if (verdict.ok()) {
        CountVerdict(*verdict, &result);
      } else {
        problems.Add(csv.Where(), verdict.status());
      }
    }
    return problems.ToStatus("nothing was posted");
  }));
  return result;
}

}  // namespace drawdown
