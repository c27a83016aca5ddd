// Verifying, copying and salvaging ledgers.
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <new>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/uuid.h"
#include "engine/impl.h"
#include "ledger/rebuild.h"
#include "ledger/verify.h"
#include "model/verify_report.h"

extern char** environ;

namespace drawdown {
namespace {

namespace fs = std::filesystem;

bool IsProgram(const fs::path& path) {
  return access(path.c_str(), X_OK) == 0 && fs::is_regular_file(path);
}

// Where the drawdown program may be, in order.
std::vector<fs::path> ProgramCandidates() {
  std::vector<fs::path> candidates;
  if (const char* named = std::getenv("DRAWDOWN_BIN")) {
    candidates.emplace_back(named);
  }
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (!error) candidates.push_back(self.parent_path() / "drawdown");
  const char* path = std::getenv("PATH");
  std::string rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const size_t colon = rest.find(':');
    const std::string folder = rest.substr(0, colon);
    if (!folder.empty()) candidates.push_back(fs::path(folder) / "drawdown");
    rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
  }
  return candidates;
}

absl::StatusOr<std::string> FindProgram() {
  for (const fs::path& candidate : ProgramCandidates()) {
    if (IsProgram(candidate)) return candidate.string();
  }
  return MakeError(
      ErrorCode::kNotFound,
      "the drawdown program, which verifies a ledger outside this "
      "process, is not in $DRAWDOWN_BIN, beside this program or on "
      "$PATH");
}

std::string ReadAll(int fd) {
  std::string all;
  char buffer[4096];
  while (true) {
    const ssize_t got = read(fd, buffer, sizeof buffer);
    if (got > 0) all.append(buffer, got);
    if (got == 0 || (got < 0 && errno != EINTR)) return all;
  }
}

// What the program printed; its exit status is part of what it says.
absl::StatusOr<std::string> RunProgram(std::vector<std::string> arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return MakeError(ErrorCode::kIo,
                     std::string("pipe: ") + std::strerror(errno));
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int failed =
      posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string output = failed == 0 ? ReadAll(ends[0]) : "";
  close(ends[0]);
  if (failed != 0) {
    return MakeError(ErrorCode::kIo,
                     arguments[0] + ": " + std::strerror(failed));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return output;
}

// The bucket length and header of a damaged ledger, as far as they can be read.
Header HeaderOrDefault(ReadTransaction* books, SalvageReport* report) {
  const auto bytes = books->Get(Table::kMeta, kHeaderKey);
  if (bytes.ok() && *bytes) {
    const auto header = DecodeHeader(**bytes);
    if (header.ok()) return *header;
  }
  report->losses.push_back(
      "the header record; buckets of one hour are assumed");
  return Header{};
}

// Where a ledger is salvaged to before it is moved to its destination whole:
// half of one would look like one that lost the rest. Removed unless it is
// moved.
class SalvagePlace {
 public:
  // kLedgerExists.
  static absl::StatusOr<SalvagePlace> Beside(std::string destination) {
    while (destination.size() > 1 && destination.back() == '/') {
      destination.pop_back();
    }
    struct stat info;
    if (lstat(destination.c_str(), &info) == 0) {
      return MakeError(ErrorCode::kLedgerExists,
                       destination + " exists already");
    }
    // Of this call alone, whoever else is salvaging to there.
    return SalvagePlace(std::move(destination),
                        ".salvaging-" + FormatUuid(NewUuid()));
  }
  SalvagePlace(SalvagePlace&& other) noexcept
      : destination_(std::move(other.destination_)),
        path_(std::exchange(other.path_, "")) {}
  SalvagePlace& operator=(SalvagePlace&&) = delete;
  ~SalvagePlace() {
    try {
      std::error_code ignored;
      if (!path_.empty()) fs::remove_all(path_, ignored);
    } catch (const std::bad_alloc&) {
      // It stays, beside the destination.
    }
  }

  const std::string& path() const { return path_; }
  // The last that may fail.
  absl::Status MoveThere() const {
    std::string parent = fs::path(destination_).parent_path();
    if (parent.empty()) parent = ".";
    if (rename(path_.c_str(), destination_.c_str()) != 0) {
      return ErrnoError(errno, "rename " + path_ + " to " + destination_);
    }
    return SyncDirectory(parent);
  }

 private:
  SalvagePlace(std::string destination, const std::string& suffix)
      : destination_(std::move(destination)), path_(destination_ + suffix) {}

  std::string destination_;
  std::string path_;
};

}  // namespace

absl::StatusOr<VerifyReport> Ledger::VerifyInProcess() const {
  absl::StatusOr<LiveBooks> live = impl_->ReadLive();
  if (live.ok()) {
    ASSIGN_OR_RETURN(
        VerifyReport report,
        VerifyBooks(live->transaction.get(), impl_->header(), impl_->NowUs()));
    for (const LiveAmount& amount : live->usage.amounts.amounts) {
      report.live += amount.gpu_time;
    }
    return report;
  }
  // What live counters lack is no reason not to look at the rest.
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                   impl_->BeginRead());
  ASSIGN_OR_RETURN(VerifyReport report,
                   VerifyBooks(books.get(), impl_->header(), impl_->NowUs()));
  report.ok = false;
  report.findings.push_back("live meters: " +
                            std::string(live.status().message()));
  return report;
}

absl::StatusOr<VerifyReport> Ledger::Verify() const {
  ASSIGN_OR_RETURN(const std::string program, FindProgram());
  ASSIGN_OR_RETURN(const std::string output,
                   RunProgram({program, "--ledger", impl_->directory(),
                               "verify", "--porcelain"}));
  return DecodeVerifyReport(output);
}

absl::Status Ledger::Backup(const std::string& destination) const {
  LmdbOptions options;
  options.allow_any_filesystem = true;  // It is open, so it was allowed.
  return CopyLmdbStore(impl_->directory(), options, destination);
}

absl::StatusOr<SalvageReport> Salvage(const std::string& directory,
                                      const std::string& destination) {
  ASSIGN_OR_RETURN(const SalvagePlace place, SalvagePlace::Beside(destination));
  LmdbOptions options;
  ASSIGN_OR_RETURN(const std::unique_ptr<Store> damaged,
                   OpenLmdbStore(directory, options));
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                   damaged->BeginRead());
  SalvageReport before;
  const Header header = HeaderOrDefault(books.get(), &before);
  OpenOptions fresh;
  fresh.bucket = std::chrono::duration_cast<std::chrono::minutes>(
      std::chrono::microseconds(header.bucket_us));
  RETURN_IF_ERROR(Ledger::Create(place.path(), fresh));
  ASSIGN_OR_RETURN(std::unique_ptr<Store> store,
                   OpenLmdbStore(place.path(), options));
  ASSIGN_OR_RETURN(SalvageReport report,
                   SalvageInto(books.get(), header, store.get()));
  report.losses.insert(report.losses.begin(), before.losses.begin(),
                       before.losses.end());
  store.reset();
  RETURN_IF_ERROR(place.MoveThere());
  return report;
}

}  // namespace drawdown
