#include <utility>

#include "absl/strings/str_cat.h"
#include "base/source.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "report/books_report.h"
#include "report/json.h"

namespace drawdown {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

absl::StatusOr<Files> ReadFiles(const std::vector<std::string>& paths) {
  Files files;
  for (const std::string& path : paths) {
    auto text = ReadWholeFile(path);
    if (!text.ok()) return text.status();
    files.emplace_back(path, *std::move(text));
  }
  return files;
}

int RunApply(Program* program, const std::vector<std::string>& paths) {
  const auto files = ReadFiles(paths);
  if (!files.ok()) return Fail(files.status());
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  const auto applied = (*ledger)->ApplyContracts(*files);
  if (!applied.ok()) return Fail(applied.status());
  for (const std::string& line : *applied) Say(line);
  if (program->globals().json()) {
    JsonObject json(program->output().sink());
    json.Texts("applied", *applied);
    json.Close();
  }
  return kExitFine;
}

int RunList(Program* program) {
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  const auto contracts = (*ledger)->Contracts();
  if (!contracts.ok()) return Fail(contracts.status());
  Output& output = program->output();
  WriteContracts(*contracts, program->globals().FormatFor(output.terminal()),
                 output.sink());
  return kExitFine;
}

int RunShow(Program* program, const std::string& id) {
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  const auto contract = (*ledger)->GetContract(id);
  if (!contract.ok()) return Fail(contract.status());
  Say(absl::StrCat("contract ", contract->id, " version ", contract->version,
                   ", applied ", FormatInstant(contract->applied_us), " from ",
                   contract->file_name));
  for (const CommitmentLife& life : contract->lives) {
    std::string text =
        absl::StrCat("commitment ", life.commitment, ": ",
                     std::string(CommitmentStateName(life.state)));
    // A proposed one binds at no time.
    if (life.start_us < life.end_us) {
      absl::StrAppend(&text, ", ", FormatInstant(life.start_us), " to ",
                      FormatInstant(life.end_us));
    }
    Say(text);
  }
  // The text is the data: `contract show ID > file` gives it back.
  const bool asked = !program->globals().format.empty();
  const Format format =
      asked ? program->globals().FormatFor(false) : Format::kTable;
  WriteContract(*contract, format, program->output().sink());
  return kExitFine;
}

// Checks every file before it gives up, so that one run names all problems.
int RunValidate(Program* program, const std::vector<std::string>& paths) {
  int exit_code = kExitFine;
  std::vector<ContractInfo> contracts;
  for (const std::string& path : paths) {
    const auto text = ReadWholeFile(path);
    auto contract = text.ok() ? ValidateContract(path, *text) : text.status();
    if (!contract.ok()) {
      exit_code = Fail(contract.status());
      continue;
    }
    Say(absl::StrCat(path, ": ok, contract ", contract->id, " with ",
                     contract->commitments.size(), " commitments"));
    contracts.push_back(*std::move(contract));
  }
  if (program->globals().json()) {
    WriteContracts(contracts, Format::kJson, program->output().sink());
  }
  return exit_code;
}

void AddApply(Program* program) {
  auto files = std::make_shared<std::vector<std::string>>();
  program
      ->AddVerb("contract apply",
                {"Put contracts, or new versions of them, in the books",
                 "Checks every file, then applies all of them or none. A file "
                 "of a contract that\nis in the books already is its next "
                 "version; the same text again changes\nnothing.",
                 "drawdown contract apply aws.textproto coreweave.json", ""})
      .Operands("FILE", "textproto or JSON of drawdown.v1.Contract",
                files.get())
      .Does([program, files] { return RunApply(program, *files); });
}

void AddValidate(Program* program) {
  auto files = std::make_shared<std::vector<std::string>>();
  program
      ->AddVerb("contract validate",
                {"Check contract files; needs no ledger",
                 "Reads the files as `contract apply` would and names every "
                 "problem with its\nfile, line and field.",
                 "drawdown contract validate aws.textproto", ""})
      .Operands("FILE", "textproto or JSON of drawdown.v1.Contract",
                files.get())
      .Does([program, files] { return RunValidate(program, *files); });
}

void AddShow(Program* program) {
  auto id = std::make_shared<std::string>();
  program
      ->AddVerb("contract show",
                {"Print a contract as it was applied",
                 "Prints the text of the newest version. With --format json "
                 "the text is a field\nbeside what the books know about it.",
                 "drawdown contract show aws-2025 > aws.textproto", ""})
      .Operand("ID", "The contract's id", id.get())
      .Does([program, id] { return RunShow(program, *id); });
}

}  // namespace

void AddContract(Program* program) {
  program->AddGroup("contract",
                    {"Apply, list, show and check contracts",
                     "Contracts say what was bought and what it costs: "
                     "docs/formats.md describes\nthe file.",
                     "drawdown contract validate aws.textproto\n"
                     "drawdown contract apply aws.textproto\n"
                     "drawdown contract list",
                     ""});
  AddApply(program);
  program
      ->AddVerb("contract list", {"List the contracts in the books",
                                  "One line per contract: its newest version.",
                                  "drawdown contract list --format csv", ""})
      .Does([program] { return RunList(program); });
  AddShow(program);
  AddValidate(program);
}

}  // namespace drawdown
