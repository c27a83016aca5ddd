#include "drawdown/meter.h"
#include "peers.h"

namespace drawdown {

void RecordByCall(uint64_t id, int64_t gpu_us) {
  Meter::OfId(id).Record(gpu_us);
}

}  // namespace drawdown
