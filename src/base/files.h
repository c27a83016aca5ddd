// The few system calls made on a ledger directory, with owners and statuses.
#ifndef DRAWDOWN_SRC_BASE_FILES_H_
#define DRAWDOWN_SRC_BASE_FILES_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace drawdown {

// Every wait ends at one of these.
using Deadline = std::chrono::steady_clock::time_point;

inline Deadline After(std::chrono::milliseconds wait) {
  return std::chrono::steady_clock::now() + wait;
}

// Owns a descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { Close(); }
  Fd(Fd&& other) noexcept : fd_(other.Release()) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      Close();
      fd_ = other.Release();
    }
    return *this;
  }

  int get() const { return fd_; }
  int Release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }

 private:
  void Close();

  int fd_ = -1;
};

// kDiskFull, kBusy or kIo, with what the system says.
absl::Status ErrnoError(int error, std::string_view context);

// kNotALedger when `path` is absent or no directory.
absl::StatusOr<Fd> OpenDirectory(const std::string& path);

// Removes the files of the directory whose name begins with `prefix` but not
// with `keep`, as far as it can.
void RemoveOthers(const std::string& directory, std::string_view prefix,
                  std::string_view keep);

// Makes renames and new names in the directory durable.
absl::Status SyncDirectory(const std::string& path);

// Takes flock(`operation`) on `fd`, polling until the deadline; then kBusy with
// `what`.
absl::Status LockWithDeadline(int fd, int operation, Deadline deadline,
                              std::string_view what);

// Makes the file at least `size` bytes long, its blocks allocated where the
// filesystem can. kDiskFull. Never shortens.
absl::Status Preallocate(int fd, uint64_t size, const std::string& path);

// This boot of the kernel; kIo without /proc.
absl::StatusOr<std::string> BootId();

// The inode of this process's pid namespace; kIo without /proc.
absl::StatusOr<uint64_t> PidNamespace();

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_FILES_H_
