// Reports of verify and salvage as key=value lines: how they come back from the
// child process that a damaged page may kill.
//
// A text is complete only with its last line, "end=1", so a child that dies
// halfway never looks like one that found nothing.
#ifndef DRAWDOWN_SRC_MODEL_VERIFY_REPORT_H_
#define DRAWDOWN_SRC_MODEL_VERIFY_REPORT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "drawdown/inspect.h"

namespace drawdown {

std::string EncodeVerifyReport(const absl::StatusOr<VerifyReport>& report);
std::string EncodeSalvageReport(const absl::StatusOr<SalvageReport>& report);

// The report, or the error that was encoded. kIo when the text is not complete
// or is not such a text; keys of newer versions are passed over.
absl::StatusOr<VerifyReport> DecodeVerifyReport(std::string_view text);
absl::StatusOr<SalvageReport> DecodeSalvageReport(std::string_view text);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_MODEL_VERIFY_REPORT_H_
