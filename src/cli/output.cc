#include "cli/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "cli/exit_code.h"
#include "report/text.h"

namespace drawdown {
namespace {

void SayPrefixed(std::string_view prefix, std::string_view text) {
  std::string line(prefix);
  line.append(InertText(text)).append("\n");
  // Nobody is left to tell when stderr fails.
  static_cast<void>(WriteAll(STDERR_FILENO, line));
}

void SayLines(std::string_view prefix, std::string_view text) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    SayPrefixed(prefix, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

bool WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

Output::Output() : terminal_(isatty(STDOUT_FILENO) != 0) {}

void Output::Write(std::string_view text) {
  if (stopped()) return;
  const bool written = terminal_ ? WriteAll(STDOUT_FILENO, InertLines(text))
                                 : WriteAll(STDOUT_FILENO, text);
  if (!written) error_ = errno;
}

Sink Output::sink() {
  return [this](std::string_view text) { Write(text); };
}

int Output::Close(int exit_code) {
  // Some filesystems report a full disk only here.
  if (close(STDOUT_FILENO) != 0 && error_ == 0) error_ = errno;
  if (error_ == 0 || error_ == EPIPE) return exit_code;
  SayPrefixed("drawdown: ",
              absl::StrCat("cannot write to stdout: ", std::strerror(error_)));
  return kExitLedger;
}

void ClaimStandardDescriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) >= 0) continue;
    // Of the wrong direction, so that using it fails instead of losing data.
    const int flags = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (open("/dev/null", flags) != descriptor) _exit(kExitLedger);
  }
}

void Say(std::string_view text) { SayLines("", text); }

void SayNote(std::string_view text) { SayLines("note: ", text); }

void SayNotes(std::span<const std::string> notes) {
  // One line each, whatever names of a bill are in it.
  for (const std::string& note : notes) SayPrefixed("note: ", note);
}

int Fail(const absl::Status& status) {
  SayLines("drawdown: ", std::string(status.message()));
  return ExitCodeOf(status);
}

int FailUsage(std::string_view message) {
  SayLines("drawdown: ", message);
  return kExitUsage;
}

}  // namespace drawdown
