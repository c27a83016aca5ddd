#include "cli/live_sampler.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/civil.h"
#include "base/error.h"

namespace drawdown {
namespace {

UsageTotals TotalsOf(const UsageAnswer& answer) {
  UsageTotals totals;
  for (const UsageRow& row : answer.rows) {
    totals[{row.group[0], row.group[1]}] = row.gpu_time;
  }
  return totals;
}

}  // namespace

LiveSampler::LiveSampler(const Ledger& ledger, std::string tenant,
                         std::string pool)
    : ledger_(ledger),
      info_(ledger.Info()),
      tenant_(std::move(tenant)),
      pool_(std::move(pool)),
      rates_(kMicrosPerMinute) {}

absl::StatusOr<UsageAnswer> LiveSampler::UsageFrom(int64_t from_us) const {
  UsageQuery query;
  query.from_us = from_us;
  query.by = {UsageDimension::kTenant, UsageDimension::kPool};
  query.tenant = tenant_;
  query.pool = pool_;
  return ledger_.Usage(query);
}

absl::StatusOr<LiveTable> LiveSampler::Sample() {
  ASSIGN_OR_RETURN(LiveView live, ledger_.Live());
  if (origin_us_ == 0) {
    // Counting goes over to a new bucket a little late, or, where nobody drains
    // in the background, whenever somebody does.
    const int64_t before_us = live.at_us - info_.bucket_us;
    const int64_t from_us =
        live.bucket_us > 0 ? std::min(before_us, live.bucket_us) : before_us;
    origin_us_ = FloorTo(from_us, info_.bucket_us);
  }
  ASSIGN_OR_RETURN(const UsageAnswer since_origin, UsageFrom(origin_us_));
  at_us_ = since_origin.to_us;
  totals_ = TotalsOf(since_origin);
  rates_.Add(at_us_, totals_);
  ASSIGN_OR_RETURN(const UsageAnswer in_bucket,
                   UsageFrom(FloorTo(at_us_, info_.bucket_us)));
  return Assemble(std::move(live), in_bucket);
}

LiveTable LiveSampler::Assemble(LiveView live,
                                const UsageAnswer& in_bucket) const {
  const UsageTotals used = TotalsOf(in_bucket);
  std::map<TenantPool, std::vector<uint32_t>> pids;
  for (LiveMeter& meter : live.meters) {
    pids[{meter.tenant, meter.pool}] = std::move(meter.pids);
  }
  LiveTable table;
  table.ledger = info_.directory;
  table.at_us = at_us_;
  table.bucket_us = info_.bucket_us;
  table.bucket_start_us = FloorTo(at_us_, info_.bucket_us);
  // Whatever is used in the bucket is also in the totals.
  for (const auto& [key, total] : totals_) {
    const auto found = used.find(key);
    LiveTableRow row = {key.first, key.second,
                        found == used.end() ? GpuTime() : found->second};
    row.milli_gpus_now = rates_.SinceLast(key);
    row.milli_gpus_minute = rates_.OverWindow(key);
    row.pids = pids[key];
    const bool idle = row.in_bucket.zero() && row.pids.empty() &&
                      row.milli_gpus_now.value_or(0) == 0 &&
                      row.milli_gpus_minute.value_or(0) == 0;
    if (!idle) table.rows.push_back(std::move(row));
  }
  table.live = std::move(live);
  SortLiveRows(&table.rows);
  return table;
}

}  // namespace drawdown
