#include "bill/bill_reader.h"

#include <algorithm>

#include "base/csv.h"
#include "base/error.h"
#include "bill/cells.h"
#include "bill/columns.h"
#include "bill/oddity_log.h"
#include "bill/row_reader.h"
#include "bill/table_reader.h"
#include "bill/totals.h"

namespace drawdown {
namespace {

constexpr uint64_t kRowsPerProgress = 4096;

class BillReading {
 public:
  BillReading(const std::vector<std::unique_ptr<Source>>& sources,
              const BillRowCallback& row, const BillProgress& progress)
      : sources_(sources), row_(row), progress_(progress) {}

  absl::StatusOr<BillContents> Read() {
    if (sources_.empty()) {
      return MakeError(ErrorCode::kInvalidArgument, "no bill file is given");
    }
    for (uint32_t i = 0; i < sources_.size(); ++i) {
      RETURN_IF_ERROR(ReadFile(i));
    }
    RETURN_IF_ERROR(totals_.Finish(&log_));
    summary_.oddities = log_.Sorted();
    return std::move(contents_);
  }

 private:
  absl::Status ReadFile(uint32_t file) {
    Source* const source = sources_[file].get();
    CsvReader reader(source);
    RETURN_IF_ERROR(reader.ReadHeader());
    const std::string where = absl::StrCat(source->name(), ":1");
    ASSIGN_OR_RETURN(const BillLayout layout,
                     ReadLayout(reader.header(), where));
    RETURN_IF_ERROR(TakeVersion(layout, where));
    summary_.files.push_back({source->name(), "FOCUS",
                              std::string(DatasetName(layout.dataset)),
                              layout.version, layout.version_reason});
    Cells cells(&reader, &layout, &times_, &log_);
    RETURN_IF_ERROR(layout.dataset == Dataset::kCostAndUsage
                        ? ReadRows(file, &reader, &cells)
                        : ReadTable(layout.dataset, file, &reader, &cells));
    summary_.files.back().rows = reader.row();
    CountHeaderOddities(layout, reader.row(), where);
    ReportProgress(file);
    return absl::OkStatus();
  }

  // Of charges there is one version in a bill.
  absl::Status TakeVersion(const BillLayout& layout, const std::string& where) {
    const bool charges = layout.dataset == Dataset::kCostAndUsage;
    if (charges && have_charges_ && summary_.version != layout.version) {
      return MakeError(ErrorCode::kUnknownFormat,
                       absl::StrCat(where, ": FOCUS ", layout.version, " (",
                                    layout.version_reason, "), but ",
                                    summary_.files[first_charges_].name,
                                    " is FOCUS ", summary_.version,
                                    ": versions cannot be mixed in one bill"));
    }
    if (summary_.files.empty() || (charges && !have_charges_)) {
      summary_.format = "FOCUS";
      summary_.version = layout.version;
      summary_.version_reason = layout.version_reason;
    }
    if (charges && !have_charges_) first_charges_ = summary_.files.size();
    have_charges_ = have_charges_ || charges;
    return absl::OkStatus();
  }

  absl::Status ReadTable(Dataset dataset, uint32_t file, CsvReader* reader,
                         Cells* cells) {
    while (true) {
      ASSIGN_OR_RETURN(const bool more, reader->Next());
      if (!more) return absl::OkStatus();
      RETURN_IF_ERROR(
          ReadTableRow(dataset, {file, reader->line()}, cells, &contents_));
    }
  }

  absl::Status ReadRows(uint32_t file, CsvReader* reader, Cells* cells) {
    RowReader rows(cells);
    BillRow row;
    row.file = file;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, reader->Next());
      if (!more) return absl::OkStatus();
      row.line = reader->line();
      RETURN_IF_ERROR(rows.Read(&row));
      CheckRow(row, cells);
      RETURN_IF_ERROR(totals_.Add(row, *cells));
      WidenRange(row);
      RETURN_IF_ERROR(row_(row));
      if (++summary_.rows % kRowsPerProgress == 0) ReportProgress(file);
    }
  }

  void WidenRange(const BillRow& row) {
    const bool first = summary_.rows == 0;
    summary_.first_charge_us =
        first ? row.charge_start_us
              : std::min(summary_.first_charge_us, row.charge_start_us);
    summary_.last_charge_us =
        first ? row.charge_end_us
              : std::max(summary_.last_charge_us, row.charge_end_us);
  }

  void CountHeaderOddities(const BillLayout& layout, uint64_t rows,
                           const std::string& where) {
    for (const HeaderDrift& drift : layout.drifted) {
      log_.Count(drift.draft ? OddityKind::kDraftName
                             : OddityKind::kColumnNameCaseDrift,
                 log_.Intern(drift.meant), rows,
                 absl::StrCat(where, ": ", Quoted(drift.written)));
    }
    for (const std::string& name : layout.unknown) {
      log_.Count(OddityKind::kUnknownColumn, log_.Intern(name), rows,
                 absl::StrCat(where, ": ", Quoted(name)));
      auto& names = summary_.unknown_columns;
      const auto at = std::lower_bound(names.begin(), names.end(), name);
      if (at == names.end() || *at != name) names.insert(at, name);
    }
    for (const std::string& name : layout.absent) {
      log_.Count(OddityKind::kAbsentColumn, log_.Intern(name), rows,
                 absl::StrCat(where, ": no column ", name));
    }
  }

  void ReportProgress(uint32_t file) const {
    if (!progress_) return;
    uint64_t read = 0;
    uint64_t total = 0;
    for (uint32_t i = 0; i < sources_.size(); ++i) {
      if (i <= file) read += sources_[i]->position();
      total += sources_[i]->size();
    }
    progress_(read, total);
  }

  const std::vector<std::unique_ptr<Source>>& sources_;
  const BillRowCallback& row_;
  const BillProgress& progress_;
  BillContents contents_;
  BillSummary& summary_ = contents_.summary;
  bool have_charges_ = false;
  size_t first_charges_ = 0;  // the first file of charges
  BillTotals totals_{&summary_};
  OddityLog log_;
  BillTimeCache times_;
};

}  // namespace

absl::StatusOr<BillContents> ReadBill(
    const std::vector<std::unique_ptr<Source>>& sources,
    const BillRowCallback& row, const BillProgress& progress) {
  return BillReading(sources, row, progress).Read();
}

}  // namespace drawdown
