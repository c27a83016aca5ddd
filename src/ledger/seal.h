// What makes a record of a table tell that it is damaged, or not where it
// belongs: its CRC-32C, which covers its key.
#ifndef DRAWDOWN_SRC_LEDGER_SEAL_H_
#define DRAWDOWN_SRC_LEDGER_SEAL_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace drawdown {

// Appends the checksum of what `out` holds from `start` on.
void SealRecord(std::string_view key, std::string* out, size_t start = 0);

// The body without its checksum, or kCorrupt naming `what`.
absl::StatusOr<std::string_view> OpenRecord(std::string_view key,
                                            std::string_view bytes,
                                            std::string_view what);

// kCorrupt: a sound checksum over something that is not a `what`.
absl::Status MalformedRecord(std::string_view what);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_SEAL_H_
