// Answers as text, byte for byte as the program prints them. Pure functions of
// plain values; thread-safe.
//
// `format` is what the program's --format takes: "table" for people, "csv" and
// "json" for programs (docs/formats.md). kInvalidArgument names the formats
// there are.
#ifndef DRAWDOWN_REPORT_H_
#define DRAWDOWN_REPORT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "drawdown/export.h"
#include "drawdown/reconcile.h"
#include "drawdown/statement.h"

namespace drawdown {

DRAWDOWN_EXPORT absl::StatusOr<std::string> StatementText(
    const Statement& statement, std::string_view format);

DRAWDOWN_EXPORT absl::StatusOr<std::string> ReconcileText(
    const ReconcileResult& result, std::string_view format);

}  // namespace drawdown

#endif  // DRAWDOWN_REPORT_H_
