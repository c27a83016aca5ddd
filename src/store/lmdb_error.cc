#include "store/lmdb_error.h"

#include <lmdb.h>

#include <string>

#include "base/error.h"
#include "base/files.h"

namespace drawdown {
namespace {

ErrorCode CodeOf(int code) {
  switch (code) {
    case MDB_MAP_FULL:
      return ErrorCode::kDiskFull;
    case MDB_READERS_FULL:
    case MDB_MAP_RESIZED:
      return ErrorCode::kBusy;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_CURSOR_FULL:
    case MDB_PAGE_FULL:
      return ErrorCode::kCorrupt;
    case MDB_VERSION_MISMATCH:
      return ErrorCode::kLedgerVersion;
    case MDB_INCOMPATIBLE:
      return ErrorCode::kNotALedger;
    case MDB_PANIC:
      return ErrorCode::kUncertain;
    case MDB_BAD_VALSIZE:
      return ErrorCode::kInvalidArgument;
    default:
      return ErrorCode::kIo;
  }
}

}  // namespace

absl::Status LmdbError(int code, std::string_view context) {
  if (code == MDB_SUCCESS) return absl::OkStatus();
  if (code > 0) return ErrnoError(code, context);
  return MakeError(CodeOf(code), absl::StrCat(std::string(context), ": ",
                                              mdb_strerror(code)));
}

}  // namespace drawdown
