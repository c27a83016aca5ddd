#include "ledger/waived_runs.h"

#include "base/error.h"
#include "base/path.h"
#include "ledger/inspect.h"
#include "ledger/refunds.h"
#include "ledger/series.h"

namespace drawdown {
namespace {

absl::StatusOr<RefundedRun> Described(ReadTransaction* books,
                                      const RunInfo& info, const Run& run,
                                      const WaivedUsage& usage) {
  RefundedRun refunded;
  refunded.key = info.key;
  refunded.tenant = info.tenant;
  refunded.pool = info.pool;
  refunded.reason = ReasonOf(run);
  refunded.stop_us = usage.end_us();
  refunded.metered = usage.metered();
  refunded.by_policy = usage.by_policy();
  refunded.refunded = usage.refunded();
  ASSIGN_OR_RETURN(const auto named, ReadRefundsOf(books, info.key));
  for (const NamedRefund& one : named) {
    ASSIGN_OR_RETURN(const auto stored, ReadRefund(books, one.refund_id));
    if (!stored) continue;
    refunded.refunds.push_back({one.refund_id, stored->amount, stored->share,
                                stored->reason, stored->sequence});
  }
  return refunded;
}

}  // namespace

absl::Status VisitWaivedRuns(
    ReadTransaction* books,
    const std::function<absl::StatusOr<bool>(const RunKey&, const Run&,
                                             const WaivedUsage&)>& visit) {
  ASSIGN_OR_RETURN(const WaiverList waivers, ReadWaivers(books));
  ASSIGN_OR_RETURN(const NameTables names, ReadNames(books));
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kRuns));
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(""));
  for (; found;) {
    ASSIGN_OR_RETURN(const Run run, DecodeRun(cursor->key(), cursor->value()));
    if (run.state == RunState::kEnded) {
      const RunKey key = DecodeRunKey(cursor->key());
      ASSIGN_OR_RETURN(const auto refunds, ReadRefundsOf(books, key));
      ASSIGN_OR_RETURN(
          const WaivedUsage usage,
          WaivedUsage::Of(run,
                          WaiverFor(waivers, run, TenantOf(run, names),
                                    names.pools.at(run.pool)),
                          SumOf(refunds)));
      if (!usage.zero() || !refunds.empty()) {
        ASSIGN_OR_RETURN(const bool more, visit(key, run, usage));
        if (!more) return absl::OkStatus();
      }
    }
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return absl::OkStatus();
}

absl::Status VisitRefundedRuns(
    ReadTransaction* books, const RunQuery& query,
    const std::function<bool(const RefundedRun&)>& visit) {
  RETURN_IF_ERROR(CheckStars(query.pool));
  ASSIGN_OR_RETURN(const NameTables names, ReadNames(books));
  uint64_t visited = 0;
  return VisitWaivedRuns(books,
                         [&](const RunKey& key, const Run& run,
                             const WaivedUsage& usage) -> absl::StatusOr<bool> {
                           const RunInfo info = MakeRunInfo(key, run, names);
                           if (!Selects(query, info)) return true;
                           ASSIGN_OR_RETURN(const RefundedRun refunded,
                                            Described(books, info, run, usage));
                           return visit(refunded) && ++visited != query.limit;
                         });
}

}  // namespace drawdown
