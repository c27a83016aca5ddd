#include "report/care_report.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "report/json.h"
#include "report/sheet.h"
#include "report/table.h"
#include "report/text.h"

namespace drawdown {
namespace {

struct Fact {
  ReportColumn column;
  Cell value;
};

struct Facts {
  std::vector<ReportColumn> columns;
  Row row;
};

Facts Split(const std::vector<Fact>& facts) {
  Facts out;
  for (const Fact& fact : facts) {
    out.columns.push_back(fact.column);
    out.row.push_back(fact.value);
  }
  return out;
}

Fact Number(std::string name, uint64_t count) {
  return {{std::move(name), ColumnKind::kCount}, CountCell(count)};
}

Fact Seconds(std::string name, GpuTime time) {
  return {{std::move(name), ColumnKind::kDecimal}, SecondsCell(time)};
}

Facts VerifyFacts(const VerifyReport& report) {
  return Split(
      {{{"ok", ColumnKind::kJson}, report.ok ? "true" : "false"},
       Number("entries", report.entries),
       Number("commits", report.commits),
       Number("runs", report.runs),
       Number("usage_records", report.usage_records),
       Number("cells", report.cells),
       Seconds("from_runs_gpu_seconds", report.from_runs),
       Seconds("from_usage_gpu_seconds", report.from_usage),
       Seconds("from_meters_gpu_seconds", report.from_meters),
       Seconds("from_holds_gpu_seconds", report.from_holds),
       Seconds("in_buckets_gpu_seconds", report.in_buckets),
       Seconds("live_gpu_seconds", report.live),
       {{"at", ColumnKind::kWord}, TimeCell(report.at_us)},
       {{"chain_hash", ColumnKind::kWord}, TextCell(report.chain_hash)}});
}

Facts SalvageFacts(const SalvageReport& report) {
  return Split({Number("entries_read", report.entries_read),
                Number("entries_lost", report.entries_lost),
                Number("runs", report.runs),
                Number("usage_records", report.usage_records),
                Number("contracts", report.contracts)});
}

Facts ImportFacts(const ImportResult& result) {
  return Split(
      {Number("rows", result.rows), Number("inserted", result.inserted),
       Number("updated", result.updated), Number("unchanged", result.unchanged),
       Number("open", result.open),
       Number("never_started", result.never_started),
       Number("zero_gpu", result.zero_gpu)});
}

void WriteJson(Facts facts, std::string list_name,
               const std::vector<std::string>& list, const Sink& sink) {
  facts.columns.push_back({std::move(list_name), ColumnKind::kJson});
  facts.row.push_back(JsonTexts(list));
  WriteJsonFacts(facts.columns, facts.row, sink);
}

std::string Listed(std::string_view what,
                   const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) {
    absl::StrAppend(&out, std::string(what), ": ", InertText(line), "\n");
  }
  return out;
}

void WriteFacts(const Facts& facts, std::string_view list_name,
                std::string_view one, const std::vector<std::string>& list,
                Format format, const Sink& sink) {
  switch (format) {
    case Format::kCsv:
      return WriteCsv(facts.columns, {facts.row}, sink);
    case Format::kJson:
      return WriteJson(facts, std::string(list_name), list, sink);
    case Format::kTable:
      return sink(RenderFacts(facts.columns, facts.row) + Listed(one, list));
  }
}

}  // namespace

void WriteVerifyReport(const VerifyReport& report, Format format,
                       const Sink& sink) {
  if (format == Format::kTable) {
    sink(report.ok ? "the books are sound\n" : "the books are NOT sound\n");
  }
  WriteFacts(VerifyFacts(report), "findings", "finding", report.findings,
             format, sink);
}

void WriteSalvageReport(const SalvageReport& report, Format format,
                        const Sink& sink) {
  WriteFacts(SalvageFacts(report), "losses", "lost", report.losses, format,
             sink);
}

void WriteImportJson(const ImportResult& result, const Sink& sink) {
  WriteJson(ImportFacts(result), "notes", result.notes, sink);
}

std::string ImportLine(const ImportResult& result, std::string_view verb,
                       std::string_view what) {
  return absl::StrCat(std::string(verb), " ", result.rows, " ",
                      std::string(what), result.rows == 1 ? "" : "s", ": ",
                      result.inserted, " new, ", result.updated, " updated, ",
                      result.unchanged, " unchanged");
}

}  // namespace drawdown
