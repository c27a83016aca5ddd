#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/error.h"
#include "example/files.h"

namespace drawdown::example {
namespace {

absl::Status FileError(std::string_view what, const std::string& path,
                       int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return MakeError(
      full ? ErrorCode::kDiskFull : ErrorCode::kIo,
      path + ": cannot " + std::string(what) + ": " + std::strerror(error));
}

bool Exists(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0;
}

// Whether the file can be read and holds exactly these bytes. (base/source.h
// would unpack the bill.)
bool Holds(const std::string& path, std::string_view bytes) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  // One byte more than ours is enough to tell that there is more.
  std::string present(bytes.size() + 1, '\0');
  size_t size = 0;
  for (;;) {
    const ssize_t got = read(fd, &present[size], present.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    size += static_cast<size_t>(got);
  }
  close(fd);
  present.resize(size);
  return present == bytes;
}

// Returns an errno, 0 when everything was written.
int WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

// Returns an errno. Nothing is left behind after an error.
int WriteAside(const std::string& aside, std::string_view bytes) {
  const int fd =
      open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
           0666);
  if (fd < 0) return errno;
  int error = WriteAll(fd, bytes);
  if (error == 0 && fsync(fd) != 0) error = errno;
  if (close(fd) != 0 && error == 0) error = errno;
  if (error != 0) unlink(aside.c_str());
  return error;
}

}  // namespace

absl::Status CheckFile(const std::string& directory, const ExampleFile& file) {
  const std::string path = directory + "/" + file.name;
  if (!Exists(path) || Holds(path, file.bytes)) return absl::OkStatus();
  return MakeError(ErrorCode::kInvalidArgument,
                   path +
                       ": there already, with other content; give an empty "
                       "or new directory");
}

absl::Status WriteFile(const std::string& directory, const ExampleFile& file) {
  const std::string path = directory + "/" + file.name;
  if (Exists(path)) return CheckFile(directory, file);
  const std::string aside = path + ".tmp-" + std::to_string(getpid());
  if (const int error = WriteAside(aside, file.bytes); error != 0) {
    return FileError("write", path, error);
  }
  if (std::rename(aside.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(aside.c_str());
    return FileError("write", path, error);
  }
  return absl::OkStatus();
}

}  // namespace drawdown::example
