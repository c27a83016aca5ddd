// Posting what live meters counted, and how far they are drained.
#include "base/check.h"
#include "base/error.h"
#include "ledger/buckets.h"
#include "ledger/posting.h"

namespace drawdown {

absl::Status Posting::Post(const UsageDrained& usage) {
  CHECK(usage.gpu_time.valid() && GpuTime() < usage.gpu_time);
  CHECK(BucketStart(BucketOf(usage.bucket_us, bucket_us_), bucket_us_) ==
        usage.bucket_us);
  Journal(usage);
  return AddAmount(usage.tenant, usage.pool,
                   BucketOf(usage.bucket_us, bucket_us_), usage.gpu_time);
}

absl::Status Posting::Post(const UsageLost& loss) {
  Journal(loss);
  return absl::OkStatus();
}

void Posting::PutLive(std::string key, std::string value) {
  live_[std::move(key)] = std::move(value);
}

void Posting::DeleteLive(std::string key) {
  live_[std::move(key)] = std::nullopt;
}

absl::Status Posting::FlushLive() {
  for (const auto& [key, value] : live_) {
    RETURN_IF_ERROR(value ? transaction_->Put(Table::kLive, key, *value)
                          : transaction_->Delete(Table::kLive, key));
  }
  return absl::OkStatus();
}

}  // namespace drawdown
