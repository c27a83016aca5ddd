// Verbs that ask for room under quotas, where what they ask about changes
// meanwhile.
#ifndef DRAWDOWN_SRC_CLI_ASK_AGAIN_H_
#define DRAWDOWN_SRC_CLI_ASK_AGAIN_H_

#include <chrono>
#include <functional>
#include <thread>

#include "absl/status/statusor.h"
#include "base/error.h"
#include "drawdown/ledger.h"

namespace drawdown {

// Asks until the answer is another than kBusy, for as long as a call waits for
// another writer: limits that changed during a call do not change during the
// next one. One that has waited for so long already is not asked again.
template <typename Answer>
absl::StatusOr<Answer> AskWhileBusy(
    const std::function<absl::StatusOr<Answer>()>& ask,
    std::chrono::milliseconds for_so_long = OpenOptions().lock_timeout) {
  constexpr std::chrono::milliseconds kPause{1};
  const auto until = std::chrono::steady_clock::now() + for_so_long;
  while (true) {
    absl::StatusOr<Answer> answer = ask();
    const bool busy = GetErrorCode(answer.status()) == ErrorCode::kBusy;
    if (!busy || std::chrono::steady_clock::now() >= until) return answer;
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_ASK_AGAIN_H_
