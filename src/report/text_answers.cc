// The public functions of drawdown/report.h: reports gathered into a text.
#include "drawdown/report.h"

#include "base/error.h"
#include "report/break_report.h"
#include "report/statement_report.h"

namespace drawdown {
namespace {

absl::StatusOr<Format> ParseFormat(std::string_view name) {
  if (name == "table") return Format::kTable;
  if (name == "csv") return Format::kCsv;
  if (name == "json") return Format::kJson;
  return MakeError(ErrorCode::kInvalidArgument,
                   "format " + std::string(name) +
                       " is not one of table, csv and json");
}

template <typename Write>
absl::StatusOr<std::string> Gather(std::string_view format, Write&& write) {
  ASSIGN_OR_RETURN(const Format parsed, ParseFormat(format));
  std::string text;
  write(parsed, [&text](std::string_view piece) { text += piece; });
  return text;
}

}  // namespace

absl::StatusOr<std::string> StatementText(const Statement& statement,
                                          std::string_view format) {
  return Gather(format, [&statement](Format parsed, const Sink& sink) {
    WriteStatement(statement, parsed, sink);
  });
}

absl::StatusOr<std::string> ReconcileText(const ReconcileResult& result,
                                          std::string_view format) {
  return Gather(format, [&result](Format parsed, const Sink& sink) {
    if (parsed == Format::kTable) return sink(ReconcileTable(result, false));
    if (parsed == Format::kCsv) return WriteBreaksCsv(result, sink);
    WriteReconcileJson(result, sink);
  });
}

}  // namespace drawdown
