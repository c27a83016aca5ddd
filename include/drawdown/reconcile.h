// Reconciliation: every difference between a provider's bill and our own
// books, classified. Plain values; taxonomy: docs/formats.md.
#ifndef DRAWDOWN_RECONCILE_H_
#define DRAWDOWN_RECONCILE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drawdown/bill.h"
#include "drawdown/export.h"
#include "drawdown/units.h"

namespace drawdown {

enum class BreakClass : uint8_t {
  kMatched,
  kWithinTolerance,
  kQuantityBreak,
  kPriceBreak,
  kMixedBreak,
  kUnmeteredCharge,
  kUnbilledUsage,
  kDuplicateCharge,
  kTiming,
  kCorrectionLinked,
  kCorrectionOrphan,
  kCommitmentShortfall,
  kCommitmentOverage,
  kCommitmentWaste,
  kAllocationGap,
  kUnitScaleBreak,
  kCurrencyBreak,
  kNonUsage,
  kRounding,
  kNotExecutable,
};

DRAWDOWN_EXPORT std::string_view BreakClassName(
    BreakClass value);  // "quantity_break"

// True for classes that a clean month may contain: matched, within_tolerance,
// rounding, non_usage.
DRAWDOWN_EXPORT bool IsClean(BreakClass value);

// What an item says in figures.
struct BreakFigures {
  BreakClass kind = BreakClass::kMatched;
  // The period has not ended: what is not clean may still become so.
  bool pending = false;
  Currency currency;
  // Names the rows of the bill behind it: that of BillLine. Items that were
  // taken out of one group of rows share it; kNoLines: no row.
  uint32_t lines = kNoLines;
  static constexpr uint32_t kNoLines = 0xffffffff;
  int64_t period_start_us = 0;
  int64_t period_end_us = 0;
  std::optional<GpuTime> billed;   // empty: the row carries no GPU-hours
  std::optional<GpuTime> metered;  // empty: nothing to compare with
  // Of fees and of what a commitment had left, which no meter counts: the hours
  // by the contract. Empty of others, and where money alone was compared.
  std::optional<GpuTime> contracted;
  MoneyAmount billed_cost;
  MoneyAmount expected_cost;
  MoneyAmount difference;  // billed - expected, exact
  // Of a mixed_break: quantity effect at contract price + price effect on the
  // billed quantity = difference. Of timing: quantity_effect is for hours that
  // nothing was metered in. Of credits, adjustments and corrections that name
  // nothing: price_effect is what they give back of what is claimed.
  MoneyAmount quantity_effect;
  MoneyAmount price_effect;
  uint64_t rows = 0;  // bill rows in it
};

// One bill row group or metered cell. Ordered by (provider, currency, pool,
// sku, region, sub_account, resource, tenant, period, class, ...).
struct Break : BreakFigures {
  std::string provider;
  std::string sub_account;
  std::string region;
  std::string sku;
  std::string pool;
  std::string tenant;
  std::string resource;
  std::string matched_on;  // "provider+sub_account+region+pool+period+resource"
  std::string reason;      // one line for a person
};

struct StoredBreaks;

// Items in their order, which may be very many: of those that are the tenants'
// parts of one item only what differs is kept, so each is made when it is asked
// for. Cheap to copy; never changes, so any thread may read it.
class DRAWDOWN_EXPORT BreakList {
 public:
  class Iterator;

  BreakList() = default;
  // In this order.
  BreakList(std::vector<Break> items);            // NOLINT: the same items
  BreakList(std::initializer_list<Break> items);  // NOLINT: the same items
  // For the library itself.
  explicit BreakList(std::shared_ptr<const StoredBreaks> stored)
      : stored_(std::move(stored)) {}

  size_t size() const;
  bool empty() const { return size() == 0; }

  // REQUIRES of all three: i < size().
  Break operator[](size_t i) const;
  // The same, in the memory that `item` has.
  void Get(size_t i, Break* item) const;
  // The same without texts, which is much cheaper.
  BreakFigures figures(size_t i) const;

  // The places of the items that are not clean, in order: nearly all are, and
  // each comes from memory anew. Valid as long as the list.
  std::span<const uint32_t> breaks() const;

  Iterator begin() const;
  Iterator end() const;

 private:
  std::shared_ptr<const StoredBreaks> stored_;  // null: nothing
};

// Refers to one item at a time, which ++ replaces. The list outlives it.
// What it gives is its own, and lasts until it moves.
class BreakList::Iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = Break;
  using difference_type = std::ptrdiff_t;
  using pointer = const Break*;
  using reference = const Break&;

  Iterator() = default;
  Iterator(const BreakList* list, size_t at) : list_(list), at_(at) { Read(); }

  reference operator*() const { return item_; }
  pointer operator->() const { return &item_; }
  Iterator& operator++() {
    ++at_;
    Read();
    return *this;
  }
  Iterator operator++(int) {
    Iterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const Iterator& a, const Iterator& b) {
    return a.at_ == b.at_;
  }

 private:
  void Read() {
    if (at_ < list_->size()) list_->Get(at_, &item_);
  }

  const BreakList* list_ = nullptr;
  size_t at_ = 0;
  Break item_;
};

inline BreakList::Iterator BreakList::begin() const { return {this, 0}; }
inline BreakList::Iterator BreakList::end() const { return {this, size()}; }

// A row of the bill. Views are valid during the call.
struct BillLine {
  uint32_t lines = 0;  // Break::lines of the items it is in
  std::string_view file;
  uint64_t row = 0;
  std::string_view fields;  // each followed by a NUL, in the file's order
};

struct ReconcileCheck {
  enum class Outcome : uint8_t { kPassed, kFailed, kNotExecutable };
  std::string name;
  Outcome outcome = Outcome::kNotExecutable;
  std::string detail;
};

struct ClassTotal {
  uint64_t items = 0;
  MoneyAmount billed_cost;
  MoneyAmount expected_cost;
  MoneyAmount difference;
};

struct ReconcileOptions {
  // Sets the tolerance of lines and invoices alike; empty: a line tolerates
  // half a unit of its last published place, an invoice FOCUS 1.4's formula.
  std::optional<MoneyAmount> tolerance;
  // The key of Tags whose value is a tenant's path. Where rows have it and a
  // pool agrees, its tenants are compared too. Empty: they are not.
  std::string tenant_tag = {};
  BillOptions bill;  // how its files are read
  // What rows of the bill are remembered in; what does not fit is in temporary
  // files ($TMPDIR, else /tmp) meanwhile. Changes nothing of the result. The
  // books, and what is kept per hour and item, come on top.
  uint64_t memory_bytes = uint64_t{64} << 20;
};

struct ReconcileResult;

// Called for each row that is in an item which is not clean, once the result is
// known.
using BillLineCallback =
    std::function<void(const ReconcileResult& result, const BillLine& line)>;

struct DRAWDOWN_EXPORT ReconcileResult {
  std::string contract;
  std::string provider;  // the contract's
  // What Break::billed_cost and expected_cost are of. Without BilledCost the
  // contract is compared as an amortized bill has it (docs/reconciliation.md);
  // with kNone both are 0, and only hours are compared.
  BilledAmount amount = BilledAmount::kBilledCost;
  int64_t period_start_us = 0;
  int64_t period_end_us = 0;
  BreakList items;  // matched ones too
  std::map<std::pair<std::string, BreakClass>, ClassTotal> totals;  // currency
  std::map<std::string, MoneyAmount> billed_total;                  // currency
  std::map<std::string, MoneyAmount> expected_total;
  std::vector<ReconcileCheck> checks;
  std::vector<std::string> notes;
  // Until when the bill can be disputed; empty: the contract does not say.
  std::optional<int64_t> claim_deadline_us;

  // True when every item is clean or pending and no check failed.
  bool clean() const;
};

}  // namespace drawdown

#endif  // DRAWDOWN_RECONCILE_H_
