#include "report/books_report.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "report/json.h"
#include "report/sheet.h"
#include "report/text.h"

namespace drawdown {
namespace {

std::vector<ReportColumn> RunColumns() {
  return {{"run_id", ColumnKind::kText},      {"attempt", ColumnKind::kCount},
          {"tenant", ColumnKind::kText},      {"pool", ColumnKind::kText},
          {"state", ColumnKind::kWord},       {"reason", ColumnKind::kWord},
          {"source_state", ColumnKind::kText}};
}

std::vector<ReportColumn> SegmentColumns() {
  return {{"gpus", ColumnKind::kDecimal},
          {"start", ColumnKind::kWord},
          {"end", ColumnKind::kWord}};
}

std::vector<ReportColumn> RunColumnsOf(Format format) {
  std::vector<ReportColumn> columns = RunColumns();
  if (format == Format::kJson) {
    columns.push_back({"device", ColumnKind::kText});
    columns.push_back({"share", ColumnKind::kWord});
    columns.push_back({"segments", ColumnKind::kJson});
  } else {
    for (ReportColumn& column : SegmentColumns()) columns.push_back(column);
  }
  columns.push_back({"journal_sequence", ColumnKind::kCount});
  return columns;
}

Row RunRowOf(const RunInfo& run) {
  return {run.key.run_id,
          CountCell(run.key.attempt),
          run.tenant,
          run.pool,
          std::string(RunStateName(run.state)),
          std::string(StopReasonName(run.reason)),
          TextCell(run.source_state)};
}

Row SegmentRow(const Segment& segment) {
  return {FormatGpus(segment.micro_gpus), TimeCell(segment.start_us),
          TimeCell(segment.end_us)};
}

std::string SegmentsJson(const RunInfo& run) {
  std::vector<ReportColumn> columns = SegmentColumns();
  columns.push_back({"suspended", ColumnKind::kJson});
  std::string out = "[";
  for (const Segment& segment : run.segments) {
    if (out.size() > 1) out.append(", ");
    Row row = SegmentRow(segment);
    row.push_back(segment.suspended ? "true" : "false");
    AppendJsonRow(columns, row, &out);
  }
  return out + "]";
}

Row Joined(Row row, const Row& segment, uint64_t sequence) {
  row.insert(row.end(), segment.begin(), segment.end());
  row.push_back(CountCell(sequence));
  return row;
}

// GPUs are those of the last segment; start and end those of the run.
Row ChangeRow(const RunInfo& run, bool changed) {
  Row row = RunRowOf(run);
  row.back() = changed ? "true" : "false";  // Not what a source called it.
  Row span(SegmentColumns().size());
  if (!run.segments.empty()) {
    span = SegmentRow(run.segments.back());
    span[1] = TimeCell(run.segments.front().start_us);
    if (run.state != RunState::kEnded) span[2] = std::nullopt;
  }
  row.insert(row.end() - 1, span.begin(), span.end());
  return row;
}

std::vector<ReportColumn> ChangeColumns() {
  std::vector<ReportColumn> columns = RunColumns();
  columns.back() = {"changed", ColumnKind::kJson};
  const std::vector<ReportColumn> span = SegmentColumns();
  columns.insert(columns.end() - 1, span.begin(), span.end());
  return columns;
}

void WriteFacts(const std::vector<ReportColumn>& columns, const Row& row,
                Format format, const Sink& sink) {
  if (format == Format::kCsv) return WriteCsv(columns, {row}, sink);
  if (format == Format::kTable) return sink(RenderFacts(columns, row));
  WriteJsonFacts(columns, row, sink);
}

std::vector<ReportColumn> ContractColumns() {
  return {{"id", ColumnKind::kText},         {"version", ColumnKind::kCount},
          {"provider", ColumnKind::kText},   {"currency", ColumnKind::kWord},
          {"term_start", ColumnKind::kWord}, {"term_end", ColumnKind::kWord},
          {"effective", ColumnKind::kWord},  {"applied", ColumnKind::kWord},
          {"file", ColumnKind::kText}};
}

Row ContractRow(const ContractInfo& contract) {
  return {contract.id,
          CountCell(contract.version),
          contract.provider,
          contract.currency.ToString(),
          TimeCell(contract.term_start_us),
          TimeCell(contract.term_end_us),
          TimeCell(contract.effective_us),
          TimeCell(contract.applied_us),
          TextCell(contract.file_name)};
}

// With the ids of its commitments: a list in JSON, a text elsewhere.
std::vector<ReportColumn> ListedColumns(Format format) {
  std::vector<ReportColumn> columns = ContractColumns();
  columns.push_back({"commitments", format == Format::kJson
                                        ? ColumnKind::kJson
                                        : ColumnKind::kText});
  return columns;
}

Row ListedRow(const ContractInfo& contract, Format format) {
  Row row = ContractRow(contract);
  row.push_back(format == Format::kJson
                    ? Cell(JsonTexts(contract.commitments))
                    : TextCell(absl::StrJoin(contract.commitments, " ")));
  return row;
}

std::vector<ReportColumn> LedgerColumns() {
  return {
      {"directory", ColumnKind::kText},  {"uuid", ColumnKind::kWord},
      {"format", ColumnKind::kCount},    {"bucket_seconds", ColumnKind::kCount},
      {"created", ColumnKind::kWord},    {"entries", ColumnKind::kCount},
      {"chain_hash", ColumnKind::kWord},
  };
}

Row LedgerRow(const LedgerInfo& info) {
  return {info.directory,
          TextCell(info.uuid),
          CountCell(info.format),
          CountCell(info.bucket_us / kMicrosPerSecond),
          TimeCell(info.created_us),
          CountCell(info.entries),
          TextCell(info.chain_hash)};
}

}  // namespace

RunWriter::RunWriter(Format format, const Sink& sink)
    : format_(format), list_(format, "runs", RunColumnsOf(format), sink) {}

void RunWriter::Add(const RunInfo& run) {
  const Row row = RunRowOf(run);
  if (format_ == Format::kJson) {
    list_.Add(
        Joined(row,
               {TextCell(run.device),
                TextCell(run.device.empty() ? "" : FormatRatio(run.share)),
                SegmentsJson(run)},
               run.journal_sequence));
    return;
  }
  for (const Segment& segment : run.segments) {
    list_.Add(Joined(row, SegmentRow(segment), run.journal_sequence));
  }
  if (run.segments.empty()) {
    list_.Add(Joined(row, Row(SegmentColumns().size()), run.journal_sequence));
  }
}

void RunWriter::Finish() { list_.Finish(); }

void WriteRunTotals(const RunTotals& totals, Format format, const Sink& sink) {
  std::vector<ReportColumn> columns = {{"runs", ColumnKind::kCount}};
  Row row = {CountCell(totals.runs)};
  for (size_t state = 0; state < totals.by_state.size(); ++state) {
    columns.push_back({std::string(RunStateName(static_cast<RunState>(state))),
                       ColumnKind::kCount});
    row.push_back(CountCell(totals.by_state[state]));
  }
  columns.push_back({"gpu_seconds", ColumnKind::kDecimal});
  columns.push_back({"gpu_hours", ColumnKind::kDecimal});
  row.push_back(SecondsCell(totals.gpu_time));
  row.push_back(HoursCell(totals.gpu_time));
  WriteFacts(columns, row, format, sink);
}

void WriteRunChange(const RunInfo& run, bool changed, Format format,
                    const Sink& sink) {
  WriteFacts(ChangeColumns(), ChangeRow(run, changed), format, sink);
}

CapacityWriter::CapacityWriter(Format format, const Sink& sink)
    : list_(format, "capacity",
            {{"pool", ColumnKind::kText},
             {"start", ColumnKind::kWord},
             {"end", ColumnKind::kWord},
             {"gpus", ColumnKind::kDecimal},
             {"state", ColumnKind::kWord},
             {"capacity_id", ColumnKind::kText},
             {"journal_sequence", ColumnKind::kCount}},
            sink) {}

void CapacityWriter::Add(const CapacityInfo& info) {
  const CapacityRecord& record = info.record;
  list_.Add({record.pool, TimeCell(record.start_us), TimeCell(record.end_us),
             FormatGpus(record.micro_gpus),
             std::string(CapacityStateName(record.state)),
             TextCell(record.capacity_id), CountCell(info.journal_sequence)});
}

void CapacityWriter::Finish() { list_.Finish(); }

JournalWriter::JournalWriter(Format format, const Sink& sink)
    : list_(format, "entries",
            {{"sequence", ColumnKind::kCount},
             {"recorded", ColumnKind::kWord},
             {"kind", ColumnKind::kWord},
             {"subject", ColumnKind::kText},
             {"detail", ColumnKind::kText}},
            sink) {}

void JournalWriter::Add(const JournalEntry& entry) {
  list_.Add({CountCell(entry.sequence), TimeCell(entry.recorded_us), entry.kind,
             TextCell(entry.subject), TextCell(entry.detail)});
}

void JournalWriter::Finish() { list_.Finish(); }

void WriteContracts(std::span<const ContractInfo> contracts, Format format,
                    const Sink& sink) {
  ListWriter list(format, "contracts", ListedColumns(format), sink);
  for (const ContractInfo& contract : contracts) {
    list.Add(ListedRow(contract, format));
  }
  list.Finish();
}

void WriteContract(const ContractInfo& contract, Format format,
                   const Sink& sink) {
  if (format == Format::kTable) return sink(contract.text);
  if (format == Format::kCsv) {
    return WriteContracts({&contract, 1}, format, sink);
  }
  std::vector<ReportColumn> columns = ListedColumns(format);
  Row row = ListedRow(contract, format);
  std::vector<std::string> states;  // "reserved active"
  for (const CommitmentLife& life : contract.lives) {
    states.push_back(absl::StrCat(
        life.commitment, " ", std::string(CommitmentStateName(life.state))));
  }
  columns.push_back({"commitment_states", ColumnKind::kJson});
  row.push_back(JsonTexts(states));
  columns.push_back({"text", ColumnKind::kText});
  row.push_back(contract.text);
  WriteJsonFacts(columns, row, sink);
}

void WriteLedgerInfo(const LedgerInfo& info, Format format, const Sink& sink) {
  WriteFacts(LedgerColumns(), LedgerRow(info), format, sink);
}

}  // namespace drawdown
