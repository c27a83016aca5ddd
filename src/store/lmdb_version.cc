#include <lmdb.h>

#include "absl/strings/str_cat.h"
#include "store/lmdb_store.h"

namespace drawdown {

std::string LmdbVersion() {
  int major = 0;
  int minor = 0;
  int patch = 0;
  mdb_version(&major, &minor, &patch);
  return absl::StrCat(major, ".", minor, ".", patch);
}

}  // namespace drawdown
