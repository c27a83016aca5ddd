#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "cli/atomic_file.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output_paths.h"
#include "drawdown/report.h"
#include "report/books_page.h"

namespace drawdown {
namespace {

struct Arguments {
  std::string html;
  std::string contract;
};

int RunReport(Program* program, const Arguments& arguments) {
  const auto moment = MomentOf(program->globals());
  if (!moment.ok()) return Fail(moment.status());
  const absl::Status apart = CheckOutputs({}, {{"--html", arguments.html}},
                                          program->globals().Directory());
  if (!apart.ok()) return Fail(apart);
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  auto file = AtomicFile::Create(arguments.html);
  if (!file.ok()) return Fail(WithContext(file.status(), "--html"));
  const auto page = ReadBooksPage(**ledger, arguments.contract, moment->at_us,
                                  moment->as_of_us);
  if (!page.ok()) return Fail(page.status());
  WriteBooksPage(*page,
                 [&file](std::string_view text) { (*file)->Write(text); });
  const absl::Status committed = (*file)->Commit();
  if (!committed.ok()) return Fail(committed);
  Say(absl::StrCat("wrote ", arguments.html));
  return kExitFine;
}

}  // namespace

void AddReport(Program* program) {
  auto arguments = std::make_shared<Arguments>();
  program
      ->AddVerb("report",
                {"Everything on one page",
                 "Writes an HTML page: each commitment's burn-down and "
                 "forecast, coverage,\ntenants, what will be owed, what comes "
                 "next. One file that fetches nothing and\nneeds no script.",
                 "drawdown report --html commitments.html\n"
                 "drawdown report --html aws.html --contract aws-2025 --at "
                 "2026-10-15T00:00:00Z",
                 "", TimeOptions::kMoment})
      .RequiredText("html", "FILE", "Where to; replaced if it is there",
                    &arguments->html)
      .Text("contract", "ID", "Only this contract", &arguments->contract)
      .Does([program, arguments] { return RunReport(program, *arguments); });
}

}  // namespace drawdown
