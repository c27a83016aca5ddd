// Stores that log every commit that fits, from the first, and what their logs
// are seen to be in.
#ifndef DRAWDOWN_TESTS_UNIT_STORE_LOGGED_STORE_H_
#define DRAWDOWN_TESTS_UNIT_STORE_LOGGED_STORE_H_

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "ledger/store.h"
#include "store/redo_file.h"
#include "tests/unit/store/scratch.h"

namespace drawdown {

// An empty ledger in `folder`, which nobody has open.
std::string NewLedger(const ScratchFolder& folder);

inline constexpr char kAnotherBoot[] = "another boot";
// On a busy machine a test may stand still for longer than a log stays open.
inline constexpr std::chrono::milliseconds kNeverIdle = std::chrono::hours(1);

absl::StatusOr<std::unique_ptr<Store>> TryToOpenLogged(
    const std::string& directory, const std::string& boot_id,
    std::chrono::milliseconds log_idle = kNeverIdle);
// Or null, and the test fails.
std::unique_ptr<Store> OpenLogged(
    const std::string& directory, const std::string& boot_id = "",
    std::chrono::milliseconds log_idle = kNeverIdle);

RedoFile::View ViewOf(const std::string& directory);
RedoFile::State LogOf(const std::string& directory);

// A process that is killed after `commits` logged ones: k is "1" and so on.
void LeaveLogOpen(const std::string& ledger, int commits);

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_STORE_LOGGED_STORE_H_
