#include "cli/progress.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cli/output.h"
#include "report/text.h"

namespace drawdown {
namespace {

constexpr std::string_view kEraseLine = "\r\x1b[K";

constexpr uint64_t kMebibyte = uint64_t{1} << 20;

// "82,247 rows", "12 MiB".
std::string Amount(std::string_view phase, uint64_t count) {
  if (phase == "posting") return CountOf(count, "row");
  return absl::StrCat(GroupThousands(absl::StrCat(count / kMebibyte)), " MiB");
}

}  // namespace

Progress::Progress() : active_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (shown_) WriteAll(STDERR_FILENO, kEraseLine);
}

void Progress::Show(std::string_view phase, uint64_t done, uint64_t total) {
  if (!active_) return;
  if (phase != phase_) {
    phase_ = phase;
    phase_start_ = std::chrono::steady_clock::now();
  }
  shown_ = true;
  WriteAll(STDERR_FILENO,
           absl::StrCat(std::string(kEraseLine), Line(phase, done, total)));
}

std::string Progress::Line(std::string_view phase, uint64_t done,
                           uint64_t total) {
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - phase_start_);
  const auto millis = static_cast<uint64_t>(elapsed.count());
  std::string line = InertText(phase);
  if (done == 0 && total == 0) {
    return absl::StrCat(line, " ", millis / 1'000, " s");
  }
  if (total > 0) {
    absl::StrAppend(&line, " ", std::min(done, total) * 100 / total, "% of");
  }
  absl::StrAppend(&line, " ", Amount(phase, total > 0 ? total : done));
  if (millis > 0) {
    absl::StrAppend(&line, ", ", Amount(phase, done * 1'000 / millis), "/s");
  }
  return line;
}

std::function<void(std::string_view, uint64_t, uint64_t)> Progress::callback() {
  if (!active_) return nullptr;
  return [this](std::string_view phase, uint64_t done, uint64_t total) {
    Show(phase, done, total);
  };
}

}  // namespace drawdown
