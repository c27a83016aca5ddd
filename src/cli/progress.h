// How far long work has come, on a line of stderr that is erased at the end.
#ifndef DRAWDOWN_SRC_CLI_PROGRESS_H_
#define DRAWDOWN_SRC_CLI_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace drawdown {

// Silent unless stderr is a terminal.
class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;  // Owns the line on the screen.
  Progress& operator=(const Progress&) = delete;

  // Rows are counted while "posting", bytes in any other phase. `total` is 0
  // when it is not known; both are 0 when only time passes.
  void Show(std::string_view phase, uint64_t done, uint64_t total);

  // Show(), as a callback; this must outlive it.
  std::function<void(std::string_view, uint64_t, uint64_t)> callback();

 private:
  std::string Line(std::string_view phase, uint64_t done, uint64_t total);

  bool active_;
  bool shown_ = false;
  std::string phase_;
  std::chrono::steady_clock::time_point phase_start_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_PROGRESS_H_
