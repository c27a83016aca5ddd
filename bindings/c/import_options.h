// What imports are told and what they tell.
#ifndef DRAWDOWN_BINDINGS_C_IMPORT_OPTIONS_H_
#define DRAWDOWN_BINDINGS_C_IMPORT_OPTIONS_H_

#include <functional>

#include "drawdown/import.h"
#include "inputs.h"

namespace drawdown::c_api {

struct ImportCall {
  ImportOptions options;
  ProgressCallback progress;                          // empty: none
  std::function<void(const std::string& line)> note;  // likewise
};
ImportCall ReadImportOptions(Inputs* in, const drawdown_import_options* theirs);

// Tells the notes. `result` may be NULL.
Outcome GiveImportResult(const ImportResult& ours, const ImportCall& call,
                         drawdown_import_result* result);

}  // namespace drawdown::c_api

#endif  // DRAWDOWN_BINDINGS_C_IMPORT_OPTIONS_H_
