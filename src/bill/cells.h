// The cells of the current row, typed; counts how they deviate from FOCUS.
#ifndef DRAWDOWN_SRC_BILL_CELLS_H_
#define DRAWDOWN_SRC_BILL_CELLS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/decimal.h"
#include "bill/bill_row.h"
#include "bill/bill_time.h"
#include "bill/columns.h"
#include "bill/mapped_row.h"
#include "bill/oddity_log.h"
#include "bill/row_feed.h"
#include "drawdown/status.h"

namespace drawdown {

class Cells {
 public:
  // All must outlive the cells.
  Cells(const RowFeed* feed, const BillLayout* layout, BillTimeCache* times,
        OddityLog* log);

  // Takes the feed's current row.
  void Load();

  // Takes these fields of a row instead, none of which spells a null; for
  // layouts that are not mapped.
  void Load(std::span<const std::string_view> fields);

  // RowFeed::raw() of the row.
  std::string_view raw() const { return feed_->raw(); }

  // Empty, a null spelled as text, or the column is absent.
  bool IsNull(BillColumn column) const {
    const int at = layout_->At(column);
    if (at < 0) return true;
    const auto place = static_cast<size_t>(at);
    return nulls_differ_ ? value_nulls_[place] != 0 : values_[place].empty();
  }

  bool Has(BillColumn column) const { return layout_->Has(column); }

  // Empty when null.
  std::string_view Text(BillColumn column) const {
    const int at = layout_->At(column);
    if (at < 0) return {};
    const auto place = static_cast<size_t>(at);
    const bool null = nulls_differ_ && value_nulls_[place] != 0;
    return null ? std::string_view() : values_[place];
  }

  // Null is nothing. kBadNumber.
  absl::Status Number(BillColumn column, std::optional<Decimal>* value);

  // Null is 0; whether that is allowed is for the caller. Beyond 18 decimals it
  // is rounded half-even, which is counted. kBadNumber.
  absl::Status Money(BillColumn column, BilledMoney* value);

  // kBadTime, also when null.
  absl::Status Time(BillColumn column, int64_t* instant_us);

  // Text of the feed's current row, loaded or not, which must not spell a null;
  // for layouts that are not mapped.
  std::string_view TextAhead(BillColumn column) const {
    const int at = layout_->At(column);
    return at < 0 ? std::string_view() : feed_->field(static_cast<size_t>(at));
  }

  // The charge period of the feed's current row, as TextAhead; known where both
  // times are from rows before and nothing is odd about them.
  struct ChargePeriod {
    int64_t start_us = 0;
    int64_t end_us = 0;
    bool known = false;
  };
  const ChargePeriod& ChargePeriodAhead();

  bool own_periods() const { return layout_->own_periods; }
  bool demands_list_costs() const { return layout_->demands_list_costs; }

  // RowNote::tags of the feed's current row.
  uint32_t tags_number() const { return feed_->note().tags; }

  // The index in `names` of a value that is not null; a difference in case is
  // counted. Nothing for another value.
  std::optional<size_t> Enum(BillColumn column,
                             std::span<const std::string_view> names);

  // An enumeration on which nothing depends: another value is counted and
  // carried. Empty when null.
  std::string_view LooseEnum(BillColumn column,
                             std::span<const std::string_view> names);

  // Null is nothing. kBadTime.
  absl::Status Time(BillColumn column, std::optional<int64_t>* instant_us);

  // How often Odd was called.
  uint64_t odd() const { return odd_; }

  // Counts the current row, with `value` as its example.
  void Odd(OddityKind kind, BillColumn column, std::string_view value);

  // "file:line: BillColumn: what".
  absl::Status Bad(ErrorCode code, BillColumn column,
                   std::string_view what) const;
  absl::Status Bad(ErrorCode code, BillColumn column,
                   const absl::Status& why) const {
    return Bad(code, column, std::string(why.message()));
  }

  std::string Where() const { return feed_->Where(); }

 private:
  std::string_view Field(BillColumn column) const {
    return values_[static_cast<size_t>(layout_->At(column))];
  }
  void FindNulls(std::span<const std::string_view> fields);
  bool KnownTimeAhead(BillColumn column, int64_t* instant_us);
  void CountTimeOddities(BillColumn column, const BillTime& time);
  void Count(OddityKind kind, OddityLog::ColumnId id, std::string_view value);
  OddityLog::ColumnId IdOf(BillColumn column) const {
    return column_ids_[static_cast<size_t>(column)];
  }

  uint64_t odd_ = 0;
  const RowFeed* feed_;
  const BillLayout* layout_;
  BillTimeCache* times_;
  OddityLog* log_;
  std::array<OddityLog::ColumnId, kColumnCount> column_ids_;
  std::vector<OddityLog::ColumnId> header_ids_;  // by place in the header
  std::vector<uint8_t> free_text_;               // by place in the header
  std::vector<uint8_t> nulls_;                   // scratch for value_nulls_
  std::array<uint8_t, kColumnCount> last_enums_ = {};
  std::array<BillTimeCache::Memo::Hint, kColumnCount> time_hints_ = {};
  static constexpr uint64_t kNoTimes = ~uint64_t{0};
  ChargePeriod period_;
  uint64_t period_times_ = kNoTimes;  // RowFeed::times() of it
  std::optional<MappedRow> mapped_;
  // What a layout's index points into: the row, or what a mapping made of it.
  std::span<const std::string_view> values_;
  // Looked at only where nulls are more than the empty values.
  bool nulls_differ_ = false;
  std::span<const uint8_t> value_nulls_;
};

// "\"x\" is not A, B or C".
std::string NotOneOf(std::string_view value,
                     std::span<const std::string_view> names);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_CELLS_H_
