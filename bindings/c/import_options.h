// What imports are told and what they tell.
#ifndef DRAWDOWN_BINDINGS_C_IMPORT_OPTIONS_H_
#define DRAWDOWN_BINDINGS_C_IMPORT_OPTIONS_H_

#include "drawdown/import.h"
#include "inputs.h"

namespace drawdown::c_api {

struct ImportCall {
  ImportOptions options;
  ProgressCallback progress;  // empty: none
};
ImportCall ReadImportOptions(Inputs* in, const drawdown_import_options* theirs);

// `result` may be NULL.
Outcome GiveImportResult(const ImportResult& ours,
                         drawdown_import_result* result);

}  // namespace drawdown::c_api

#endif  // DRAWDOWN_BINDINGS_C_IMPORT_OPTIONS_H_
