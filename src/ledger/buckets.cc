#include "ledger/buckets.h"

#include "base/wide.h"

namespace drawdown {

GpuTime LevelTime(Int128 micro_gpus, int64_t duration_us) {
  // Most products fit 64 bits, whose division is far cheaper.
  int64_t narrow = 0;
  if (!__builtin_mul_overflow(micro_gpus, duration_us, &narrow)) {
    const int64_t rest = narrow % kMicroGpusPerGpu;
    return GpuTime(narrow / kMicroGpusPerGpu - (rest < 0 ? 1 : 0));
  }
  Int128 product = 0;
  if (__builtin_mul_overflow(micro_gpus, static_cast<Int128>(duration_us),
                             &product)) {
    return GpuTime::Invalid();
  }
  const Int128 rest = product % kMicroGpusPerGpu;
  return GpuTime(product / kMicroGpusPerGpu - (rest < 0 ? 1 : 0));
}

GpuTime SegmentTimeUntil(const Segment& segment, int64_t cut_us) {
  if (cut_us <= segment.start_us) return GpuTime();
  if (segment.end_us && cut_us >= *segment.end_us) {
    const Int128 exact = static_cast<Int128>(segment.micro_gpus) *
                         (*segment.end_us - segment.start_us);
    return GpuTime(DivHalfEven(exact, kMicroGpusPerGpu));
  }
  return LevelTime(segment.micro_gpus, cut_us - segment.start_us);
}

}  // namespace drawdown
