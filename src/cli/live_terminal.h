// A terminal while a view that redraws itself is on it.
#ifndef DRAWDOWN_SRC_CLI_LIVE_TERMINAL_H_
#define DRAWDOWN_SRC_CLI_LIVE_TERMINAL_H_

#include <signal.h>
#include <termios.h>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace drawdown {

// Takes the terminal's other screen, so that what was on it comes back, and
// takes keys as they are pressed. Signals are read like keys: the view can give
// the terminal back before it ends or is suspended. REQUIRES: no other thread.
class LiveTerminal {
 public:
  LiveTerminal();
  ~LiveTerminal();
  LiveTerminal(const LiveTerminal&) = delete;  // Owns the terminal's state.
  LiveTerminal& operator=(const LiveTerminal&) = delete;

  // Shows inert text, as much as fits. False: the terminal is gone.
  bool Draw(std::string_view text);

  enum class Event : uint8_t {
    kTime,    // the deadline
    kRedraw,  // the screen was lost or has another size
    kQuit,    // q, Ctrl-C, or a signal to end
  };
  Event Wait(std::chrono::steady_clock::time_point deadline);

  // The signal, other than Ctrl-C's, that asked to end; 0: none.
  int fatal_signal() const { return fatal_signal_; }

 private:
  void Take();
  void GiveBack();
  Event OnSignal();
  Event OnKey();

  int signals_ = -1;  // signalfd
  sigset_t old_mask_;
  termios old_keys_;
  bool keys_;  // stdin is the terminal
  int fatal_signal_ = 0;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_LIVE_TERMINAL_H_
