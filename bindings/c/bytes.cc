#include "bytes.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "inputs.h"

namespace drawdown::c_api {
namespace {

Outcome FileError(const std::string& doing) {
  const int error = errno;
  return {error == ENOSPC || error == EDQUOT ? DRAWDOWN_DISK_FULL : DRAWDOWN_IO,
          doing + ": " + std::strerror(error)};
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(fd) == 0;
}

// Whole or not at all: beside the file, then moved.
Outcome Save(const std::string& text, const std::string& path) {
  const std::string part = path + ".part";
  const int fd =
      open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return FileError("create " + part);
  Outcome outcome;
  if (!WriteAll(fd, text)) outcome = FileError("write " + part);
  close(fd);
  if (outcome.ok() && rename(part.c_str(), path.c_str()) != 0) {
    outcome = FileError("rename " + part + " to " + path);
  }
  if (!outcome.ok()) unlink(part.c_str());
  return outcome;
}

}  // namespace

void GiveBytes(std::string text, drawdown_bytes* out) {
  *out = MakeHandle(std::make_shared<Bytes>(Bytes{std::move(text)}));
}

}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_bytes_view(drawdown_bytes bytes, drawdown_text* view,
                            drawdown_error* error) {
  return Call(error, [&]() -> Outcome {
    const auto found = FindHandle<Bytes>(bytes);
    if (found == nullptr) return BadHandle("bytes", bytes);
    if (view == nullptr) return NullArgument("view");
    *view = {found->text.data(), found->text.size()};
    return {};
  });
}

int32_t drawdown_bytes_save(drawdown_bytes bytes, drawdown_text path,
                            drawdown_error* error) {
  return Call(error, [&]() -> Outcome {
    const auto found = FindHandle<Bytes>(bytes);
    if (found == nullptr) return BadHandle("bytes", bytes);
    Inputs in;
    const std::string file = in.Text("path", path);
    if (!in.ok()) return in.outcome();
    if (file.empty() || file.find('\0') != std::string::npos) {
      return {DRAWDOWN_INVALID_ARGUMENT, "path names no file"};
    }
    return Save(found->text, file);
  });
}

int32_t drawdown_bytes_close(drawdown_bytes bytes, drawdown_error* error) {
  return CloseHandle<Bytes>("bytes", bytes, error);
}
