#include "cli/live_terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "base/check.h"
#include "cli/output.h"
#include "report/screen.h"

namespace drawdown {
namespace {

constexpr std::string_view kTakeScreen = "\x1b[?1049h\x1b[?25l\x1b[2J";
constexpr std::string_view kGiveScreenBack = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view kHome = "\x1b[H";
// Before a line's text: after a line that fills the screen's width it would
// take the last column away.
constexpr std::string_view kEraseLine = "\x1b[2K";
constexpr std::string_view kEraseBelow = "\x1b[J";

constexpr std::array<int, 7> kSignals = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT,
                                         SIGTSTP, SIGCONT, SIGWINCH};
constexpr char kCtrlL = 'L' & 0x1f;

// 80 x 24 where the terminal does not know its size.
ScreenSize SizeOfTerminal() {
  ScreenSize size;
  winsize window = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0) return size;
  if (window.ws_col > 0) size.width = window.ws_col;
  if (window.ws_row > 0) size.height = window.ws_row;
  return size;
}

int MillisUntil(std::chrono::steady_clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<int64_t>(left.count(), 0));
}

}  // namespace

LiveTerminal::LiveTerminal() : keys_(isatty(STDIN_FILENO) != 0) {
  sigset_t mask;
  sigemptyset(&mask);
  for (const int signal : kSignals) sigaddset(&mask, signal);
  CHECK(sigprocmask(SIG_BLOCK, &mask, &old_mask_) == 0);
  signals_ = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
  CHECK(signals_ >= 0);
  Take();
}

LiveTerminal::~LiveTerminal() {
  GiveBack();
  close(signals_);
  sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
}

void LiveTerminal::Take() {
  keys_ = keys_ && tcgetattr(STDIN_FILENO, &old_keys_) == 0;
  if (keys_) {
    termios keys = old_keys_;
    keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &keys);
  }
  static_cast<void>(WriteAll(STDOUT_FILENO, kTakeScreen));
}

void LiveTerminal::GiveBack() {
  static_cast<void>(WriteAll(STDOUT_FILENO, kGiveScreenBack));
  if (keys_) tcsetattr(STDIN_FILENO, TCSANOW, &old_keys_);
}

bool LiveTerminal::Draw(std::string_view text) {
  std::string frame(kHome);
  for (const std::string& line : FitToScreen(text, SizeOfTerminal())) {
    if (frame.size() > kHome.size()) frame += "\r\n";
    frame.append(kEraseLine).append(line);
  }
  frame.append(kEraseBelow);
  return WriteAll(STDOUT_FILENO, frame);
}

LiveTerminal::Event LiveTerminal::Wait(
    std::chrono::steady_clock::time_point deadline) {
  while (true) {
    std::array<pollfd, 2> ready = {
        {{signals_, POLLIN, 0}, {keys_ ? STDIN_FILENO : -1, POLLIN, 0}}};
    const int count = poll(ready.data(), ready.size(), MillisUntil(deadline));
    if (count < 0 && errno != EINTR) return Event::kQuit;
    if (count == 0) return Event::kTime;
    Event event = Event::kTime;
    if (ready[0].revents != 0) event = OnSignal();
    if (event == Event::kTime && ready[1].revents != 0) event = OnKey();
    if (event != Event::kTime) return event;
  }
}

LiveTerminal::Event LiveTerminal::OnSignal() {
  signalfd_siginfo info;
  if (read(signals_, &info, sizeof(info)) != sizeof(info)) return Event::kTime;
  switch (info.ssi_signo) {
    case SIGINT:
      return Event::kQuit;
    case SIGTSTP:
      GiveBack();
      raise(SIGSTOP);
      Take();
      return Event::kRedraw;
    case SIGCONT:
    case SIGWINCH:
      return Event::kRedraw;
    default:
      fatal_signal_ = static_cast<int>(info.ssi_signo);
      return Event::kQuit;
  }
}

LiveTerminal::Event LiveTerminal::OnKey() {
  char key = 0;
  if (read(STDIN_FILENO, &key, 1) != 1) {
    keys_ = false;
    return Event::kTime;
  }
  if (key == 'q' || key == 'Q') return Event::kQuit;
  return key == kCtrlL ? Event::kRedraw : Event::kTime;
}

}  // namespace drawdown
