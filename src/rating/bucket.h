// One bucket's usage while commitments draw from it: columns by cell, because
// everything is done to all cells of a bucket at once.
#ifndef DRAWDOWN_SRC_RATING_BUCKET_H_
#define DRAWDOWN_SRC_RATING_BUCKET_H_

#include <cstdint>
#include <span>
#include <vector>

#include "rating/plan.h"
#include "rating/split.h"

namespace drawdown {

// Amounts booked under one slot, per cell.
struct BookedColumn {
  uint32_t slot = 0;
  std::vector<Int128> amounts;
};

class Bucket {
 public:
  explicit Bucket(const Plan& plan) : plan_(&plan) {}

  // Takes the cells of pools that the contract prices. False if their sum does
  // not fit 128 bits.
  bool Load(std::span<const UsageCell> cells);

  size_t size() const { return tenants_.size(); }
  uint32_t tenant(size_t cell) const { return tenants_[cell]; }
  uint32_t pool(size_t cell) const { return pools_[cell]; }
  Int128 total() const { return total_; }

  // A layer sees all usage again, whatever lower layers priced.
  void BeginLayer(bool lowest);

  // Draws at most `available` of the layer's undrawn usage that the tranche
  // applies to; returns what it drew. Hours that no lower layer priced are
  // drawn first and booked as covered, the others as counted. `allotted` are
  // the interval's parts when the terms have allotments.
  Int128 Draw(const TrancheTerms& terms, Int128 available,
              std::vector<AllottedPart>* allotted);

  // Books what no layer priced, and the tranche applies to, as its overage.
  void BookOverage(const TrancheTerms& terms);

  // Books at most `available` of what no layer priced under `slot`, of the
  // cells for which `matches(cell)`; returns how much.
  template <typename Matches>
  Int128 BookUnpriced(uint32_t slot, Int128 available, Matches&& matches) {
    const Int128 total = Weigh(unpriced_, matches);
    return Take(total, available, slot);
  }

  // What was booked, in the order slots sort in: commitment, kind, price.
  std::span<const BookedColumn* const> columns() const { return sorted_; }
  // What was booked under no slot.
  const std::vector<Int128>& unpriced() const { return unpriced_; }
  void SortColumns();

 private:
  // Weighs the cells that match by `open`; returns the sum.
  template <typename Matches>
  Int128 Weigh(const std::vector<Int128>& open, Matches&& matches) {
    Int128 total = 0;
    weights_.resize(size());
    for (size_t i = 0; i < size(); ++i) {
      weights_[i] = matches(i) ? open[i] : 0;
      total += weights_[i];
    }
    return total;
  }
  // The same for the cells that the tranche applies to, and of each only the
  // share that counts.
  Int128 WeighFor(const TrancheTerms& terms, const std::vector<Int128>& open);
  Int128 LimitToShares(const TrancheTerms& terms);
  // Divides `available` over weights_ by the rules of allotments.
  Int128 ShareAllotted(const AllotmentPlan& plan, Int128 available,
                       std::vector<AllottedPart>* allotted);
  void GroupByOwner(const AllotmentPlan& plan);
  void DivideGroup(size_t group, Int128 amount);
  void BookShares(const TrancheTerms& terms);
  // Divides `available` over weights_ into share_; returns what was divided.
  Int128 ShareOut(Int128 total, Int128 available);
  Int128 Take(Int128 total, Int128 available, uint32_t slot);
  std::vector<Int128>* NewColumn(uint32_t slot);

  const Plan* plan_;
  std::vector<uint32_t> tenants_;
  std::vector<uint32_t> pools_;
  std::vector<Int128> usage_;
  std::vector<Int128> unpriced_;  // not priced by any layer so far
  std::vector<Int128> undrawn_;   // by the current layer, unless it is lowest
  bool lowest_ = true;
  Int128 total_ = 0;

  std::vector<Int128> weights_;
  std::vector<Int128> share_;
  // Cells by the allotment they belong to, the last group without one.
  std::vector<uint32_t> grouped_;
  std::vector<size_t> group_ends_;
  std::vector<Int128> group_demand_;
  std::vector<Int128> group_weights_;
  std::vector<Int128> group_shares_;
  Splitter splitter_;
  std::vector<BookedColumn> columns_;  // the first used_ are of this bucket
  size_t used_ = 0;
  std::vector<const BookedColumn*> sorted_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_BUCKET_H_
