#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/progress.h"
#include "drawdown/example.h"
#include "report/json.h"
#include "report/sheet.h"

namespace drawdown {
namespace {

void WritePaths(const std::vector<std::string>& paths, Format format,
                const Sink& sink) {
  if (format == Format::kJson) {
    JsonObject json(sink);
    json.Texts("files", paths);
    return json.Close();
  }
  std::vector<Row> rows;
  for (const std::string& path : paths) rows.push_back({path});
  if (format == Format::kCsv) {
    return WriteCsv({{"file", ColumnKind::kText}}, rows, sink);
  }
  for (const std::string& path : paths) sink(path + "\n");
}

absl::StatusOr<std::vector<std::string>> Write(const std::string& directory) {
  Progress progress;
  progress.Show("writing the example", 0, 0);
  return WriteExample(directory);
}

int RunExample(Program* program, const std::string& directory) {
  const auto paths = Write(directory);
  if (!paths.ok()) return Fail(paths.status());
  Output& output = program->output();
  WritePaths(*paths, program->globals().FormatFor(output.terminal()),
             output.sink());
  for (const std::string& path : *paths) {
    if (path.ends_with("README.md")) Say(path + " says what to try");
  }
  return kExitFine;
}

}  // namespace

void AddExample(Program* program) {
  auto directory = std::make_shared<std::string>();
  program
      ->AddVerb("example",
                {"Write contracts, runs and a bill to play with",
                 "The same files on every machine: a realistic contract, a "
                 "month of runs, and the\nprovider's bill with planted "
                 "discrepancies, which planted.csv lists. Needs no\nledger.",
                 "drawdown example demo", ""})
      .Operand("DIR", "A directory, made if needed", directory.get())
      .Does([program, directory] { return RunExample(program, *directory); });
}

}  // namespace drawdown
