#include "report/quota_report.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "report/json.h"
#include "report/quota_cells.h"
#include "report/quota_text.h"
#include "report/table.h"
#include "report/text.h"

namespace drawdown {
namespace {

constexpr char kNoQuotas[] =
    "no quota is set: `drawdown quota set TENANT --gpu-hours N --per month`\n";

// --- CSV and JSON ------------------------------------------------------------

std::vector<ReportColumn> QuotaColumns() {
  std::vector<ReportColumn> columns = ScopeColumns();
  for (const char* name : {"limited", "soft", "slice"}) {
    columns.push_back({name, ColumnKind::kJson});
  }
  for (const char* name : {"from", "window_start", "window_end"}) {
    columns.push_back({name, ColumnKind::kWord});
  }
  for (const char* name : {"limit", "lending", "borrowing", "used", "held",
                           "reserved", "available"}) {
    AddAmountColumns(name, &columns);
  }
  columns.push_back({"accruing_gpus", ColumnKind::kDecimal});
  columns.push_back({"later", ColumnKind::kJson});
  return columns;
}

// Limits that begin later.
Cell LaterJson(const QuotaState& quota) {
  std::vector<ReportColumn> columns = {{"from", ColumnKind::kWord}};
  for (const char* name : {"limited", "soft", "slice"}) {
    columns.push_back({name, ColumnKind::kJson});
  }
  for (const char* name : {"limit", "lending", "borrowing"}) {
    AddAmountColumns(name, &columns);
  }
  const QuotaPeriod period = quota.scope.period;
  std::string out;
  for (const LaterLimit& one : quota.later) {
    const QuotaLimit limit = one.limit.value_or(QuotaLimit());
    Row row = {TimeCell(one.from_us), BoolCell(one.limit.has_value()),
               BoolCell(limit.soft), BoolCell(limit.slice)};
    std::optional<Int128> nominal;
    std::optional<Int128> borrowing;
    if (one.limit) {
      nominal = limit.nominal;
      borrowing = limit.borrowing;
    }
    AddAmountCells(period, nominal, &row);
    AddAmountCells(period, limit.lending, &row);
    AddAmountCells(period, borrowing, &row);
    absl::StrAppend(&out, out.empty() ? "" : ", ");
    AppendJsonRow(columns, row, &out);
  }
  return "[" + out + "]";
}

// Totals and GPUs at once have no window, and before the first window of a
// contract there is no start.
std::optional<int64_t> WindowStart(const QuotaState& quota) {
  const QuotaPeriod period = quota.scope.period;
  const bool windowed =
      period != QuotaPeriod::kTotal && period != QuotaPeriod::kAtOnce;
  if (!windowed || quota.window_start_us <= 0) return std::nullopt;
  return quota.window_start_us;
}

Row QuotaCells(const QuotaState& quota) {
  const QuotaPeriod period = quota.scope.period;
  const QuotaLimit& limit = quota.limit;
  Row row = ScopeCells(quota.scope);
  for (const bool value : {quota.limited, limit.soft, limit.slice}) {
    row.push_back(BoolCell(value));
  }
  row.push_back(TimeCell(quota.from_us));
  row.push_back(TimeCell(WindowStart(quota)));
  row.push_back(TimeCell(quota.window_end_us));
  const auto add = [&](bool there, Int128 amount) {
    AddAmountCells(period, there ? std::optional<Int128>(amount) : std::nullopt,
                   &row);
  };
  add(quota.limited, limit.nominal);
  add(limit.slice, limit.lending.value_or(0));
  add(quota.limited, limit.borrowing);
  for (const Int128 amount : {quota.used, quota.held, quota.reserved}) {
    add(true, amount);
  }
  add(quota.limited, quota.available);
  row.push_back(GpusCell(quota.accruing));
  row.push_back(LaterJson(quota));
  return row;
}

std::vector<Row> QuotaRows(std::span<const QuotaState> quotas) {
  std::vector<Row> rows;
  for (const QuotaState& quota : quotas) rows.push_back(QuotaCells(quota));
  return rows;
}

std::vector<ReportColumn> RefusalColumns() {
  std::vector<ReportColumn> columns = ScopeColumns();
  for (const char* name : {"limit", "asked", "used", "held", "reserved"}) {
    AddAmountColumns(name, &columns);
  }
  columns.push_back({"resets", ColumnKind::kWord});
  columns.push_back({"text"});
  return columns;
}

std::vector<ReportColumn> HolderColumns() {
  std::vector<ReportColumn> columns = {{"hold_id"}, {"tenant"}, {"pool"}};
  AddAmountColumns("held", &columns);
  columns.push_back({"until", ColumnKind::kWord});
  columns.push_back({"run_id"});
  columns.push_back({"attempt", ColumnKind::kCount});
  columns.push_back({"borrows", ColumnKind::kJson});
  return columns;
}

Row HolderCells(const QuotaHolder& holder) {
  Row row = {holder.hold_id, holder.tenant, holder.pool};
  AddAmountCells(holder.period, holder.held, &row);
  row.push_back(TimeCell(holder.expires_at_us));
  row.push_back(holder.run ? Cell(holder.run->run_id) : Cell());
  row.push_back(holder.run ? CountCell(holder.run->attempt) : Cell());
  row.push_back(BoolCell(holder.borrows));
  return row;
}

std::vector<ReportColumn> UserColumns() {
  std::vector<ReportColumn> columns = {{"quota_tenant"},
                                       {"quota_pool"},
                                       {"period", ColumnKind::kWord},
                                       {"run_id"},
                                       {"attempt", ColumnKind::kCount},
                                       {"tenant"},
                                       {"pool"},
                                       {"gpus", ColumnKind::kDecimal}};
  AddAmountColumns("used", &columns);
  return columns;
}

std::vector<Row> UserRows(const std::vector<QuotaUsers>& users) {
  std::vector<Row> rows;
  for (const QuotaUsers& of : users) {
    for (const QuotaRun& one : of.runs.biggest) {
      Row row = {of.scope.tenant,
                 of.scope.pool,
                 std::string(QuotaPeriodName(of.scope.period)),
                 one.run.run_id,
                 CountCell(one.run.attempt),
                 one.tenant,
                 one.pool,
                 GpusCell(one.micro_gpus)};
      AddAmountCells(of.scope.period, one.used, &row);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

uint64_t MoreUsers(const std::vector<QuotaUsers>& users) {
  uint64_t more = 0;
  for (const QuotaUsers& of : users) more += of.runs.more;
  return more;
}

void WriteExplanationJson(const QuotaQuery& query,
                          const QuotaExplanation& explanation,
                          const Sink& sink) {
  const bool asked = AsksForSomething(query);
  std::vector<Row> holders;
  for (const QuotaHolder& holder : explanation.holders) {
    holders.push_back(HolderCells(holder));
  }
  JsonObject json(sink);
  json.Text("tenant", query.tenant);
  json.Text("pool", TextCell(query.pool));
  json.Text("at", TimeCell(query.at_us));
  json.Text("asked_gpu_seconds", SecondsCell(query.gpu_time));
  json.Text("asked_gpu_hours", HoursCell(query.gpu_time));
  json.Text("asked_gpus", GpusCell(query.micro_gpus));
  json.Member({"admitted", ColumnKind::kJson},
              asked ? BoolCell(explanation.admission.admitted()) : Cell());
  json.Member({"refusal", ColumnKind::kJson},
              RefusalJson(explanation.admission.refusal));
  json.Rows("quotas", QuotaColumns(), QuotaRows(explanation.quotas));
  json.Rows("holders", HolderColumns(), holders);
  json.Rows("users", UserColumns(), UserRows(explanation.users));
  json.Count("more_users", MoreUsers(explanation.users));
  json.Close();
}

// --- tables ------------------------------------------------------------------

std::string QuotaTable(std::span<const QuotaState> quotas, bool gpus) {
  TextTable table;
  table.columns = {{"tenant"}, {"pool"}, {"period"}};
  for (const char* name : {"limit", "used", "held", "reserved", "available"}) {
    table.columns.push_back({name, ColumnKind::kDecimal});
  }
  table.columns.push_back({"resets", ColumnKind::kWord});
  for (const QuotaState& quota : quotas) {
    const QuotaPeriod period = quota.scope.period;
    if ((period == QuotaPeriod::kAtOnce) != gpus) continue;
    const auto amount = [&](Int128 value) {
      return Cell(ReadableAmount(period, value));
    };
    table.rows.push_back(
        {quota.scope.tenant, quota.scope.pool, PeriodWords(quota.scope),
         quota.limited ? amount(quota.limit.nominal) : Cell("none"),
         amount(quota.used), amount(quota.held), amount(quota.reserved),
         quota.limited ? amount(quota.available) : Cell(),
         TimeCell(quota.window_end_us)});
    table.details.push_back(DetailWords(quota));
  }
  if (table.rows.empty()) return "";
  return absl::StrCat(gpus ? "GPUs at once\n" : "GPU-hours\n",
                      RenderTable(table));
}

std::string QuotaTables(std::span<const QuotaState> quotas) {
  if (quotas.empty()) return kNoQuotas;
  const std::string hours = QuotaTable(quotas, false);
  const std::string gpus = QuotaTable(quotas, true);
  const bool both = !hours.empty() && !gpus.empty();
  return absl::StrCat(hours, both ? "\n" : "", gpus);
}

Cell RunWords(const RunKey& run) {
  return absl::StrCat(run.run_id, " attempt ", run.attempt);
}

// The biggest of GPU time and of GPUs; the others are in CSV and JSON.
std::vector<QuotaHolder> BiggestOf(const std::vector<QuotaHolder>& holders) {
  constexpr size_t kMost = 10;  // of a unit, as of runs
  std::vector<QuotaHolder> biggest;
  for (const bool gpus : {false, true}) {
    std::vector<QuotaHolder> some;
    for (const QuotaHolder& holder : holders) {
      if ((holder.period == QuotaPeriod::kAtOnce) == gpus) {
        some.push_back(holder);
      }
    }
    std::stable_sort(some.begin(), some.end(),
                     [](const QuotaHolder& a, const QuotaHolder& b) {
                       return a.held > b.held;
                     });
    some.resize(std::min(some.size(), kMost));
    biggest.insert(biggest.end(), some.begin(), some.end());
  }
  return biggest;
}

std::string AndMore(uint64_t more) {
  return more == 0 ? "" : absl::StrCat("and ", more, " more\n");
}

std::string HolderTable(const std::vector<QuotaHolder>& holders) {
  TextTable table;
  table.columns = {{"hold"},
                   {"tenant"},
                   {"pool"},
                   {"held", ColumnKind::kDecimal},
                   {"unit", ColumnKind::kWord},
                   {"until", ColumnKind::kWord},
                   {"run"},
                   {"borrows", ColumnKind::kWord}};
  const std::vector<QuotaHolder> biggest = BiggestOf(holders);
  for (const QuotaHolder& holder : biggest) {
    const bool gpus = holder.period == QuotaPeriod::kAtOnce;
    const Cell run = holder.run ? RunWords(*holder.run) : Cell();
    table.rows.push_back({holder.hold_id, holder.tenant, holder.pool,
                          ReadableAmount(holder.period, holder.held),
                          gpus ? "GPUs" : "GPU-hours",
                          SecondCell(holder.expires_at_us), run,
                          holder.borrows ? Cell("borrows") : Cell()});
  }
  return RenderTable(table) + AndMore(holders.size() - biggest.size());
}

// Each run once a quota; runs that are over have no GPUs any more.
std::string UserTable(const std::vector<QuotaUsers>& users) {
  TextTable table;
  table.columns = {{"run"},
                   {"tenant"},
                   {"pool"},
                   {"gpus now", ColumnKind::kDecimal},
                   {"used", ColumnKind::kDecimal},
                   {"unit", ColumnKind::kWord},
                   {"of"}};
  for (const QuotaUsers& of : users) {
    const bool gpus = of.scope.period == QuotaPeriod::kAtOnce;
    for (const QuotaRun& one : of.runs.biggest) {
      table.rows.push_back(
          {RunWords(one.run), one.tenant, one.pool,
           one.micro_gpus == 0 ? Cell() : GpusCell(one.micro_gpus),
           ReadableAmount(of.scope.period, one.used),
           gpus ? "GPUs" : "GPU-hours",
           absl::StrCat(of.scope.tenant, " on ", of.scope.pool, ", ",
                        PeriodWords(of.scope))});
    }
  }
  return RenderTable(table) + AndMore(MoreUsers(users));
}

bool UsedByRuns(const QuotaExplanation& explanation) {
  return std::any_of(
      explanation.users.begin(), explanation.users.end(),
      [](const QuotaUsers& of) { return !of.runs.biggest.empty(); });
}

std::string ExplanationText(const QuotaQuery& query,
                            const QuotaExplanation& explanation) {
  const std::string place = InertText(
      query.pool.empty() ? query.tenant : query.tenant + " on " + query.pool);
  if (explanation.quotas.empty()) {
    return absl::StrCat("no quota is over ", place, "\n");
  }
  std::string out;
  for (const QuotaState& quota : explanation.quotas) {
    absl::StrAppend(&out, ExplainedQuota(quota));
  }
  const std::string verdict = DescribeVerdict(query, explanation);
  if (!verdict.empty()) {
    absl::StrAppend(&out, "\n", InertText(verdict), "\n");
  }
  const char* const under = explanation.admission.admitted() ? "them" : "it";
  absl::StrAppend(&out, "\n",
                  explanation.holders.empty()
                      ? absl::StrCat("no hold is under ", under, "\n")
                      : HolderTable(explanation.holders));
  if (!UsedByRuns(explanation)) {
    return absl::StrCat(out, "no run has used any of ", under, "\n");
  }
  return absl::StrCat(out, "\n", UserTable(explanation.users));
}

}  // namespace

Cell RefusalJson(const std::optional<Refusal>& refusal) {
  if (!refusal) return std::nullopt;
  Row row = ScopeCells(refusal->scope);
  for (const Int128 amount : {refusal->limit, refusal->asked, refusal->used,
                              refusal->held, refusal->reserved}) {
    AddAmountCells(refusal->scope.period, amount, &row);
  }
  row.push_back(TimeCell(refusal->resets_at_us));
  row.push_back(DescribeRefusal(*refusal));
  std::string out;
  AppendJsonRow(RefusalColumns(), row, &out);
  return out;
}

std::string DescribeVerdict(const QuotaQuery& query,
                            const QuotaExplanation& explanation) {
  const std::optional<Refusal>& refusal = explanation.admission.refusal;
  if (!AsksForSomething(query)) return "";
  if (refusal) return "would be refused: " + DescribeRefusal(*refusal);
  return absl::StrCat("fits: ", AskedWords(query), " on ", query.pool);
}

void WriteQuotas(std::span<const QuotaState> quotas, Format format,
                 const Sink& sink) {
  if (format == Format::kTable) return sink(QuotaTables(quotas));
  const std::vector<Row> rows = QuotaRows(quotas);
  if (format == Format::kCsv) return WriteCsv(QuotaColumns(), rows, sink);
  JsonObject json(sink);
  json.Rows("quotas", QuotaColumns(), rows);
  json.Close();
}

void WriteQuotaChange(const QuotaState& quota, bool changed, Format format,
                      const Sink& sink) {
  if (format == Format::kTable) return sink(QuotaTables({&quota, 1}));
  std::vector<ReportColumn> columns = QuotaColumns();
  columns.push_back({"changed", ColumnKind::kJson});
  Row row = QuotaCells(quota);
  row.push_back(BoolCell(changed));
  if (format == Format::kCsv) return WriteCsv(columns, {row}, sink);
  WriteJsonFacts(columns, row, sink);
}

void WriteExplanation(const QuotaQuery& query,
                      const QuotaExplanation& explanation, Format format,
                      const Sink& sink) {
  switch (format) {
    case Format::kTable:
      return sink(ExplanationText(query, explanation));
    case Format::kCsv:
      return WriteCsv(QuotaColumns(), QuotaRows(explanation.quotas), sink);
    case Format::kJson:
      return WriteExplanationJson(query, explanation, sink);
  }
}

}  // namespace drawdown
