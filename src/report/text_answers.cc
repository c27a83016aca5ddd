// The public functions of drawdown/report.h: reports gathered into a text.
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "drawdown/report.h"
#include "report/books_page.h"
#include "report/break_report.h"
#include "report/focus_export.h"
#include "report/journal_export.h"
#include "report/statement_report.h"

namespace drawdown {
namespace {

absl::Status NoSuchFormat(std::string_view name, std::string_view formats) {
  return MakeError(ErrorCode::kInvalidArgument,
                   absl::StrCat("format ", std::string(name), " is not one of ",
                                std::string(formats)));
}

absl::StatusOr<Format> ParseFormat(std::string_view name,
                                   std::string_view formats) {
  if (name == "table") return Format::kTable;
  if (name == "csv") return Format::kCsv;
  if (name == "json") return Format::kJson;
  return NoSuchFormat(name, formats);
}

template <typename Write>
std::string Gather(Write&& write) {
  std::string text;
  write([&text](std::string_view piece) { text += piece; });
  return text;
}

}  // namespace

absl::StatusOr<std::string> StatementText(const Statement& statement,
                                          std::string_view format) {
  if (format == "hledger" || format == "beancount") {
    return Gather([&](const Sink& sink) {
      WriteJournal(statement,
                   format == "hledger" ? JournalStyle::kHledger
                                       : JournalStyle::kBeancount,
                   sink);
    });
  }
  ASSIGN_OR_RETURN(
      const Format parsed,
      ParseFormat(format, "table, csv, json, hledger and beancount"));
  return Gather(
      [&](const Sink& sink) { WriteStatement(statement, parsed, sink); });
}

absl::StatusOr<std::string> FocusText(const Statement& statement,
                                      const StatementTerms& terms,
                                      std::string_view format) {
  if (format != "focus" && format != "focus-1.4") {
    return NoSuchFormat(format, "focus and focus-1.4");
  }
  return Gather([&](const Sink& sink) {
    WriteFocus(statement, terms,
               format == "focus" ? FocusVersion::k12 : FocusVersion::k14, sink);
  });
}

std::string ContractCommitmentsText(const Statement& statement,
                                    const StatementTerms& terms) {
  return Gather([&](const Sink& sink) {
    WriteContractCommitments(statement, terms, sink);
  });
}

absl::StatusOr<std::string> ReconcileText(const ReconcileResult& result,
                                          std::string_view format) {
  ASSIGN_OR_RETURN(const Format parsed,
                   ParseFormat(format, "table, csv and json"));
  return Gather([&](const Sink& sink) {
    if (parsed == Format::kTable) return sink(ReconcileTable(result, false));
    if (parsed == Format::kCsv) return WriteBreaksCsv(result, sink);
    WriteReconcileJson(result, sink);
  });
}

std::string BooksPageHtml(const BooksPage& page) {
  return Gather([&](const Sink& sink) { WriteBooksPage(page, sink); });
}

}  // namespace drawdown
