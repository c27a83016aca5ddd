// A second copy of the store in one process: loaded by lmdb_open_test.
#include "drawdown/status.h"
#include "store/lmdb_store.h"

extern "C" __attribute__((visibility("default"))) int OpenInSecondCopy(
    const char* directory) {
  drawdown::LmdbOptions options;
  options.allow_any_filesystem = true;
  return static_cast<int>(drawdown::GetErrorCode(
      drawdown::OpenLmdbStore(directory, options).status()));
}
