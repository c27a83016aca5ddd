// An output file that appears whole or not at all.
#ifndef DRAWDOWN_SRC_CLI_ATOMIC_FILE_H_
#define DRAWDOWN_SRC_CLI_ATOMIC_FILE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace drawdown {

class AtomicFile {
 public:
  // Makes a temporary file beside `path`. kInvalidArgument when `path` is
  // there and no regular file; kIo, kDiskFull.
  static absl::StatusOr<std::unique_ptr<AtomicFile>> Create(
      const std::string& path);

  // Removes the temporary file unless Commit() succeeded.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;  // Owns a descriptor and a name.
  AtomicFile& operator=(const AtomicFile&) = delete;

  // Errors are kept for Commit().
  void Write(std::string_view text);

  // Makes the file durable under its name, replacing what had it.
  absl::Status Commit();

 private:
  AtomicFile(std::string path, std::string temporary, int descriptor);

  absl::Status Error(std::string_view doing, int error) const;
  absl::Status SyncDirectory() const;

  const std::string path_;
  std::string temporary_;  // empty once it is renamed
  int descriptor_;
  int error_ = 0;  // errno of the first failed write
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_ATOMIC_FILE_H_
