#include "report/refund_report.h"

#include "absl/strings/str_cat.h"
#include "report/json.h"
#include "report/sheet.h"

namespace drawdown {
namespace {

std::vector<ReportColumn> RefundedColumns(Format format) {
  const ColumnKind refunds =
      format == Format::kJson ? ColumnKind::kJson : ColumnKind::kText;
  return {{"run_id", ColumnKind::kText},
          {"attempt", ColumnKind::kCount},
          {"tenant", ColumnKind::kText},
          {"pool", ColumnKind::kText},
          {"reason", ColumnKind::kWord},
          {"stop", ColumnKind::kWord},
          {"metered_gpu_seconds", ColumnKind::kDecimal},
          {"policy_gpu_seconds", ColumnKind::kDecimal},
          {"refunded_gpu_seconds", ColumnKind::kDecimal},
          {"net_gpu_seconds", ColumnKind::kDecimal},
          {"refunds", refunds}};
}

std::string RefundsJson(const RefundedRun& run) {
  const std::vector<ReportColumn> columns = {
      {"refund_id", ColumnKind::kText},
      {"gpu_seconds", ColumnKind::kDecimal},
      {"share", ColumnKind::kWord},
      {"reason", ColumnKind::kText},
      {"journal_sequence", ColumnKind::kCount}};
  std::string out = "[";
  for (const RefundInfo& refund : run.refunds) {
    if (out.size() > 1) out.append(", ");
    AppendJsonRow(
        columns,
        {refund.refund_id, SecondsCell(refund.amount),
         TextCell(refund.share.zero() ? "" : FormatRatio(refund.share)),
         refund.reason, CountCell(refund.journal_sequence)},
        &out);
  }
  return out + "]";
}

std::string RefundIds(const RefundedRun& run) {
  std::string out;
  for (const RefundInfo& refund : run.refunds) {
    absl::StrAppend(&out, out.empty() ? "" : " ", refund.refund_id);
  }
  return out;
}

}  // namespace

RefundWriter::RefundWriter(Format format, const Sink& sink)
    : format_(format), list_(format, "runs", RefundedColumns(format), sink) {}

void RefundWriter::Add(const RefundedRun& run) {
  list_.Add({run.key.run_id, CountCell(run.key.attempt), run.tenant, run.pool,
             std::string(StopReasonName(run.reason)), TimeCell(run.stop_us),
             SecondsCell(run.metered), SecondsCell(run.by_policy),
             SecondsCell(run.refunded), SecondsCell(run.net()),
             format_ == Format::kJson ? Cell(RefundsJson(run))
                                      : TextCell(RefundIds(run))});
}

void RefundWriter::Finish() { list_.Finish(); }

}  // namespace drawdown
