// Which version of a contract holds when. Plain value; the contracts must
// outlive it.
#ifndef DRAWDOWN_SRC_CONTRACT_TIMELINE_H_
#define DRAWDOWN_SRC_CONTRACT_TIMELINE_H_

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "contract/contract.h"

namespace drawdown {

// One version, from an instant until the next span's.
struct ContractSpan {
  int64_t from_us = std::numeric_limits<int64_t>::min();
  const Contract* contract = nullptr;

  friend bool operator==(const ContractSpan&, const ContractSpan&) = default;
};

class ContractTimeline {
 public:
  ContractTimeline() = default;
  // One version at all times.
  ContractTimeline(const Contract& contract)  // NOLINT: it is one
      : spans_{{.contract = &contract}} {}
  ContractTimeline(const Contract* contract)  // NOLINT: it is one
      : ContractTimeline(*contract) {}

  // Of versions in the order in which they were applied: at each instant the
  // newest that is effective by then holds. A first version that is effective
  // from the term's start also answers for the time before it.
  static ContractTimeline Of(std::span<const Contract* const> versions);

  // As this, but in `period` what `other` says: the versions a closed period
  // keeps. REQUIRES: other is not empty and holds from the period's start.
  ContractTimeline With(const Interval& period,
                        const ContractTimeline& other) const;

  bool empty() const { return spans_.empty(); }
  const std::vector<ContractSpan>& spans() const { return spans_; }

  // nullptr before the first.
  const Contract* At(int64_t at_us) const;

  // The version that speaks for a period as a whole: the one that holds at its
  // end. REQUIRES: not empty; the first where none holds.
  const Contract& For(const Interval& period) const;

 private:
  void Append(const ContractSpan& span);

  std::vector<ContractSpan> spans_;  // by time, neighbours differ
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CONTRACT_TIMELINE_H_
