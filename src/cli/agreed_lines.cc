#include "cli/agreed_lines.h"

#include <array>
#include <filesystem>
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

// Whether a break of this class says, by its hours, that the meter was down.
// Copies, other currencies, other scales and the like are errors of the bill.
bool SaysUsageIsMissing(BreakClass kind) {
  return kind == BreakClass::kUnmeteredCharge ||
         kind == BreakClass::kQuantityBreak ||
         kind == BreakClass::kMixedBreak ||
         kind == BreakClass::kCommitmentOverage;
}

// How much of the bill a record names: a person looks up the first rows, and
// the journal is no copy of the bill.
constexpr uint64_t kMostCited = 8;
constexpr size_t kMostCitedBytes = 800;
constexpr size_t kLongName = 200;

std::string IdentityOf(const CsvReader& reader) {
  std::string identity;
  for (const std::string_view name : kIdentity) {
    absl::StrAppend(
        &identity,
        std::string(reader.fields()[static_cast<size_t>(reader.Column(name))]),
        "\n");
  }
  return identity;
}

// "bills/october.csv:12".
std::string PlaceOf(const BillLine& line) {
  std::string file(line.file);
  if (file.size() > kLongName) {
    file = std::filesystem::path(file).filename().string();
  }
  for (char& c : file) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return absl::StrCat(file, ":", line.row);
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

}  // namespace

class AgreedLines::Reader {
 public:
  Reader(CsvReader* reader, const std::string& tenant)
      : reader_(*reader), tenant_(tenant) {}

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

  Line Read() const {
    Line line;
    line.number = reader_.line();
    line.identity = IdentityOf(reader_);
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
        absl::StrCat(Field("period_start"), ":",
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
  const std::string& tenant_;
};

absl::StatusOr<AgreedLines> AgreedLines::Read(const std::string& path,
                                              const std::string& contract,
                                              const std::string& tenant) {
  ASSIGN_OR_RETURN(const auto source, OpenSource(path));
  CsvReader csv(source.get());
  RETURN_IF_ERROR(csv.ReadHeader());
  const Reader reader(&csv, tenant);
  RETURN_IF_ERROR(reader.CheckColumns());
  AgreedLines agreed;
  agreed.path_ = path;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, csv.Next());
    if (!more) return agreed;
    agreed.lines_.push_back(reader.Read());
    UsageRecord& record = agreed.lines_.back().record;
    record.usage_id = absl::StrCat("bill:", contract, ":", record.usage_id);
  }
}

// Which of the lines the reconciliation has, as its own --breaks file would
// say.
void AgreedLines::Find(const ReconcileResult& result) {
  if (searched_) return;
  searched_ = true;
  settled_ = SettledOf(result);
  std::set<std::string_view> wanted;
  for (const Line& line : lines_) wanted.insert(line.identity);
  std::string text;
  WriteBreaksCsv(result, [&text](std::string_view part) { text.append(part); });
  const auto source = MemorySource("breaks", std::move(text));
  CsvReader reader(source.get());
  if (!reader.ReadHeader().ok()) return;
  for (size_t i = 0; i < result.items.size(); ++i) {
    const auto more = reader.Next();
    if (!more.ok() || !*more) return;
    std::string identity = IdentityOf(reader);
    if (!wanted.contains(identity)) continue;
    citations_.try_emplace(result.items.figures(i).lines);
    found_.emplace(std::move(identity), i);
  }
}

void AgreedLines::Cite(const ReconcileResult& result, const BillLine& line) {
  Find(result);
  const auto found = citations_.find(line.lines);
  if (found == citations_.end()) return;
  Citation& citation = found->second;
  ++citation.rows;
  const std::string place = PlaceOf(line);
  const bool fits = citation.cited < kMostCited &&
                    citation.text.size() + place.size() < kMostCitedBytes;
  if (!fits) return;
  absl::StrAppend(&citation.text, citation.cited == 0 ? "" : ", ", place);
  ++citation.cited;
}

std::string AgreedLines::SourceOf(const Break& item) const {
  const Citation& citation = citations_.at(item.lines);
  const uint64_t more = citation.rows - citation.cited;
  return more == 0 ? citation.text
                   : absl::StrCat(citation.text, " and ", more, " more");
}

std::string AgreedLines::ProblemOf(const ReconcileResult& result,
                                   const std::set<std::string>& posted,
                                   Line* line) const {
  const auto found = found_.find(line->identity);
  if (found == found_.end()) {
    return posted.contains(line->record.usage_id)
               ? ""
               : "this reconciliation has no such line";
  }
  const Break item = result.items[found->second];
  if (IsClean(item.kind)) return "it is clean: there is nothing to agree to";
  if (!SaysUsageIsMissing(item.kind)) {
    return absl::StrCat(std::string(BreakClassName(item.kind)),
                        " does not say that usage is missing in the books: "
                        "unmetered_charge, quantity_break, mixed_break and "
                        "commitment_overage do");
  }
  if (item.pending) {
    return "it is pending: the period or its bill is not final, so there is "
           "nothing to agree to yet";
  }
  const Settled& settled = settled_[found->second];
  const bool given_back =
      item.difference > MoneyAmount() && settled.money == item.difference;
  line->record.gpu_time -= settled.time;
  if (given_back || line->record.gpu_time <= GpuTime()) {
    return "corrections in the bill take it back: there is nothing to agree "
           "to";
  }
  line->record.source = SourceOf(item);
  return "";
}

absl::StatusOr<std::vector<UsageRecord>> AgreedLines::Records(
    const ReconcileResult& result, const Ledger& ledger) {
  Find(result);
  std::set<std::string> missing;
  for (const Line& line : lines_) {
    if (!found_.contains(line.identity)) missing.insert(line.record.usage_id);
  }
  ASSIGN_OR_RETURN(const std::set<std::string> posted,
                   PostedBefore(missing, ledger));
  std::vector<UsageRecord> records;
  std::string problems;
  for (Line& line : lines_) {
    if (line.problem.empty()) line.problem = ProblemOf(result, posted, &line);
    if (!line.problem.empty()) {
      absl::StrAppend(&problems, problems.empty() ? "" : "\n", path_, ":",
                      line.number, ": ", line.problem);
    }
    records.push_back(line.record);
  }
  if (!problems.empty()) return MakeError(ErrorCode::kBadRow, problems);
  return records;
}

}  // namespace drawdown
