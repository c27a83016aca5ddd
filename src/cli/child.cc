#include "cli/child.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "cli/output.h"
#include "cli/progress.h"

namespace drawdown {
namespace {

constexpr int kProgressMillis = 500;
constexpr size_t kPieceBytes = 64 << 10;

absl::Status ErrnoError(std::string_view doing) {
  return MakeError(ErrorCode::kIo, absl::StrCat("cannot ", std::string(doing),
                                                ": ", strerror(errno)));
}

[[noreturn]] void BeChild(int pipe_end,
                          const std::function<std::string()>& work) {
  // A core file would be as large as the map of the ledger.
  const struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const bool written = WriteAll(pipe_end, work());
  _exit(written ? 0 : 1);
}

// Everything until the child's end of the pipe is closed.
std::string ReadToEnd(int pipe_end, std::string_view phase) {
  Progress progress;
  std::string text;
  std::string piece(kPieceBytes, '\0');
  while (true) {
    struct pollfd waiting = {pipe_end, POLLIN, 0};
    progress.Show(phase, 0, 0);
    if (poll(&waiting, 1, kProgressMillis) == 0) continue;
    const ssize_t got = read(pipe_end, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(piece, 0, static_cast<size_t>(got));
  }
}

std::string StoppedBy(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    return absl::StrCat("SIG", sigabbrev_np(WTERMSIG(status)));
  }
  const int code = WEXITSTATUS(status);
  return code == 0 ? "" : absl::StrCat("exit code ", code);
}

}  // namespace

absl::StatusOr<ChildResult> RunInChild(
    std::string_view phase, const std::function<std::string()>& work) {
  int ends[2];
  if (pipe(ends) != 0) return ErrnoError("make a pipe");
  const pid_t child = fork();
  if (child < 0) {
    const absl::Status error = ErrnoError("fork");
    close(ends[0]);
    close(ends[1]);
    return error;
  }
  if (child == 0) {
    close(ends[0]);
    BeChild(ends[1], work);
  }
  close(ends[1]);
  ChildResult result;
  result.output = ReadToEnd(ends[0], phase);
  close(ends[0]);
  result.stopped = StoppedBy(child);
  return result;
}

}  // namespace drawdown
