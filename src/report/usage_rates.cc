#include "report/usage_rates.h"

#include "base/wide.h"

namespace drawdown {
namespace {

constexpr Int128 kThousandths = 1'000;

GpuTime TotalOf(const UsageTotals& totals, const TenantPool& key) {
  const auto found = totals.find(key);
  return found == totals.end() ? GpuTime() : found->second;
}

}  // namespace

void UsageRates::Add(int64_t at_us, UsageTotals totals) {
  if (!samples_.empty() && at_us <= samples_.back().at_us) samples_.clear();
  samples_.push_back({at_us, std::move(totals)});
  while (samples_.size() > 2 && samples_[1].at_us <= at_us - window_us_) {
    samples_.pop_front();
  }
}

std::optional<Int128> UsageRates::Since(const TotalsAt& before,
                                        const TenantPool& key) const {
  const TotalsAt& now = samples_.back();
  const GpuTime change = TotalOf(now.totals, key) - TotalOf(before.totals, key);
  if (!change.valid()) return std::nullopt;
  const auto rate =
      MulDivHalfEven(change.count(), kThousandths, now.at_us - before.at_us);
  if (!rate.ok()) return std::nullopt;
  return *rate;
}

std::optional<Int128> UsageRates::SinceLast(const TenantPool& key) const {
  if (samples_.size() < 2) return std::nullopt;
  return Since(samples_[samples_.size() - 2], key);
}

std::optional<Int128> UsageRates::OverWindow(const TenantPool& key) const {
  if (samples_.size() < 2) return std::nullopt;
  const TotalsAt& first = samples_.front();
  if (first.at_us > samples_.back().at_us - window_us_) return std::nullopt;
  return Since(first, key);
}

}  // namespace drawdown
