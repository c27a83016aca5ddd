// The environments open in this process, told apart by the device and inode of
// their directory: LMDB loses its locks when one process opens a file twice.
#ifndef DRAWDOWN_SRC_STORE_REGISTRY_H_
#define DRAWDOWN_SRC_STORE_REGISTRY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "store/environment.h"

namespace drawdown {

// The environment of `directory`, opened when this process has not yet (with
// `options`, which a shared one ignores). It is closed when the last owner lets
// go; one who opens it meanwhile waits for that. In a forked child everything
// opened before counts as not open, and is never touched.
absl::StatusOr<std::shared_ptr<Environment>> AcquireEnvironment(
    const std::string& directory, const EnvironmentOptions& options,
    Deadline deadline);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_REGISTRY_H_
