// What care of the ledger and imports came to, written out.
#ifndef DRAWDOWN_SRC_REPORT_CARE_REPORT_H_
#define DRAWDOWN_SRC_REPORT_CARE_REPORT_H_

#include "drawdown/import.h"
#include "drawdown/inspect.h"
#include "report/format.h"

namespace drawdown {

// CSV has the figures only; findings and losses are in the other formats.
void WriteVerifyReport(const VerifyReport& report, Format format,
                       const Sink& sink);
void WriteSalvageReport(const SalvageReport& report, Format format,
                        const Sink& sink);

// One object.
void WriteImportJson(const ImportResult& result, const Sink& sink);

// "imported 3 runs: 2 new, 0 updated, 1 unchanged"; `what` is "run".
std::string ImportLine(const ImportResult& result, std::string_view verb,
                       std::string_view what);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_CARE_REPORT_H_
