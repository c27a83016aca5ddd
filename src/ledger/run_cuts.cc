#include "ledger/run_cuts.h"

#include <algorithm>

#include "base/civil.h"
#include "base/error.h"
#include "ledger/buckets.h"
#include "ledger/records.h"
#include "ledger/tenant_moves.h"

namespace drawdown {

absl::Status VisitRunCuts(
    ReadTransaction* transaction, int64_t bucket_us,
    const std::vector<int64_t>& cuts,
    const std::function<void(uint32_t, uint32_t, int64_t, GpuTime)>& add) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   transaction->NewCursor(Table::kRuns));
  TenantMoves moves(transaction);
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(std::string(1, '\0')));
  while (found) {
    ASSIGN_OR_RETURN(const Run run, DecodeRun(cursor->key(), cursor->value()));
    for (const Segment& segment : run.segments) {
      for (auto cut =
               std::upper_bound(cuts.begin(), cuts.end(), segment.start_us);
           cut != cuts.end(); ++cut) {
        const int64_t bucket_start = FloorTo(*cut, bucket_us);
        if (segment.end_us && *segment.end_us <= bucket_start) break;
        ASSIGN_OR_RETURN(const uint32_t tenant,
                         moves.At(run.tenant, bucket_start));
        add(tenant, run.pool, *cut,
            SegmentTimeUntil(segment, *cut) -
                SegmentTimeUntil(segment, bucket_start));
      }
    }
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return absl::OkStatus();
}

}  // namespace drawdown
