#include "tests/crash/meter_oracle.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <utility>

#include "base/error.h"

namespace drawdown {
namespace {

struct Answer {
  char text[4'096];
};

std::string HowItEnded(int status, const Answer& answer) {
  if (WIFSIGNALED(status)) {
    return "ended by signal " + std::to_string(WTERMSIG(status));
  }
  if (WEXITSTATUS(status) != 0) {
    return "ended with " + std::to_string(WEXITSTATUS(status));
  }
  return answer.text;
}

std::string Wrong(const std::string& what, const absl::Status& status) {
  return what + ": " + status.ToString();
}

absl::StatusOr<MeterAmounts> DrainedTotals(Ledger* ledger) {
  RETURN_IF_ERROR(ledger->Drain().status());
  return TotalsOf(*ledger);
}

// That nothing is open any more and the books prove themselves.
std::string CheckSettled(const Ledger& ledger, const MeterAmounts& totals) {
  const auto live = ledger.Live();
  if (!live.ok()) return Wrong("Live", live.status());
  if (live->regressions != 0) {
    return std::to_string(live->regressions) + " regression records";
  }
  if (!live->meters.empty()) return "live amounts of nobody alive";
  const auto report = ledger.VerifyInProcess();
  if (!report.ok()) return Wrong("verify", report.status());
  if (!report->ok) return "verify: " + report->findings.front();
  int64_t sum = 0;
  for (const int64_t total : totals) sum += total;
  if (report->from_meters != GpuTime(sum)) return "verify counts another sum";
  return "";
}

// That counting goes on where the dead stopped: what is counted now is in the
// bucket of now, in this and in the next.
std::string CheckCountingOn(Ledger* ledger, std::atomic<int64_t>* clock_us,
                            MeterAmounts* totals) {
  constexpr int64_t kGpuUs = 1'000'003;
  for (int bucket = 0; bucket < 2; ++bucket) {
    const auto meters = ledger->meters(OracleNames());
    if (!meters.ok()) return Wrong("meters", meters.status());
    meters->back().Record(kGpuUs);
    totals->back() += kGpuUs;
    UsageQuery query;
    query.from_us = *clock_us / kMicrosPerHour * kMicrosPerHour;
    query.to_us = *query.from_us + kMicrosPerHour;
    query.at_us = kFarUs;
    *clock_us += kMicrosPerHour;
    const auto drained = ledger->Drain();
    if (!drained.ok()) return Wrong("drain", drained.status());
    const auto usage = ledger->Usage(query);
    if (!usage.ok()) return Wrong("usage", usage.status());
    if (usage->total != GpuTime(kGpuUs)) {
      return "what was counted after the deaths is in another bucket";
    }
  }
  return "";
}

}  // namespace

std::vector<MeterName> OracleNames() {
  std::vector<MeterName> names;
  for (const char* tenant : {"acme/chat", "acme/search", "beta"}) {
    for (const char* pool : {"aws/us/gb200", "oci/eu/h100"}) {
      names.push_back({tenant, pool});
    }
  }
  return names;
}

absl::StatusOr<std::unique_ptr<Ledger>> OpenWithClock(
    const std::string& path, const std::atomic<int64_t>* clock_us,
    std::chrono::milliseconds drain_interval) {
  OpenOptions options;
  options.create_if_missing = true;
  options.lock_timeout = std::chrono::milliseconds(30'000);
  options.drain_interval = drain_interval;
  options.allow_any_filesystem = true;
  options.now_us = [clock_us] { return clock_us->load(); };
  return Ledger::Open(path, options);
}

absl::StatusOr<MeterAmounts> TotalsOf(const Ledger& ledger) {
  UsageQuery query;
  query.at_us = kFarUs;
  query.by = {UsageDimension::kTenant, UsageDimension::kPool};
  ASSIGN_OR_RETURN(const UsageAnswer answer, ledger.Usage(query));
  std::map<std::vector<std::string>, GpuTime> by_name;
  for (const UsageRow& row : answer.rows) by_name[row.group] = row.gpu_time;
  const std::vector<MeterName> names = OracleNames();
  MeterAmounts totals{};
  for (int i = 0; i < kOracleMeters; ++i) {
    const GpuTime found = by_name[{names[i].tenant, names[i].pool}];
    totals[i] = static_cast<int64_t>(found.count());
  }
  return totals;
}

std::string Compare(const MeterAmounts& totals, const AmountBounds& allowed) {
  for (int i = 0; i < kOracleMeters; ++i) {
    const std::string which = "meter " + std::to_string(i) + " has " +
                              std::to_string(totals[i]) + " in the books, ";
    if (totals[i] < allowed.low[i]) {
      return which + std::to_string(allowed.low[i] - totals[i]) + " lost of " +
             std::to_string(allowed.low[i]);
    }
    if (totals[i] > allowed.high[i]) {
      return which + std::to_string(totals[i] - allowed.high[i]) +
             " more than the " + std::to_string(allowed.high[i]) +
             " ever begun";
    }
  }
  return "";
}

std::vector<std::string> LiveNames(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(path + "/live", error)) {
    std::string name = entry.path().filename();
    const bool word =
        (name.starts_with("epoch.") || name.starts_with("budgets.")) &&
        !name.ends_with(".new");
    if (!word) names.push_back(std::move(name));
  }
  return names;
}

std::string CheckAfterDeaths(const std::string& path,
                             std::atomic<int64_t>* clock_us,
                             const AmountBounds& allowed,
                             MeterAmounts* totals) {
  const auto ledger = OpenWithClock(path, clock_us, {});
  if (!ledger.ok()) return Wrong("open", ledger.status());
  const auto found = TotalsOf(**ledger);
  if (!found.ok()) return Wrong("usage", found.status());
  *totals = *found;
  const AmountBounds same = {*totals, *totals};
  std::string wrong = Compare(*totals, allowed);
  if (!wrong.empty()) return "before a drain: " + wrong;
  // The second deletes the records of files that the first removed; the others
  // journal buckets that are over.
  for (int drain = 1; drain <= 4; ++drain) {
    const auto now = DrainedTotals(ledger->get());
    if (!now.ok()) return Wrong("drain", now.status());
    wrong = Compare(*now, same);
    if (!wrong.empty()) return "drain " + std::to_string(drain) + ": " + wrong;
    if (drain == 2) *clock_us += 2 * kMicrosPerHour;
  }
  const std::vector<std::string> left = LiveNames(path);
  if (!left.empty()) return left.front() + " is left in live/";
  wrong = CheckSettled(**ledger, *totals);
  if (!wrong.empty()) return wrong;
  return CheckCountingOn(ledger->get(), clock_us, totals);
}

std::string InChild(const std::function<std::string()>& body,
                    std::chrono::seconds deadline) {
  const SharedMemory<Answer> answer;
  const pid_t child = fork();
  if (child == 0) {
    std::strncpy(answer->text, body().c_str(), sizeof answer->text - 1);
    _exit(0);
  }
  const auto until = std::chrono::steady_clock::now() + deadline;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > until) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return "hung";
    }
    usleep(200);
  }
  return HowItEnded(status, *answer.get());
}

std::filesystem::path MemoryDirectory() {
  constexpr uintmax_t kEnough = uintmax_t{512} << 20;
  const std::filesystem::path memory = "/dev/shm";
  std::error_code error;
  const auto space = std::filesystem::space(memory, error);
  const bool usable = !error && space.available >= kEnough &&
                      access(memory.c_str(), W_OK | X_OK) == 0;
  return usable && std::getenv("TMPDIR") == nullptr
             ? memory
             : std::filesystem::temp_directory_path();
}

int64_t Setting(const char* name, int64_t otherwise) {
  const char* const given = std::getenv(name);
  return given != nullptr ? std::atoll(given) : otherwise;
}

}  // namespace drawdown
