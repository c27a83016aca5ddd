#include "bill/bill_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <string>

#include "absl/strings/str_join.h"
#include "base/csv.h"
#include "base/error.h"
#include "base/fast_hash.h"
#include "bill/cells.h"
#include "bill/column_orders.h"
#include "bill/formats.h"
#include "bill/oddity_log.h"
#include "bill/row_feed.h"
#include "bill/row_patterns.h"
#include "bill/row_reader.h"
#include "bill/rule_checker.h"
#include "bill/snapshots.h"
#include "bill/table_reader.h"
#include "bill/totals.h"
#include "bill/version_hours.h"
#include "drawdown/units.h"

namespace drawdown {
namespace {

constexpr uint64_t kRowsPerProgress = 4096;
constexpr uint64_t kLargeBytes = uint64_t{1} << 20;

class BillReading {
 public:
  BillReading(const std::vector<BillInput>& files, const BillRowCallback& row,
              const BillProgress& progress, const BillMapping* mapping,
              RuleChecker* rules)
      : files_(files),
        row_(row),
        progress_(progress),
        mapping_(mapping),
        rules_(rules) {}

  absl::StatusOr<BillContents> Read() {
    if (files_.empty()) {
      return MakeError(ErrorCode::kInvalidArgument, "no bill file is given");
    }
    for (const BillInput& input : files_) total_bytes_ += input.source->size();
    for (uint32_t i = 0; i < files_.size(); ++i) {
      RETURN_IF_ERROR(ReadFile(i));
    }
    RETURN_IF_ERROR(totals_.Finish(&log_));
    if (versions_.size() > 1 && version_hours_.Mixed()) {
      summary_.version_reason = kMixedCharges;
      summary_.mixed_charges = true;
    }
    if (first_us_ <= last_us_) {  // some charge
      summary_.first_charge_us = first_us_;
      summary_.last_charge_us = last_us_;
    }
    summary_.oddities = log_.Sorted();
    return std::move(contents_);
  }

 private:
  absl::Status ReadFile(uint32_t file) {
    const BillInput& input = files_[file];
    Source* const source = input.source.get();
    CsvReader reader(source);
    RETURN_IF_ERROR(reader.ReadHeader());
    const std::string where = absl::StrCat(source->name(), ":1");
    ASSIGN_OR_RETURN(const BillLayout layout,
                     ChooseLayout(reader.header(), where, source->name(),
                                  {mapping_, input.format}));
    RETURN_IF_ERROR(TakeVersion(layout, where));
    summary_.files.push_back({source->name(), layout.format,
                              std::string(DatasetName(layout.dataset)),
                              layout.version, layout.version_reason});
    RETURN_IF_ERROR(BeginRules(layout, reader.header(), where));
    ColumnOrder order = orders_.Next(reader.header());
    RowFeed feed(&reader, source, seed_, IsLarge(*source),
                 std::move(order.as_first), ShapeOf(layout, reader.header()));
    Cells cells(&feed, &layout, &times_, &log_);
    RETURN_IF_ERROR(layout.dataset == Dataset::kCostAndUsage
                        ? ReadRows(file, layout, order.by_name, &feed, &cells)
                        : ReadTable(layout.dataset, file, &feed, &cells));
    summary_.files.back().rows = feed.rows();
    RETURN_IF_ERROR(CheckRows(input, feed.rows()));
    CountHeaderOddities(layout, feed.rows(), where);
    ReportProgress(feed.position());
    bytes_before_ += feed.position();
    return absl::OkStatus();
  }

  // Where rows that are alike need not all be read in full.
  RowShape ShapeOf(const BillLayout& layout,
                   const std::vector<std::string>& header) const {
    const bool alike =
        layout.dataset == Dataset::kCostAndUsage && rules_ == nullptr;
    return alike ? RowShape(layout, header.size()) : RowShape();
  }

  // Whether another thread is worth it; of standard input nobody knows.
  static bool IsLarge(const Source& source) {
    return source.size() == 0 || source.size() >= kLargeBytes;
  }

  absl::Status BeginRules(const BillLayout& layout,
                          const std::vector<std::string>& header,
                          const std::string& where) {
    if (rules_ == nullptr || layout.dataset != Dataset::kCostAndUsage) {
      return absl::OkStatus();
    }
    if (layout.mapped != nullptr) {
      return MakeError(
          ErrorCode::kUnknownFormat,
          absl::StrCat(where, ": ", layout.format, ": the rules are of FOCUS"));
    }
    rules_->Begin(layout, header, where);
    return absl::OkStatus();
  }

  // A file that lacks rows of an export may look whole.
  static absl::Status CheckRows(const BillInput& input, uint64_t rows) {
    if (!input.promised_rows || *input.promised_rows == rows) {
      return absl::OkStatus();
    }
    return MakeError(
        ErrorCode::kBadInput,
        absl::StrCat(input.source->name(), ": ", rows,
                     " rows, but its manifest says ", *input.promised_rows));
  }

  // Whether each of both is read, and its rules checked, by its own version.
  bool MayMix(const BillLayout& layout) const {
    return layout.mapped == nullptr && summary_.format == layout.format;
  }

  // The same in every order of the files.
  void AddVersion(const std::string& version) {
    versions_.insert(version);
    if (versions_.size() == 1) return;
    summary_.version = absl::StrJoin(versions_, ", ");
    summary_.version_reason = "files of several versions";
  }

  // Of charges there is one format in a bill, and but for FOCUS one version.
  absl::Status TakeVersion(const BillLayout& layout, const std::string& where) {
    const bool charges = layout.dataset == Dataset::kCostAndUsage;
    const bool first = charges && !have_charges_;
    if (charges && have_charges_ &&
        (summary_.format != layout.format ||
         !versions_.contains(layout.version)) &&
        !MayMix(layout)) {
      return MakeError(
          ErrorCode::kUnknownFormat,
          absl::StrCat(where, ": ", Title(layout.format, layout.version), " (",
                       layout.version_reason, "), but ",
                       summary_.files[first_charges_].name, " is ",
                       Title(summary_.format, summary_.version),
                       ": these cannot be mixed in one bill"));
    }
    if (summary_.files.empty() || first) {
      summary_.format = layout.format;
      summary_.version = layout.version;
      summary_.version_reason = layout.version_reason;
    }
    if (first) first_charges_ = summary_.files.size();
    if (charges) AddVersion(layout.version);
    have_charges_ = have_charges_ || charges;
    summary_.has_billed_cost =
        summary_.has_billed_cost &&
        (!charges || layout.Has(BillColumn::kBilledCost));
    summary_.has_effective_cost =
        summary_.has_effective_cost &&
        (!charges || layout.Has(BillColumn::kEffectiveCost));
    return absl::OkStatus();
  }

  static std::string Title(const std::string& format,
                           const std::string& version) {
    return version.empty() ? format : absl::StrCat(format, " ", version);
  }

  absl::Status ReadTable(Dataset dataset, uint32_t file, RowFeed* feed,
                         Cells* cells) {
    while (true) {
      ASSIGN_OR_RETURN(const bool more, feed->Next());
      if (!more) return absl::OkStatus();
      RETURN_IF_ERROR(
          ReadTableRow(dataset, {file, feed->line()}, cells, &contents_));
      const std::optional<uint32_t>& delivery = files_[file].delivery;
      if (delivery.has_value() &&
          snapshots_.SupersedesLast(dataset, contents_, *delivery)) {
        DropLast(dataset);
        ++summary_.files.back().superseded;
      }
    }
  }

  void DropLast(Dataset dataset) {
    if (dataset == Dataset::kContractCommitment) {
      contents_.commitments.pop_back();
    } else if (dataset == Dataset::kInvoiceDetail) {
      contents_.invoice_lines.pop_back();
    } else {
      contents_.periods.pop_back();
    }
  }

  static BilledAmount BestAmount(const BillLayout& layout) {
    if (layout.Has(BillColumn::kBilledCost)) return BilledAmount::kBilledCost;
    return layout.Has(BillColumn::kEffectiveCost) ? BilledAmount::kEffectiveCost
                                                  : BilledAmount::kNone;
  }

  absl::Status ReadRows(uint32_t file, const BillLayout& layout,
                        const std::vector<uint32_t>& by_name, RowFeed* feed,
                        Cells* cells) {
    RowReader rows(cells);
    RowPatterns patterns(feed, &likes_);
    const std::optional<uint32_t>& delivery = files_[file].delivery;
    // A file is of one version.
    const bool versions = layout.mapped == nullptr && files_.size() > 1;
    BillRow row;
    row.file = file;
    row.amount = BestAmount(layout);
    row.by_name = by_name;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, feed->Next());
      if (!more) break;
      RowPattern* const pattern = patterns.Find();
      const bool known = pattern != nullptr && rows.ReadVarying(&pattern->row);
      BillRow& current = known ? pattern->row : row;
      current.line = feed->line();
      current.identity = feed->note().identity;
      current.soon = feed->soon();
      const uint64_t odd = cells->odd();
      if (!known) RETURN_IF_ERROR(rows.Read(&current));
      if (delivery.has_value() && Superseded(current, *delivery, cells)) {
        ++summary_.files.back().superseded;
        continue;
      }
      RETURN_IF_ERROR(CheckDiscounts(current));
      if (known) {
        ++pattern->rows;
      } else {
        RETURN_IF_ERROR(CheckAndAdd(current, cells));
        if (cells->odd() == odd) patterns.Consider(current, &rows, &totals_);
      }
      first_us_ = std::min(first_us_, current.charge_start_us);
      last_us_ = std::max(last_us_, current.charge_end_us);
      if (versions) version_hours_.Add(current, layout.focus);
      RETURN_IF_ERROR(row_(current));
      if (++summary_.rows % kRowsPerProgress == 0) {
        ReportProgress(feed->position());
      }
    }
    patterns.AddUp(&totals_);
    return absl::OkStatus();
  }

  bool Superseded(const BillRow& row, uint32_t delivery, Cells* cells) {
    const RowStanding standing = snapshots_.Of(row, delivery);
    if (standing == RowStanding::kCountsBeside) {
      cells->Odd(OddityKind::kBesideLaterSnapshot,
                 BillColumn::kChargePeriodStart,
                 FormatInstant(row.charge_start_us));
    }
    return standing == RowStanding::kSuperseded;
  }

  // A discount that is left out, because costs are after it, is lost where they
  // are before it.
  absl::Status CheckDiscounts(const BillRow& row) {
    if (row.discount_basis.empty()) return absl::OkStatus();
    const bool after = row.discount_basis == "after";
    std::string& found = discounts_[after ? 1 : 0];
    if (!found.empty()) return absl::OkStatus();
    found = absl::StrCat(summary_.files.back().name, ":", row.line);
    if (discounts_[0].empty() || discounts_[1].empty()) return absl::OkStatus();
    return MakeError(
        ErrorCode::kBadRow,
        absl::StrCat(discounts_[0], " has no net cost, ", discounts_[1],
                     " is a discount that is taken to be in net costs already: "
                     "leave the column of net costs out, or read the bill with "
                     "a mapping"));
  }

  absl::Status CheckAndAdd(const BillRow& row, Cells* cells) {
    CheckRow(row, cells);
    if (rules_ != nullptr) rules_->Add(row, *cells);
    return totals_.Add(row, *cells);
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
      if (layout.mapped == nullptr)
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

  // `position` of the file that is being read.
  void ReportProgress(uint64_t position) const {
    if (progress_) progress_(bytes_before_ + position, total_bytes_);
  }

  const std::vector<BillInput>& files_;
  const BillRowCallback& row_;
  const BillProgress& progress_;
  const BillMapping* mapping_;
  RuleChecker* rules_;
  BillContents contents_;
  BillSummary& summary_ = contents_.summary;
  const uint64_t seed_ = RandomSeed();
  ColumnOrders orders_;
  uint64_t likes_ = 0;
  uint64_t total_bytes_ = 0;
  uint64_t bytes_before_ = 0;  // of the files before this one
  bool have_charges_ = false;
  size_t first_charges_ = 0;        // the first file of charges
  std::set<std::string> versions_;  // of charges
  VersionHours version_hours_;
  int64_t first_us_ = std::numeric_limits<int64_t>::max();  // of charges
  int64_t last_us_ = std::numeric_limits<int64_t>::min();
  // The first rows before discounts, and of discounts that others are after.
  std::array<std::string, 2> discounts_;
  BillTotals totals_{&summary_};
  Snapshots snapshots_;
  OddityLog log_;
  BillTimeCache times_;
};

}  // namespace

absl::StatusOr<BillContents> ReadBill(const std::vector<BillInput>& files,
                                      const BillRowCallback& row,
                                      const BillProgress& progress,
                                      const BillMapping* mapping,
                                      RuleChecker* rules) {
  return BillReading(files, row, progress, mapping, rules).Read();
}

}  // namespace drawdown
