#include "contract/timeline.h"

#include <algorithm>

#include "base/check.h"

namespace drawdown {
namespace {

constexpr int64_t kAlways = std::numeric_limits<int64_t>::min();

int64_t HoldsFrom(const Contract& contract) {
  return contract.effective_us <= contract.term.start_us
             ? kAlways
             : contract.effective_us;
}

}  // namespace

ContractTimeline ContractTimeline::Of(
    std::span<const Contract* const> versions) {
  ContractTimeline timeline;
  for (const Contract* version : versions) {
    const int64_t from_us = HoldsFrom(*version);
    std::erase_if(timeline.spans_, [from_us](const ContractSpan& span) {
      return span.from_us >= from_us;
    });
    timeline.Append({from_us, version});
  }
  return timeline;
}

void ContractTimeline::Append(const ContractSpan& span) {
  if (!spans_.empty() && spans_.back().contract == span.contract) return;
  spans_.push_back(span);
}

ContractTimeline ContractTimeline::With(const Interval& period,
                                        const ContractTimeline& other) const {
  ContractTimeline result;
  for (const ContractSpan& span : spans_) {
    if (span.from_us < period.start_us) result.Append(span);
  }
  const Contract* first = other.At(period.start_us);
  CHECK(first != nullptr);
  result.Append({period.start_us, first});
  for (const ContractSpan& span : other.spans_) {
    if (period.start_us < span.from_us && span.from_us < period.end_us) {
      result.Append(span);
    }
  }
  if (const Contract* next = At(period.end_us)) {
    result.Append({period.end_us, next});
  }
  for (const ContractSpan& span : spans_) {
    if (span.from_us > period.end_us) result.Append(span);
  }
  return result;
}

const Contract* ContractTimeline::At(int64_t at_us) const {
  const Contract* holds = nullptr;
  for (const ContractSpan& span : spans_) {
    if (span.from_us > at_us) break;
    holds = span.contract;
  }
  return holds;
}

const Contract& ContractTimeline::For(const Interval& period) const {
  CHECK(!spans_.empty());
  const Contract* holds = At(period.end_us - 1);
  return holds == nullptr ? *spans_.front().contract : *holds;
}

}  // namespace drawdown
