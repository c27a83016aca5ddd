// Imports of files, and corrections.
#include "import_options.h"

namespace drawdown::c_api {
namespace {

absl::StatusOr<ImportResult> ImportFiles(Ledger& ledger, int32_t kind,
                                         const std::vector<std::string>& paths,
                                         const ImportCall& call) {
  switch (kind) {
    case DRAWDOWN_IMPORT_RUNS:
      return ledger.ImportRunFiles(paths, call.options, call.progress);
    case DRAWDOWN_IMPORT_USAGE:
      return ledger.ImportUsageFiles(paths, call.options, call.progress);
    case DRAWDOWN_IMPORT_CAPACITY:
      return ledger.ImportCapacityFiles(paths, call.options, call.progress);
    default:
      return ledger.ImportSacctFiles(paths, call.options, call.progress);
  }
}

}  // namespace
}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_import_files(drawdown_ledger ledger, int32_t kind,
                              const drawdown_text* paths, uint64_t count,
                              const drawdown_import_options* options,
                              drawdown_import_result* result,
                              drawdown_error* error) {
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const std::vector<std::string> files = in.Paths("paths", paths, count);
    const ImportCall call = ReadImportOptions(&in, options);
    if (!in.ok()) return in.outcome();
    if (kind < DRAWDOWN_IMPORT_RUNS || kind > DRAWDOWN_IMPORT_SACCT) {
      return {DRAWDOWN_INVALID_ARGUMENT,
              "kind " + std::to_string(kind) +
                  " is none that this library imports"};
    }
    const auto imported = ImportFiles(l, kind, files, call);
    if (!imported.ok()) return imported.status();
    return GiveImportResult(*imported, call, result);
  });
}

int32_t drawdown_correct_runs(drawdown_ledger ledger, drawdown_text path,
                              drawdown_text reason,
                              const drawdown_import_options* options,
                              drawdown_import_result* result,
                              drawdown_error* error) {
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const std::string file = in.Path("path", path);
    const std::string why = in.Text("reason", reason);
    const ImportCall call = ReadImportOptions(&in, options);
    if (!in.ok()) return in.outcome();
    const auto corrected = l.CorrectRunsFile(file, why, call.options);
    if (!corrected.ok()) return corrected.status();
    return GiveImportResult(*corrected, call, result);
  });
}
