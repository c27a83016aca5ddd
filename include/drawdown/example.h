// The example data set that `drawdown example DIR` writes: two contracts, a
// month of runs, two bills with planted discrepancies, and their list.
//
//   auto paths = drawdown::WriteExample("demo");
//   if (!paths.ok()) return paths.status();
#ifndef DRAWDOWN_EXAMPLE_H_
#define DRAWDOWN_EXAMPLE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/export.h"

namespace drawdown {

// Writes the same files on every machine into `directory`, which is made if
// needed, and returns their paths. Files that are there with the same content
// are left alone. kInvalidArgument names the first that is there with other
// content, before anything is written; kIo and kDiskFull name the file that
// could not be. Needs no ledger. Thread-safe for different directories.
DRAWDOWN_EXPORT absl::StatusOr<std::vector<std::string>> WriteExample(
    const std::string& directory);

}  // namespace drawdown

#endif  // DRAWDOWN_EXAMPLE_H_
