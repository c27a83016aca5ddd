#include "cli/agreed_lines.h"

#include <array>
#include <set>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/csv.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/source.h"
#include "report/break_report.h"

namespace drawdown {
namespace {

// What tells one line of a breaks file from another.
constexpr std::array<std::string_view, 11> kIdentity = {"class",
                                                        "provider",
                                                        "sub_account",
                                                        "sku",
                                                        "pool",
                                                        "resource",
                                                        "period_start",
                                                        "period_end",
                                                        "billed_gpu_seconds",
                                                        "metered_gpu_seconds",
                                                        "billed_cost"};

struct AgreedLine {
  std::string identity;
  UsageRecord record;
  std::string problem;  // why the books cannot take it; empty: they can
  uint64_t line = 0;
};

// The identities of what the reconciliation found, as its file would say.
std::set<std::string> FoundLines(const ReconcileResult& result) {
  std::string text;
  WriteBreaksCsv(result, [&text](std::string_view part) { text.append(part); });
  std::set<std::string> found;
  const auto source = MemorySource("breaks", std::move(text));
  CsvReader reader(source.get());
  if (!reader.ReadHeader().ok()) return found;
  for (;;) {
    const auto more = reader.Next();
    if (!more.ok() || !*more) return found;
    std::string identity;
    for (const std::string_view name : kIdentity) {
      absl::StrAppend(
          &identity,
          std::string(
              reader.fields()[static_cast<size_t>(reader.Column(name))]),
          "\n");
    }
    found.insert(identity);
  }
}

// Which of `ids` the journal has as usage records.
absl::StatusOr<std::set<std::string>> PostedBefore(
    const std::set<std::string>& ids, const Ledger& ledger) {
  std::set<std::string> posted;
  if (ids.empty()) return posted;
  RETURN_IF_ERROR(ledger.VisitJournal(0, [&](const JournalEntry& entry) {
    if (ids.contains(entry.subject)) posted.insert(entry.subject);
    return posted.size() < ids.size();
  }));
  return posted;
}

class AgreedReader {
 public:
  AgreedReader(CsvReader* reader, const ReconcileResult& result,
               const std::string& tenant)
      : reader_(*reader), result_(result), tenant_(tenant) {}

  absl::Status CheckColumns() const {
    for (const std::string_view name : kIdentity) {
      if (reader_.Column(name) >= 0) continue;
      return MakeError(
          ErrorCode::kMissingColumn,
          absl::StrCat(reader_.Where(), ": no column ", std::string(name),
                       ": give lines of a --breaks file"));
    }
    return absl::OkStatus();
  }

  AgreedLine Read() const {
    AgreedLine line;
    line.line = reader_.line();
    for (const std::string_view name : kIdentity) {
      absl::StrAppend(&line.identity, Field(name), "\n");
    }
    const auto start = ParseInstant(Field("period_start"));
    const auto end = ParseInstant(Field("period_end"));
    const auto billed = ParseGpuSeconds(Field("billed_gpu_seconds"));
    const std::string metered_text = Field("metered_gpu_seconds");
    const auto metered =
        ParseGpuSeconds(metered_text.empty() ? "0" : metered_text);
    UsageRecord& record = line.record;
    record.pool = Field("pool");
    record.tenant = reader_.Column("tenant") < 0 ? "" : Field("tenant");
    if (record.tenant.empty()) record.tenant = tenant_;
    if (!start.ok() || !end.ok() || !billed.ok() || !metered.ok()) {
      line.problem = "its period or its billed GPU time is no such value";
      return line;
    }
    record.start_us = *start;
    record.end_us = *end;
    record.gpu_time = *billed - *metered;
    record.usage_id =
        absl::StrCat("bill:", result_.contract, ":", Field("period_start"), ":",
                     HexOf(Sha256Of(line.identity)).substr(0, 16));
    line.problem = ProblemOf(record);
    return line;
  }

 private:
  std::string Field(std::string_view name) const {
    return std::string(
        reader_.fields()[static_cast<size_t>(reader_.Column(name))]);
  }

  static std::string ProblemOf(const UsageRecord& record) {
    if (record.pool.empty()) return "it is of no pool of the contract";
    if (record.gpu_time <= GpuTime()) {
      return "it bills no hours beyond what is metered; metered hours are "
             "corrected with `correct runs`";
    }
    if (record.tenant.empty()) {
      return "it names no tenant: give --post-tenant";
    }
    return "";
  }

  CsvReader& reader_;
  const ReconcileResult& result_;
  const std::string& tenant_;
};

absl::StatusOr<std::vector<AgreedLine>> ReadLines(
    const std::string& path, const std::string& tenant,
    const ReconcileResult& result) {
  ASSIGN_OR_RETURN(const auto source, OpenSource(path));
  CsvReader reader(source.get());
  RETURN_IF_ERROR(reader.ReadHeader());
  const AgreedReader agreed(&reader, result, tenant);
  RETURN_IF_ERROR(agreed.CheckColumns());
  std::vector<AgreedLine> lines;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, reader.Next());
    if (!more) return lines;
    lines.push_back(agreed.Read());
  }
}

}  // namespace

absl::StatusOr<std::vector<UsageRecord>> ReadAgreedLines(
    const std::string& path, const std::string& tenant,
    const ReconcileResult& result, const Ledger& ledger) {
  ASSIGN_OR_RETURN(std::vector<AgreedLine> lines,
                   ReadLines(path, tenant, result));
  const std::set<std::string> found = FoundLines(result);
  std::set<std::string> missing;
  for (const AgreedLine& line : lines) {
    if (!found.contains(line.identity)) missing.insert(line.record.usage_id);
  }
  ASSIGN_OR_RETURN(const std::set<std::string> posted,
                   PostedBefore(missing, ledger));
  std::vector<UsageRecord> records;
  std::string problems;
  for (AgreedLine& line : lines) {
    if (line.problem.empty() && !found.contains(line.identity) &&
        !posted.contains(line.record.usage_id)) {
      line.problem = "this reconciliation has no such line";
    }
    if (!line.problem.empty()) {
      absl::StrAppend(&problems, problems.empty() ? "" : "\n", path, ":",
                      line.line, ": ", line.problem);
    }
    records.push_back(std::move(line.record));
  }
  if (!problems.empty()) return MakeError(ErrorCode::kBadRow, problems);
  return records;
}

}  // namespace drawdown
