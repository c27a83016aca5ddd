// A Store in an LMDB environment. The only code that includes lmdb.h, and the
// place where every LMDB trap in docs/durability.md has its rule.
#ifndef DRAWDOWN_SRC_STORE_LMDB_STORE_H_
#define DRAWDOWN_SRC_STORE_LMDB_STORE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "ledger/store.h"

namespace drawdown {

struct LmdbOptions {
  uint64_t map_size_bytes = uint64_t{64} << 30;
  std::chrono::milliseconds lock_timeout{5'000};
  bool allow_any_filesystem = false;
};

// Makes `directory` (absent or empty) into an environment holding one record:
// Table::kMeta, key `header_key`, value `header`. Built aside and renamed into
// place, so that a crash leaves either nothing or a whole ledger.
// kLedgerExists, kNotALedger (something else is there), kDiskFull, kIo.
absl::Status CreateLmdbStore(const std::string& directory,
                             std::string_view header_key,
                             std::string_view header,
                             const LmdbOptions& options);

// Opens an environment made by CreateLmdbStore. Opening one directory again in
// this process shares the environment (told by device and inode). kNotALedger,
// kUnsupportedLmdb, kUnsupportedFilesystem, kBusy, kAlreadyOpen,
// kForeignNamespace, kCorrupt (bad meta pages, truncated file), kIo.
absl::StatusOr<std::unique_ptr<Store>> OpenLmdbStore(
    const std::string& directory, const LmdbOptions& options);

// A consistent compacted copy of the environment in `directory` into
// `destination`, which must not exist.
absl::Status CopyLmdbStore(const std::string& directory,
                           const LmdbOptions& options,
                           const std::string& destination);

// "0.9.24": of the LMDB library this process runs.
std::string LmdbVersion();

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_LMDB_STORE_H_
