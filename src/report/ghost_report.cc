#include "report/books_report.h"
#include "report/sheet.h"
#include "report/table.h"

namespace drawdown {
namespace {

std::vector<ReportColumn> GhostColumns() {
  return {{"run_id", ColumnKind::kText},
          {"attempt", ColumnKind::kCount},
          {"tenant", ColumnKind::kText},
          {"pool", ColumnKind::kText},
          {"state", ColumnKind::kWord},
          {"gpus", ColumnKind::kDecimal},
          {"start", ColumnKind::kWord},
          {"last_sign", ColumnKind::kWord},
          {"sign", ColumnKind::kWord},
          {"lease_seconds", ColumnKind::kCount},
          {"gpu_seconds_since", ColumnKind::kDecimal}};
}

Row GhostRow(const Ghost& ghost) {
  const RunInfo& run = ghost.run;
  return {run.key.run_id,
          CountCell(run.key.attempt),
          run.tenant,
          run.pool,
          std::string(RunStateName(run.state)),
          FormatGpus(run.segments.back().micro_gpus),
          TimeCell(run.segments.front().start_us),
          TimeCell(ghost.last_sign_us),
          ghost.heartbeat ? "heartbeat" : "change",
          CountCell(static_cast<uint64_t>(ghost.lease_us / kMicrosPerSecond)),
          SecondsCell(ghost.since)};
}

}  // namespace

void WriteGhosts(std::span<const Ghost> ghosts, Format format,
                 const Sink& sink) {
  ListWriter list(format, "suspects", GhostColumns(), sink);
  for (const Ghost& ghost : ghosts) list.Add(GhostRow(ghost));
  list.Finish();
}

}  // namespace drawdown
