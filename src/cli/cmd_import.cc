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

using ImportFiles = absl::StatusOr<ImportResult> (Ledger::*)(
    const std::vector<std::string>& paths, const ImportOptions& options,
    const ProgressCallback& progress);

absl::StatusOr<ImportResult> Import(const GlobalOptions& globals,
                                    const Arguments& arguments,
                                    ImportFiles import_files) {
  const auto options = ImportOptionsOf(globals, arguments.import);
  if (!options.ok()) return options.status();
  const auto ledger = OpenLedger(globals);
  if (!ledger.ok()) return ledger.status();
  Progress progress;
  return ((**ledger).*import_files)(arguments.files, *options,
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
    return Report(
        program,
        Import(program->globals(), *arguments, &Ledger::ImportRunFiles),
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
    return Report(
        program,
        Import(program->globals(), *arguments, &Ledger::ImportUsageFiles),
        "imported", "usage record");
  });
}

void AddImportCapacity(Program* program) {
  auto arguments = std::make_shared<Arguments>();
  Verb verb = program->AddVerb(
      "import capacity",
      {"Import what was delivered of pools from CSV files",
       "Columns: pool, start, end, gpus, state and, if there, capacity_id. A "
       "row says how\nmany GPUs were in a state over [start, end): delivered "
       "(there, healthy or not),\nexcluded (of these, not billable: cordoned, "
       "failed) or replaced (of the excluded,\nmade good by others). 0 GPUs "
       "delivered says that there were none; where no row says\ndelivered, "
       "the contract's own delivery holds. Rows of one pool, state and\n"
       "capacity_id must not overlap; rows of different capacity_ids (nodes, "
       "racks) add\nup. Every row of every file is checked before the first "
       "is posted. Importing a\nfile again changes nothing. Statements and "
       "statuses count capacity at once.",
       "drawdown import capacity delivered-2026-10.csv\n"
       "drawdown import capacity nodes.csv --columns "
       "capacity_id=node,start=from,end=until --set gpus=8,state=delivered\n"
       "zcat cordons.csv.gz | drawdown import capacity - --set state=excluded "
       "--zone America/New_York",
       "", TimeOptions::kZone});
  verb.Operands("FILE", "CSV, may be gzipped; - is stdin", &arguments->files);
  AddImportOptions(&verb, arguments.get());
  verb.Does([program, arguments] {
    return Report(
        program,
        Import(program->globals(), *arguments, &Ledger::ImportCapacityFiles),
        "imported", "capacity record");
  });
}

void AddImportSacct(Program* program) {
  auto arguments = std::make_shared<Arguments>();
  Verb verb = program->AddVerb(
      "import sacct",
      {"Import jobs from what Slurm's `sacct -P` prints",
       "Ask for `sacct -a -D -X -P -o` with these columns, in any order: "
       "Cluster, JobIDRaw,\nSLUID or Submit, Start, End, State, AllocTRES, "
       "Account and, if there, Elapsed and\nSuspended. Every start of a job is "
       "a run: requeued and resized jobs are several, and\n-D lists them all. "
       "The tenant is Account, or with --columns another column, or several\n"
       "joined by '/'. The pool must be named. Steps and jobs that never "
       "started are passed\nover. Importing the same records again changes "
       "nothing.",
       "drawdown import sacct jobs.txt --set pool=aws/us-east-1/gb200 --zone "
       "America/New_York\n"
       "drawdown import sacct jobs.txt --columns "
       "tenant=Account/User,pool=Cluster/Partition --zone UTC\n"
       "drawdown import sacct - --set pool=aws/us-east-1/gb200 --set "
       "cluster=alpha < jobs.txt",
       "", TimeOptions::kZone});
  verb.Operands("FILE", "From sacct -P or -p, may be gzipped; - is stdin",
                &arguments->files);
  AddImportOptions(&verb, arguments.get());
  verb.Does([program, arguments] {
    return Report(
        program,
        Import(program->globals(), *arguments, &Ledger::ImportSacctFiles),
        "imported", "run");
  });
}

}  // namespace

void AddImport(Program* program) {
  program->AddGroup("import", {"Import runs, amounts of usage or capacity",
                               "Reads CSV files of ours, or of others with "
                               "--columns and --set, and\nSlurm's accounting.",
                               "drawdown import runs jobs.csv\n"
                               "drawdown import sacct jobs.txt --set "
                               "pool=aws/us-east-1/gb200 --zone UTC\n"
                               "drawdown import usage inference.csv\n"
                               "drawdown import capacity delivered.csv",
                               ""});
  AddImportRuns(program);
  AddImportUsage(program);
  AddImportSacct(program);
  AddImportCapacity(program);
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
