// A ledger with many meters, for measuring what meters cost.
#ifndef DRAWDOWN_BENCHMARKS_METER_METER_BOOKS_H_
#define DRAWDOWN_BENCHMARKS_METER_METER_BOOKS_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "drawdown/ledger.h"

namespace drawdown {

class MeterBooks {
 public:
  // A new ledger below `folder`, which is emptied first. With an interval of 0
  // nothing drains but Drain(), and time stands still.
  MeterBooks(const std::string& folder, size_t meters,
             std::chrono::milliseconds drain_interval);
  ~MeterBooks();

  Ledger& ledger() { return *ledger_; }
  const std::vector<Meter>& meters() const { return meters_; }

  // Makes the lanes file have this many threads' lanes, each with counts of
  // every meter.
  void MakeLanes(size_t lanes);
  void RecordAll(int64_t gpu_us) const {
    for (const Meter& meter : meters_) meter.Record(gpu_us);
  }
  void NextBucket() { now_us_ += kMicrosPerHour; }

 private:
  const std::string path_;
  std::atomic<int64_t> now_us_;
  std::unique_ptr<Ledger> ledger_;
  std::vector<Meter> meters_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_BENCHMARKS_METER_METER_BOOKS_H_
