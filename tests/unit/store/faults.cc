#include "tests/unit/store/faults.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <deque>
#include <new>
#include <utility>

namespace drawdown {
namespace {

// Threads that look after a log make calls beside the test's. What is armed is
// published by the pointer (release, acquire) and never freed; the counters
// stand for themselves.
std::deque<Fault> faults;  // the test's thread alone
std::atomic<const Fault*> armed{nullptr};
std::atomic<int> counted{0};
std::atomic<bool> happened{false};
std::function<void()> before_unlock;
// By whichever thread writes back, read by the test's.
std::atomic<int> write_backs{0};
// By whichever thread asks, read by the test's; it stands for itself.
std::atomic<int> fstats{0};
// By the test, read by whoever allocates; it stands for itself.
std::atomic<bool> out_of_memory{false};

// 0: go on; else what to do instead.
int Strike(const char* call) {
  const Fault* const fault = armed.load(std::memory_order_acquire);
  if (fault == nullptr || (!fault->call.empty() && fault->call != call)) {
    return 0;
  }
  const int count = ++counted;
  const bool now =
      count == fault->nth || (fault->from_then_on && count > fault->nth);
  if (!now) return 0;
  happened = true;
  if (fault->error == Fault::kExit) _exit(kExitStatus);
  return fault->error;
}

template <typename... Args>
long Call(const char* name, long number, Args... args) {
  const int error = Strike(name);
  if (error == 0) return syscall(number, args...);
  errno = error == Fault::kShort ? EIO : error;
  return -1;
}

}  // namespace

void Arm(const Fault& fault) {
  Disarm();
  counted = 0;
  happened = false;
  armed.store(&faults.emplace_back(fault), std::memory_order_release);
}
void Disarm() { armed.store(nullptr, std::memory_order_release); }
bool Happened() { return happened; }
int WriteBacks() { return write_backs; }
int Fstats() { return fstats; }
void RunOutOfMemory(bool out) { out_of_memory = out; }
void BeforeUnlock(std::function<void()> look) {
  before_unlock = std::move(look);
}

}  // namespace drawdown

void* operator new(size_t size) {
  void* const memory = drawdown::out_of_memory ? nullptr : malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { free(memory); }
void operator delete(void* memory, size_t) noexcept { free(memory); }

#define EXPORTED extern "C" __attribute__((visibility("default")))
using drawdown::Fault;

EXPORTED ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  const int error = drawdown::Strike("pwrite");
  if (error == Fault::kShort) size /= 2;
  if (error == 0 || error == Fault::kShort) {
    return syscall(SYS_pwrite64, fd, bytes, size, at);
  }
  errno = error;
  return -1;
}
EXPORTED ssize_t writev(int fd, const iovec* parts, int count) {
  const int error = drawdown::Strike("writev");
  if (error == Fault::kShort) count = 1;
  if (error == 0 || error == Fault::kShort) {
    return syscall(SYS_writev, fd, parts, count);
  }
  errno = error;
  return -1;
}
EXPORTED int fdatasync(int fd) {
  return static_cast<int>(drawdown::Call("fdatasync", SYS_fdatasync, fd));
}
EXPORTED int sync_file_range(int fd, off64_t at, off64_t size, unsigned flags) {
  ++drawdown::write_backs;
  return static_cast<int>(drawdown::Call("sync_file_range", SYS_sync_file_range,
                                         fd, at, size, flags));
}
EXPORTED int fstat(int fd, struct stat* info) noexcept {
  const int rc = fstatat(fd, "", info, AT_EMPTY_PATH);
  if (rc == 0 && S_ISREG(info->st_mode)) ++drawdown::fstats;
  return rc;
}
EXPORTED int flock(int fd, int operation) noexcept {
  if (operation == LOCK_UN && drawdown::before_unlock) {
    drawdown::before_unlock();
  }
  return static_cast<int>(syscall(SYS_flock, fd, operation));
}
EXPORTED int fsync(int fd) {
  return static_cast<int>(drawdown::Call("fsync", SYS_fsync, fd));
}
EXPORTED int fallocate(int fd, int mode, off_t at, off_t size) {
  return static_cast<int>(
      drawdown::Call("fallocate", SYS_fallocate, fd, mode, at, size));
}
EXPORTED int mkdir(const char* path, mode_t mode) noexcept {
  return static_cast<int>(drawdown::Call("mkdir", SYS_mkdir, path, mode));
}
EXPORTED int renameat2(int from_fd, const char* from, int to_fd, const char* to,
                       unsigned flags) noexcept {
  return static_cast<int>(drawdown::Call("renameat2", SYS_renameat2, from_fd,
                                         from, to_fd, to, flags));
}
EXPORTED int rename(const char* from, const char* to) noexcept {
  return static_cast<int>(drawdown::Call("rename", SYS_rename, from, to));
}
EXPORTED int unlink(const char* path) noexcept {
  return static_cast<int>(drawdown::Call("unlink", SYS_unlink, path));
}
