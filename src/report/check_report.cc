#include "report/check_report.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "report/json.h"
#include "report/table.h"
#include "report/text.h"

namespace drawdown {
namespace {

using Outcome = BillRule::Outcome;

const char* NameOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPassed:
      return "passed";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kNotApplicable:
      return "not_applicable";
    case Outcome::kNotExecutable:
      break;
  }
  return "not_executable";
}

const char* NameOf(BillRule::Level level) {
  switch (level) {
    case BillRule::Level::kMust:
      return "must";
    case BillRule::Level::kShould:
      return "should";
    case BillRule::Level::kMay:
      break;
  }
  return "may";
}

std::vector<ReportColumn> RuleColumns() {
  return {{"rule", ColumnKind::kWord},    {"outcome", ColumnKind::kWord},
          {"level", ColumnKind::kWord},   {"validator", ColumnKind::kWord},
          {"rows", ColumnKind::kCount},   {"failed", ColumnKind::kCount},
          {"reason", ColumnKind::kText},  {"text", ColumnKind::kText},
          {"examples", ColumnKind::kText}};
}

Row RuleRow(const BillRule& rule) {
  return {rule.id,
          NameOf(rule.outcome),
          NameOf(rule.level),
          rule.official ? "executes" : "does_not",
          CountCell(rule.rows),
          CountCell(rule.failed),
          TextCell(rule.reason),
          TextCell(rule.text),
          TextCell(absl::StrJoin(rule.examples, "; "))};
}

std::vector<Row> RuleRows(const BillCheckResult& result) {
  std::vector<Row> rows;
  for (const BillRule& rule : result.rules) rows.push_back(RuleRow(rule));
  return rows;
}

size_t CountWith(const BillCheckResult& result, Outcome outcome) {
  return static_cast<size_t>(std::count_if(
      result.rules.begin(), result.rules.end(),
      [&](const BillRule& rule) { return rule.outcome == outcome; }));
}

std::string RulesTable(const BillCheckResult& result, bool all) {
  TextTable table = {{{"rule", ColumnKind::kWord},
                      {"outcome", ColumnKind::kWord},
                      {"level", ColumnKind::kWord},
                      {"rows", ColumnKind::kCount},
                      {"failed", ColumnKind::kCount}}};
  for (const BillRule& rule : result.rules) {
    if (!all && rule.outcome != Outcome::kFailed) continue;
    table.rows.push_back({rule.id, NameOf(rule.outcome), NameOf(rule.level),
                          CountCell(rule.rows), CountCell(rule.failed)});
    const std::string why =
        rule.examples.empty() ? rule.reason : "first: " + rule.examples.front();
    table.details.push_back(why.empty() ? rule.text
                                        : absl::StrCat(rule.text, " | ", why));
  }
  return table.rows.empty() ? "" : "\n" + RenderTable(table);
}

// The rules of columns that came after 1.2 have ids of their own.
std::string RulesTitle(const BillCheckResult& result) {
  const bool newer = std::any_of(
      result.rules.begin(), result.rules.end(), [](const BillRule& rule) {
        return rule.id.starts_with("CAU-") &&
               rule.outcome != Outcome::kNotApplicable;
      });
  return newer ? "FOCUS 1.2 to 1.4" : "FOCUS 1.2";
}

std::string CheckTable(const BillCheckResult& result, bool all) {
  return absl::StrCat(
      InertText(result.summary.format), " ", InertText(result.summary.version),
      ", ", CountOf(result.summary.rows, "charge"), ", by the rules of ",
      RulesTitle(result), ": ", CountWith(result, Outcome::kPassed),
      " passed, ", CountWith(result, Outcome::kFailed), " failed, ",
      CountWith(result, Outcome::kNotExecutable), " not executable, ",
      CountWith(result, Outcome::kNotApplicable), " not applicable\n",
      result.summary.mixed_charges ? result.summary.version_reason + "\n" : "",
      RulesTable(result, all));
}

}  // namespace

void WriteBillCheck(const BillCheckResult& result, Format format, bool all,
                    const Sink& sink) {
  if (format == Format::kTable) return sink(CheckTable(result, all));
  if (format == Format::kCsv) {
    return WriteCsv(RuleColumns(), RuleRows(result), sink);
  }
  JsonObject json(sink);
  json.Text("format", result.summary.format);
  json.Text("version", result.summary.version);
  json.Text("version_reason", result.summary.version_reason);
  json.Count("rows", result.summary.rows);
  json.Count("passed", CountWith(result, Outcome::kPassed));
  json.Count("failed", CountWith(result, Outcome::kFailed));
  json.Count("not_executable", CountWith(result, Outcome::kNotExecutable));
  json.Count("not_applicable", CountWith(result, Outcome::kNotApplicable));
  json.Rows("rules", RuleColumns(), RuleRows(result));
  json.Close();
}

}  // namespace drawdown
