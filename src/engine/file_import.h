// One import of files: every row is read and judged, then every row is posted.
#ifndef DRAWDOWN_SRC_ENGINE_FILE_IMPORT_H_
#define DRAWDOWN_SRC_ENGINE_FILE_IMPORT_H_

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/row_problems.h"
#include "base/source.h"
#include "engine/impl.h"
#include "engine/import_check.h"
#include "engine/import_csv.h"

namespace drawdown {

// Calls back now and then.
class ImportProgress {
 public:
  ImportProgress(const ProgressCallback& callback, std::string_view phase,
                 uint64_t total)
      : callback_(callback), phase_(phase), total_(total) {}

  void At(uint64_t done);
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

using Sources = std::vector<std::unique_ptr<Source>>;
absl::StatusOr<Sources> OpenSources(const std::vector<std::string>& paths);

void CountVerdict(Verdict verdict, ImportResult* result);
void CountRow(const RunRowView& row, ImportResult* result);
void CountRow(const UsageRowView& row, ImportResult* result);
void CountRow(const CapacityRowView& row, ImportResult* result);
// Whether a run has an end and no start, so that the end says nothing.
inline bool EndsUnstarted(const RunRowView& row) {
  return !row.start_us && row.end_us;
}
inline bool EndsUnstarted(const UsageRowView&) { return false; }
inline bool EndsUnstarted(const CapacityRowView&) { return false; }
// "3 run(s) are open and accrue"; nothing when there are none.
void AddCountNote(uint64_t count, std::string_view what, ImportResult* result);

absl::StatusOr<Verdict> PostRow(Posting* posting, const RunRowView& row,
                                bool strict);
absl::StatusOr<Verdict> PostRow(Posting* posting, const UsageRowView& row,
                                bool strict);
absl::StatusOr<Verdict> PostRow(Posting* posting, const CapacityRowView& row,
                                bool strict);

// `Rows` says how to read one kind of file:
//   Row, Reader                     what a row is, and who reads it
//   Reader Open(Source*, options)   may not be copied
//   Status Prepare(ledger, sources, options)  a reading before the first;
//                                   rewinds
//   StatusOr<Row> Parse(Reader*)
//   Status Check(books, Row*)       completes a row in the first reading
//   Status Complete(Row*)           does the same again in the second
//   Status AddNotes(books, checker, sources, options, ImportResult*)  once all
//                                   rows are checked
template <typename Rows>
class FileImport {
 public:
  FileImport(const Ledger::Impl& ledger, const ImportOptions& options,
             const ProgressCallback& progress)
      : ledger_(ledger), options_(options), progress_(progress) {}

  absl::StatusOr<ImportResult> Run(const std::vector<std::string>& paths) {
    ASSIGN_OR_RETURN(Sources sources, OpenSources(paths));
    RETURN_IF_ERROR(rows_.Prepare(ledger_, sources, options_));
    RETURN_IF_ERROR(Validate(sources));
    for (const auto& source : sources) RETURN_IF_ERROR(source->Rewind());
    RETURN_IF_ERROR(Post(sources));
    return std::move(result_);
  }

 private:
  // Checks every row of every file; fills in all but the verdicts.
  absl::Status Validate(const Sources& sources) {
    ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                     ledger_.BeginRead());
    ASSIGN_OR_RETURN(
        ImportChecker checker,
        ImportChecker::Make(books.get(), options_, ledger_.NowUs()));
    RowProblems problems(options_.max_problems);
    uint64_t total_bytes = 0;
    for (const auto& source : sources) total_bytes += source->size();
    ImportProgress progress(progress_, "validating", total_bytes);
    uint64_t bytes_before = 0;
    for (const auto& source : sources) {
      typename Rows::Reader reader = rows_.Open(source.get(), options_);
      RETURN_IF_ERROR(reader.ReadHeader());
      for (std::string& column : reader.IgnoredColumns()) {
        ignored_columns_.insert(std::move(column));
      }
      while (true) {
        ASSIGN_OR_RETURN(const bool more, reader.Next());
        if (!more) break;
        progress.At(bytes_before + source->position());
        auto row = rows_.Parse(&reader);
        const absl::Status checked =
            row.ok() ? CheckRow(books.get(), &checker, &*row) : row.status();
        if (!checked.ok()) problems.Add(reader.Where(), checked);
        if (!row.ok()) continue;
        CountRow(*row, &result_);
        if (!EndsUnstarted(*row)) continue;
        if (ends_unstarted_++ == 0) first_unstarted_ = reader.Where();
      }
      ambiguous_times_ += reader.ambiguous_times();
      bytes_before += source->size();
    }
    progress.Done();
    RETURN_IF_ERROR(problems.ToStatus("nothing was posted"));
    // Before anything is posted: what fails here leaves nothing half done.
    RETURN_IF_ERROR(
        rows_.AddNotes(books.get(), checker, sources, options_, &result_));
    AddCountNotes();
    return absl::OkStatus();
  }

  absl::Status CheckRow(ReadTransaction* books, ImportChecker* checker,
                        typename Rows::Row* row) {
    RETURN_IF_ERROR(rows_.Check(books, row));
    return checker->Check(*row);
  }

  absl::Status Post(const Sources& sources) {
    ImportProgress progress(progress_, "posting", result_.rows);
    uint64_t done = 0;
    for (const auto& source : sources) {
      typename Rows::Reader reader = rows_.Open(source.get(), options_);
      RETURN_IF_ERROR(reader.ReadHeader());
      while (true) {
        ASSIGN_OR_RETURN(const bool more, reader.Next());
        if (!more) break;
        ASSIGN_OR_RETURN(auto row, rows_.Parse(&reader));
        RETURN_IF_ERROR(rows_.Complete(&row));
        RETURN_IF_ERROR(PostOne(row, reader));
        progress.At(++done);
      }
    }
    progress.Done();
    return CommitBatch();
  }

  absl::Status PostOne(const typename Rows::Row& row,
                       const typename Rows::Reader& reader) {
    if (batch_ == nullptr) {
      ASSIGN_OR_RETURN(batch_, ledger_.BeginPosting());
    }
    const auto verdict = PostRow(batch_.get(), row, options_.strict);
    if (!verdict.ok()) return WithContext(verdict.status(), reader.Where());
    CountVerdict(*verdict, &result_);
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

  void AddCountNotes() {
    AddCountNote(result_.never_started, "run(s) never started and bill nothing",
                 &result_);
    AddCountNote(
        ends_unstarted_,
        "of them have an end without a start, the first at " + first_unstarted_,
        &result_);
    AddCountNote(result_.zero_gpu, "run(s) have no GPU and bill nothing",
                 &result_);
    AddCountNote(result_.open, "run(s) are open and accrue", &result_);
    AddCountNote(ambiguous_times_,
                 "time(s) fall into the zone's repeated hour; the first "
                 "reading was taken",
                 &result_);
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
  Rows rows_;
  ImportResult result_;
  std::unique_ptr<Posting> batch_;
  // Trap L23: a transaction must dirty fewer than LMDB's 131,071 pages.
  static constexpr uint64_t kMaxRowsPerTransaction = 65'536;
  const uint64_t rows_per_batch_ = std::clamp<uint64_t>(
      options_.rows_per_transaction, 1, kMaxRowsPerTransaction);
  uint64_t in_batch_ = 0;
  uint64_t ambiguous_times_ = 0;
  uint64_t ends_unstarted_ = 0;
  std::string first_unstarted_;  // where
  std::set<std::string> ignored_columns_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_FILE_IMPORT_H_
