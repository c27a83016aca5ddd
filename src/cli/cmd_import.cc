#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/progress.h"
#include "report/care_report.h"

namespace drawdown {
namespace {

struct Arguments {
  std::vector<std::string> files;
  std::string reason;  // of a correction
  ImportArguments import;
};

int Report(Program* program, const absl::StatusOr<ImportResult>& result,
           std::string_view verb, std::string_view what) {
  if (!result.ok()) return Fail(result.status());
  Say(ImportLine(*result, verb, what));
  if (program->globals().json()) {
    WriteImportJson(*result, program->output().sink());
  } else {
    SayNotes(result->notes);
  }
  return kExitFine;
}

absl::StatusOr<ImportResult> ImportRuns(const GlobalOptions& globals,
                                        const Arguments& arguments) {
  const auto options = ImportOptionsOf(globals, arguments.import);
  if (!options.ok()) return options.status();
  const auto ledger = OpenLedger(globals);
  if (!ledger.ok()) return ledger.status();
  Progress progress;
  return (*ledger)->ImportRunFiles(arguments.files, *options,
                                   progress.callback());
}

absl::StatusOr<ImportResult> ImportUsage(const GlobalOptions& globals,
                                         const Arguments& arguments) {
  const auto options = ImportOptionsOf(globals, arguments.import);
  if (!options.ok()) return options.status();
  const auto ledger = OpenLedger(globals);
  if (!ledger.ok()) return ledger.status();
  Progress progress;
  return (*ledger)->ImportUsageFiles(arguments.files, *options,
                                     progress.callback());
}

absl::StatusOr<ImportResult> CorrectRuns(const GlobalOptions& globals,
                                         const Arguments& arguments) {
  const auto options = ImportOptionsOf(globals, arguments.import);
  if (!options.ok()) return options.status();
  const auto ledger = OpenLedger(globals);
  if (!ledger.ok()) return ledger.status();
  return (*ledger)->CorrectRunsFile(arguments.files.front(), arguments.reason,
                                    *options);
}

void AddImportOptions(Verb* verb, Arguments* arguments) {
  verb->List("columns", "OURS=THEIRS,...",
             "Our column and the file's name for it",
             &arguments->import.columns)
      .List("set", "COLUMN=VALUE,...", "A value for every row",
            &arguments->import.constants)
      .Flag("strict", "Refuse tenants and pools that the books do not know",
            &arguments->import.strict);
}

void AddImportRuns(Program* program) {
  auto arguments = std::make_shared<Arguments>();
  Verb verb = program->AddVerb(
      "import runs",
      {"Import runs from CSV files",
       "Columns: run_id, tenant, pool, gpus, start, end and, if there, state "
       "and attempt;\nothers are ignored with a note. An empty end is an open "
       "run, an empty start one\nthat never started. Every row of every file "
       "is checked before the first is posted.\nImporting a file again changes "
       "nothing.",
       "drawdown import runs october.csv.gz\n"
       "drawdown import runs jobs.csv --columns run_id=job_id,start=start_time "
       "--set pool=aws/us-east-1/gb200\n"
       "zcat jobs.csv.gz | drawdown import runs - --zone America/Los_Angeles",
       "", TimeOptions::kZone});
  verb.Operands("FILE", "CSV, may be gzipped; - is stdin", &arguments->files);
  AddImportOptions(&verb, arguments.get());
  verb.Does([program, arguments] {
    return Report(program, ImportRuns(program->globals(), *arguments),
                  "imported", "run");
  });
}

void AddImportUsage(Program* program) {
  auto arguments = std::make_shared<Arguments>();
  Verb verb = program->AddVerb(
      "import usage",
      {"Import amounts of usage from CSV files",
       "Columns: usage_id, tenant, pool, start, end, gpu_seconds. Each amount "
       "is spread\nevenly over [start, end). Every row of every file is "
       "checked before the first is\nposted. Importing a file again changes "
       "nothing.",
       "drawdown import usage inference-2026-10.csv", "", TimeOptions::kZone});
  verb.Operands("FILE", "CSV, may be gzipped; - is stdin", &arguments->files);
  AddImportOptions(&verb, arguments.get());
  verb.Does([program, arguments] {
    return Report(program, ImportUsage(program->globals(), *arguments),
                  "imported", "usage record");
  });
}

}  // namespace

void AddImport(Program* program) {
  program->AddGroup("import", {"Import runs or amounts of usage",
                               "Reads CSV files of ours, or of others with "
                               "--columns and --set.",
                               "drawdown import runs jobs.csv\n"
                               "drawdown import usage inference.csv",
                               ""});
  AddImportRuns(program);
  AddImportUsage(program);
}

void AddCorrect(Program* program) {
  program->AddGroup("correct",
                    {"Replace or void what was imported, as corrections",
                     "Nothing in the books is rewritten: a correction is a new "
                     "entry that cites the\none it corrects.",
                     "drawdown correct runs fixed.csv --reason 'clock of "
                     "node 17 was wrong'",
                     ""});
  auto arguments = std::make_shared<Arguments>();
  arguments->files.resize(1);
  Verb verb = program->AddVerb(
      "correct runs",
      {"Replace or void named runs",
       "A row replaces the run it names; a row whose state is VOID withdraws "
       "it. Columns\nas for `import runs`. --as-of still shows what was "
       "believed before.",
       "drawdown correct runs fixed.csv --reason 'clock of node 17 was wrong'",
       "", TimeOptions::kZone});
  verb.Operand("FILE", "CSV, may be gzipped; - is stdin",
               &arguments->files.front())
      .RequiredText("reason", "TEXT", "Why; kept in the journal",
                    &arguments->reason);
  AddImportOptions(&verb, arguments.get());
  verb.Does([program, arguments] {
    return Report(program, CorrectRuns(program->globals(), *arguments),
                  "corrected", "run");
  });
}

}  // namespace drawdown
