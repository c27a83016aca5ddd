#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "report/prometheus.h"

namespace drawdown {
namespace {

absl::StatusOr<LedgerMetrics> ReadMetrics(const GlobalOptions& globals) {
  LedgerMetrics metrics;
  metrics.version = DRAWDOWN_VERSION;
  ASSIGN_OR_RETURN(const auto ledger, OpenLedger(globals));
  metrics.open_ledgers = 1;
  metrics.info = ledger->Info();
  ASSIGN_OR_RETURN(metrics.live, ledger->Live());
  UsageQuery query;
  query.by = {UsageDimension::kTenant, UsageDimension::kPool};
  ASSIGN_OR_RETURN(metrics.usage, ledger->Usage(query));
  return metrics;
}

int RunMetrics(Program* program, bool open_metrics) {
  const auto metrics = ReadMetrics(program->globals());
  if (!metrics.ok()) return Fail(metrics.status());
  WriteMetrics(
      *metrics,
      open_metrics ? MetricsText::kOpenMetrics : MetricsText::kPrometheus,
      program->output().sink());
  return kExitFine;
}

}  // namespace

void AddMetrics(Program* program) {
  auto open_metrics = std::make_shared<bool>(false);
  program
      ->AddVerb(
          "metrics",
          {"The ledger's figures as Prometheus text",
           "Usage per tenant and pool as a counter, what live meters have "
           "not drained yet,\nhow late buckets began, and how many "
           "processes count. For a node exporter's\ntextfile collector, "
           "or for whatever serves a scrape. --format has no meaning "
           "here.",
           "drawdown metrics\n"
           "drawdown metrics > drawdown.prom.new && mv drawdown.prom.new "
           "/var/lib/node_exporter/drawdown.prom\n"
           "drawdown metrics --openmetrics"})
      .Flag("openmetrics", "OpenMetrics 1.0 instead of Prometheus' own format",
            open_metrics.get())
      .Does([program, open_metrics] {
        return RunMetrics(program, *open_metrics);
      });
}

}  // namespace drawdown
