// The formats that are built in, and which one a header is of.
#ifndef DRAWDOWN_SRC_BILL_FORMATS_H_
#define DRAWDOWN_SRC_BILL_FORMATS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bill/columns.h"
#include "bill/mapping.h"

namespace drawdown {

// Names for --as: "aws-cur", "aws-cur-legacy", "azure-actual",
// "azure-amortized", "oci-cost".
std::vector<std::string> FormatNames();

// The rules of a format as text, to read or to start a mapping from. Nothing
// for another name.
std::optional<std::string> FormatRules(std::string_view name);

// What the reader was told of a file beside its bytes.
struct FormatHint {
  const BillMapping* mapping = nullptr;  // the user's; else told by columns
  std::string format;                    // of FormatNames; else told by columns
};

// The layout of a file with this header. `file` names an Azure export's kind
// where neither hint nor columns do. Errors name `where`: those of ReadLayout,
// kUnknownFormat, kMissingColumn for a column that a mapping names.
absl::StatusOr<BillLayout> ChooseLayout(const std::vector<std::string>& header,
                                        std::string_view where,
                                        std::string_view file,
                                        const FormatHint& hint);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_FORMATS_H_
