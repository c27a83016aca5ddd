#include "cli/commands.h"
#include "cli/exit_code.h"
#include "report/books_report.h"

namespace drawdown {
namespace {

struct Arguments {
  uint64_t from = 0;
  uint64_t limit = 0;  // 0: none
};

int RunJournal(Program* program, const Arguments& arguments) {
  const GlobalOptions& globals = program->globals();
  const auto as_of = InstantOption(globals, "as-of", globals.as_of);
  if (!as_of.ok()) return Fail(as_of.status());
  const auto ledger = OpenLedger(globals);
  if (!ledger.ok()) return Fail(ledger.status());
  Output& output = program->output();
  JournalWriter writer(globals.FormatFor(output.terminal()), output.sink());
  uint64_t left = arguments.limit;  // from 0 it never gets to 0 again
  const absl::Status visited =
      (*ledger)->VisitJournal(arguments.from, [&](const JournalEntry& entry) {
        if (as_of->has_value() && entry.recorded_us > **as_of) return false;
        writer.Add(entry);
        return !output.stopped() && --left != 0;
      });
  if (!visited.ok()) return Fail(visited);
  writer.Finish();
  return kExitFine;
}

}  // namespace

void AddJournal(Program* program) {
  auto arguments = std::make_shared<Arguments>();
  program
      ->AddVerb("journal",
                {"List what was recorded, and when",
                 "The journal is append-only and chained by hashes: every run, "
                 "import, contract and\ncorrection is an entry, and every "
                 "figure follows from it.",
                 "drawdown journal --limit 20\n"
                 "drawdown journal --from 1000 --format csv",
                 "", TimeOptions::kAsOf})
      .Number("from", "N", "From this sequence number on", &arguments->from)
      .Number("limit", "N", "At most so many entries; else all",
              &arguments->limit)
      .Does([program, arguments] { return RunJournal(program, *arguments); });
}

}  // namespace drawdown
