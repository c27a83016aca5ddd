// Bulk imports: from memory in one transaction, from files in batches.
#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/source.h"
#include "engine/impl.h"
#include "engine/import_check.h"
#include "engine/import_csv.h"

namespace drawdown {
namespace {

// Trap L23: a transaction must dirty fewer than LMDB's 131,071 pages.
constexpr uint64_t kMaxRowsPerTransaction = 65'536;
// The state that makes a correction withdraw a run.
constexpr std::string_view kVoidState = "VOID";
constexpr auto kProgressInterval = std::chrono::milliseconds(100);

class Progress {
 public:
  Progress(const ProgressCallback& callback, std::string_view phase,
           uint64_t total)
      : callback_(callback), phase_(phase), total_(total) {}

  void At(uint64_t done) {
    // A clock read per row would cost more than the row's checks.
    if (!callback_ || ++calls_ % 1'024 != 0) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < kProgressInterval) return;
    last_ = now;
    callback_(phase_, done, total_);
  }
  void Done() {
    if (callback_) callback_(phase_, total_, total_);
  }

 private:
  const ProgressCallback& callback_;
  const std::string_view phase_;
  const uint64_t total_;
  uint64_t calls_ = 0;
  std::chrono::steady_clock::time_point last_;
};

void Count(Verdict verdict, ImportResult* result) {
  switch (verdict) {
    case Verdict::kNew:
      ++result->inserted;
      break;
    case Verdict::kUpdate:
      ++result->updated;
      break;
    case Verdict::kUnchanged:
      ++result->unchanged;
      break;
  }
}

void CountRow(const RunRowView& row, ImportResult* result) {
  ++result->rows;
  result->never_started += !row.start_us;
  result->open += row.start_us && !row.end_us;
  result->zero_gpu += row.micro_gpus == 0;
}
void CountRow(const UsageRowView&, ImportResult* result) { ++result->rows; }

absl::StatusOr<Verdict> PostRow(Posting* posting, const RunRowView& row,
                                bool strict) {
  RunImported fact = {row.run_id,     row.attempt,  0,          0,
                      row.micro_gpus, row.start_us, row.end_us, row.state};
  ASSIGN_OR_RETURN(fact.tenant,
                   posting->Intern(NameKind::kTenant, row.tenant, strict));
  ASSIGN_OR_RETURN(fact.pool,
                   posting->Intern(NameKind::kPool, row.pool, strict));
  return posting->Post(fact);
}

absl::StatusOr<Verdict> PostRow(Posting* posting, const UsageRowView& row,
                                bool strict) {
  UsageAdded fact = {row.usage_id, 0,          0,
                     row.start_us, row.end_us, row.gpu_time};
  ASSIGN_OR_RETURN(fact.tenant,
                   posting->Intern(NameKind::kTenant, row.tenant, strict));
  ASSIGN_OR_RETURN(fact.pool,
                   posting->Intern(NameKind::kPool, row.pool, strict));
  return posting->Post(fact);
}

absl::StatusOr<Verdict> CorrectRow(Posting* posting, ImportCsv* csv,
                                   std::string_view reason,
                                   const ImportOptions& options,
                                   ImportResult* result) {
  ASSIGN_OR_RETURN(const RunRowView row, ParseRunRow(csv));
  RunCorrected fact;
  fact.reason = reason;
  fact.voided = row.state == kVoidState;
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

// How to read one kind of row.
struct RunRows {
  using Row = RunRowView;
  static ImportCsv Csv(Source* source, const ImportOptions& options) {
    return RunCsv(source, options);
  }
  static absl::StatusOr<Row> Parse(ImportCsv* csv) { return ParseRunRow(csv); }
};
struct UsageRows {
  using Row = UsageRowView;
  static ImportCsv Csv(Source* source, const ImportOptions& options) {
    return UsageCsv(source, options);
  }
  static absl::StatusOr<Row> Parse(ImportCsv* csv) {
    return ParseUsageRow(csv);
  }
};

// Bad rows, named up to a cap.
class Problems {
 public:
  explicit Problems(size_t limit) : limit_(limit) {}

  void Add(const std::string& where, const absl::Status& status) {
    if (count_++ == 0) code_ = GetErrorCode(status);
    if (count_ > limit_) return;
    if (!text_.empty()) text_.push_back('\n');
    text_ += where + ": " + std::string(status.message());
  }
  absl::Status ToStatus() const {
    if (count_ == 0) return absl::OkStatus();
    std::string text = text_;
    if (count_ > limit_) {
      text += "\nand " + std::to_string(count_ - limit_) + " more bad row(s)";
    }
    return MakeError(code_, text + "\nnothing was posted");
  }

 private:
  const size_t limit_;
  size_t count_ = 0;
  ErrorCode code_ = ErrorCode::kBadRow;
  std::string text_;
};

using Sources = std::vector<std::unique_ptr<Source>>;

absl::StatusOr<Sources> OpenSources(const std::vector<std::string>& paths) {
  Sources sources;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(std::unique_ptr<Source> source, OpenSource(path));
    sources.push_back(std::move(source));
  }
  return sources;
}

template <typename Rows>
class FileImport {
 public:
  FileImport(const Ledger::Impl& ledger, const ImportOptions& options,
             const ProgressCallback& progress)
      : ledger_(ledger), options_(options), progress_(progress) {}

  absl::StatusOr<ImportResult> Run(const std::vector<std::string>& paths) {
    ASSIGN_OR_RETURN(Sources sources, OpenSources(paths));
    RETURN_IF_ERROR(Validate(sources));
    for (const auto& source : sources) RETURN_IF_ERROR(source->Rewind());
    RETURN_IF_ERROR(Post(sources));
    AddNotes();
    return std::move(result_);
  }

 private:
  // Checks every row of every file; fills in all counts but the verdicts.
  absl::Status Validate(const Sources& sources) {
    ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                     ledger_.BeginRead());
    ASSIGN_OR_RETURN(ImportChecker checker,
                     ImportChecker::Make(books.get(), options_));
    Problems problems(options_.max_problems);
    uint64_t total_bytes = 0;
    for (const auto& source : sources) total_bytes += source->size();
    Progress progress(progress_, "validating", total_bytes);
    uint64_t bytes_before = 0;
    for (const auto& source : sources) {
      ImportCsv csv = Rows::Csv(source.get(), options_);
      RETURN_IF_ERROR(csv.ReadHeader());
      for (std::string& column : csv.IgnoredColumns()) {
        ignored_columns_.insert(std::move(column));
      }
      while (true) {
        ASSIGN_OR_RETURN(const bool more, csv.Next());
        if (!more) break;
        progress.At(bytes_before + source->position());
        const auto row = Rows::Parse(&csv);
        const absl::Status checked =
            row.ok() ? checker.Check(*row) : row.status();
        if (!checked.ok()) problems.Add(csv.Where(), checked);
        if (row.ok()) CountRow(*row, &result_);
      }
      ambiguous_times_ += csv.ambiguous_times();
      bytes_before += source->size();
    }
    progress.Done();
    return problems.ToStatus();
  }

  absl::Status Post(const Sources& sources) {
    Progress progress(progress_, "posting", result_.rows);
    uint64_t done = 0;
    for (const auto& source : sources) {
      ImportCsv csv = Rows::Csv(source.get(), options_);
      RETURN_IF_ERROR(csv.ReadHeader());
      while (true) {
        ASSIGN_OR_RETURN(const bool more, csv.Next());
        if (!more) break;
        ASSIGN_OR_RETURN(const auto row, Rows::Parse(&csv));
        RETURN_IF_ERROR(PostOne(row, csv));
        progress.At(++done);
      }
    }
    progress.Done();
    return CommitBatch();
  }

  absl::Status PostOne(const typename Rows::Row& row, const ImportCsv& csv) {
    if (batch_ == nullptr) {
      ASSIGN_OR_RETURN(batch_, ledger_.BeginPosting());
    }
    const auto verdict = PostRow(batch_.get(), row, options_.strict);
    if (!verdict.ok()) return WithContext(verdict.status(), csv.Where());
    Count(*verdict, &result_);
    if (++in_batch_ < rows_per_batch_) return absl::OkStatus();
    return CommitBatch();
  }

  absl::Status CommitBatch() {
    if (batch_ == nullptr) return absl::OkStatus();
    const auto committed = batch_->Commit();
    batch_.reset();
    in_batch_ = 0;
    return committed.status();
  }

  void AddNotes() {
    const auto note = [this](uint64_t count, std::string_view what) {
      if (count == 0) return;
      result_.notes.push_back(std::to_string(count) + " " + std::string(what));
    };
    note(result_.never_started, "run(s) never started and bill nothing");
    note(result_.zero_gpu, "run(s) have no GPU and bill nothing");
    note(result_.open, "run(s) are open and accrue");
    note(ambiguous_times_,
         "time(s) fall into the zone's repeated hour; the first reading was "
         "taken");
    if (ignored_columns_.empty()) return;
    std::string names;
    for (const std::string& name : ignored_columns_) {
      names += names.empty() ? name : ", " + name;
    }
    result_.notes.push_back("columns not read: " + names);
  }

  const Ledger::Impl& ledger_;
  const ImportOptions& options_;
  const ProgressCallback& progress_;
  ImportResult result_;
  std::unique_ptr<Posting> batch_;
  const uint64_t rows_per_batch_ = std::clamp<uint64_t>(
      options_.rows_per_transaction, 1, kMaxRowsPerTransaction);
  uint64_t in_batch_ = 0;
  uint64_t ambiguous_times_ = 0;
  std::set<std::string> ignored_columns_;
};

}  // namespace

absl::StatusOr<ImportResult> Ledger::ImportRuns(std::span<const RunRow> rows,
                                                const WriteOptions& options) {
  ImportResult result;
  RETURN_IF_ERROR(impl_->PostAlone([&](Posting* posting) -> absl::Status {
    for (const RunRow& row : rows) {
      const RunRowView view = {row.key.run_id, row.key.attempt, row.tenant,
                               row.pool,       row.micro_gpus,  row.start_us,
                               row.end_us,     row.state};
      ASSIGN_OR_RETURN(const Verdict verdict,
                       PostRow(posting, view, options.strict));
      CountRow(view, &result);
      Count(verdict, &result);
    }
    return absl::OkStatus();
  }));
  return result;
}

absl::StatusOr<ImportResult> Ledger::ImportUsage(
    std::span<const UsageRecord> records, const WriteOptions& options) {
  ImportResult result;
  RETURN_IF_ERROR(impl_->PostAlone([&](Posting* posting) -> absl::Status {
    for (const UsageRecord& record : records) {
      const UsageRowView view = {record.usage_id, record.tenant,
                                 record.pool,     record.start_us,
                                 record.end_us,   record.gpu_time};
      ASSIGN_OR_RETURN(const Verdict verdict,
                       PostRow(posting, view, options.strict));
      CountRow(view, &result);
      Count(verdict, &result);
    }
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

absl::StatusOr<ImportResult> Ledger::CorrectRunsFile(
    const std::string& path, std::string_view reason,
    const ImportOptions& options) {
  if (reason.empty()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a correction needs a reason");
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<Source> source, OpenSource(path));
  ImportResult result;
  Problems problems(options.max_problems);
  RETURN_IF_ERROR(impl_->PostAlone([&](Posting* posting) -> absl::Status {
    ImportCsv csv = RunCsv(source.get(), options);
    RETURN_IF_ERROR(csv.ReadHeader());
    while (true) {
      ASSIGN_OR_RETURN(const bool more, csv.Next());
      if (!more) break;
      const auto verdict = CorrectRow(posting, &csv, reason, options, &result);
      if (verdict.ok()) {
        Count(*verdict, &result);
      } else {
        problems.Add(csv.Where(), verdict.status());
      }
    }
    return problems.ToStatus();
  }));
  return result;
}

}  // namespace drawdown
