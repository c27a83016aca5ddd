// What one durable call costs, by one caller and by many at once, beside one
// sync of the disk and beside the same from databases.
//
//   durable_call_benchmark [--rounds N] [--milliseconds N] [--only-many 1]
//
// The bars: one call <= 1.8 x one fdatasync of 4 KiB appended to a preallocated
// file; 64 callers >= 20 x the rate of PostgreSQL's UPDATE with
// synchronous_commit=on. PostgreSQL is measured with the callers' rows apart,
// its best case, and with three levels of which all share the highest. An
// fdatasync over blocks that were written before is measured as well: it has no
// new blocks to note, and is the least that a disk can do.
//
// --only-many leaves out what the last bar does not speak of: for short runs of
// two versions by turns.
//
// Works below the current directory, which must be on the disk to be measured.
// benchmarks/peers/with_servers.sh starts PostgreSQL on the same disk.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "callers.h"
#include "drawdown/ledger.h"
#include "measure.h"
#include "peer.h"

namespace drawdown {
namespace {

constexpr size_t kPageBytes = 4'096;
constexpr size_t kAppendedPages = 262'144;  // 1 GiB: none is written twice
constexpr size_t kOverwrittenPages = 8'192;
constexpr size_t kManyCallers = 64;
constexpr char kSync[] = "fdatasync, 4 KiB appended, preallocated";
constexpr char kPostgresApart[] = "PostgreSQL, UPDATE of a row each";

// A file of so many pages, written from its start to its end, and again.
class SyncedFile {
 public:
  SyncedFile(const std::string& path, size_t pages)
      : fd_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)),
        pages_(pages),
        page_(kPageBytes, 'x') {
    Check(fd_ >= 0);
    const auto bytes = static_cast<off_t>(pages * kPageBytes);
    Check(posix_fallocate(fd_, 0, bytes) == 0);
    Check(fsync(fd_) == 0);
  }
  ~SyncedFile() { close(fd_); }
  SyncedFile(const SyncedFile&) = delete;  // Owns the descriptor.
  SyncedFile& operator=(const SyncedFile&) = delete;

  void WriteAll() {
    for (size_t i = 0; i < pages_; ++i) Write(i);
    Check(fsync(fd_) == 0);
  }
  void WriteNextAndSync() {
    Write(next_++ % pages_);
    Check(fdatasync(fd_) == 0);
  }

 private:
  void Write(size_t page) {
    const ssize_t written = pwrite(fd_, page_.data(), page_.size(),
                                   static_cast<off_t>(page * kPageBytes));
    Check(written == static_cast<ssize_t>(kPageBytes));
  }
  static void Check(bool fine) {
    if (!fine) Expect(absl::UnavailableError(std::strerror(errno)));
  }

  const int fd_;
  const size_t pages_;
  const std::string page_;
  size_t next_ = 0;
};

// Each call starts a run of its own, for a tenant and pool of the caller's.
void AddStartRun(Ledger* ledger, std::atomic<uint64_t>* next_run,
                 size_t callers, std::vector<CallerRow>* rows) {
  CallerRow row{"drawdown, StartRun", {}, {}, {}};
  for (size_t i = 0; i < callers; ++i) {
    row.calls.push_back([ledger, next_run, i] {
      RunStart start;
      start.key.run_id = absl::StrCat("run-", next_run->fetch_add(1));
      start.tenant = absl::StrCat("acme/team", i % 8, "/user", i);
      start.pool = "aws/us-east-1/gb200";
      start.micro_gpus = kMicroGpusPerGpu;
      start.at_us = std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count();
      Expect(ledger->StartRun(start).status());
    });
  }
  rows->push_back(std::move(row));
}

// Each call places a hold of its own under three levels of quotas.
void AddPlaceHold(Ledger* ledger, std::atomic<uint64_t>* next_hold,
                  size_t callers, std::vector<CallerRow>* rows) {
  CallerRow row{"drawdown, PlaceHold", {}, {}, {}};
  for (size_t i = 0; i < callers; ++i) {
    const std::string team = absl::StrCat("held/team", i % 8);
    const std::string user = absl::StrCat(team, "/user", i);
    for (const std::string& tenant : {std::string("held"), team, user}) {
      QuotaSetting setting;
      setting.scope.tenant = tenant;
      setting.limit = QuotaLimit{.nominal = Int128{1} << 80};
      Expect(ledger->SetQuota(setting).status());
    }
    row.calls.push_back([ledger, next_hold, user] {
      HoldRequest request;
      request.hold_id = absl::StrCat("hold-", next_hold->fetch_add(1));
      request.tenant = user;
      request.pool = "aws/us-east-1/gb200";
      request.gpu_time = GpuTime(kMicrosPerHour);
      Expect(ledger->PlaceHold(request).status());
    });
  }
  rows->push_back(std::move(row));
}

const CallerRow* Find(const std::vector<CallerRow>& rows,
                      const std::string& name, size_t callers) {
  for (const CallerRow& row : rows) {
    if (row.name == name && row.calls.size() == callers) return &row;
  }
  return nullptr;
}

// Median of the rounds' ratios of its rate to that of a peer, if there is one.
std::string RateRatio(const CallerRow& row, const CallerRow* peer) {
  if (peer == nullptr) return "";
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", PairedRatio(row.rates, peer->rates));
  return text;
}

void Print(const std::vector<CallerRow>& rows) {
  const CallerRow* const sync = Find(rows, kSync, 1);
  std::printf("%-40s %7s | %8s %9s %11s | %s\n", "", "", "", "", "time x an",
              "rate x PostgreSQL's, rows apart,");
  std::printf("%-40s %7s | %8s %9s %11s | %15s %15s\n", "", "callers",
              "calls/s", "us a call", "fdatasync", "as many callers",
              "one caller");
  for (const CallerRow& row : rows) {
    const size_t callers = row.calls.size();
    std::printf("%-40s %7zu | %8.0f %9.0f %11.2f | %15s %15s\n",
                row.name.c_str(), callers, Median(row.rates),
                Median(row.call_us), PairedRatio(row.call_us, sync->call_us),
                RateRatio(row, Find(rows, kPostgresApart, callers)).c_str(),
                RateRatio(row, Find(rows, kPostgresApart, 1)).c_str());
  }
}

void Run(size_t rounds, double seconds, bool only_many) {
  const std::string directory = FreshDirectory("durable-call-benchmark");
  SyncedFile appended(directory + "/appended", kAppendedPages);
  SyncedFile overwritten(directory + "/overwritten", kOverwrittenPages);
  overwritten.WriteAll();
  OpenOptions options;
  options.create_if_missing = true;
  auto ledger = Ledger::Open(directory + "/books", options);
  Expect(ledger.status());
  std::atomic<uint64_t> next_run = 0;
  const auto sqlite =
      NewSqliteQuotas(directory + "/quotas.sqlite", QuotaLevels::kOne);
  const auto apart = NewPostgresQuotas(QuotaLevels::kOne);
  const auto nested = NewPostgresQuotas(QuotaLevels::kThree);

  std::vector<CallerRow> rows;
  rows.push_back({kSync, {[&] { appended.WriteNextAndSync(); }}, {}, {}});
  rows.push_back({"fdatasync, 4 KiB overwritten",
                  {[&] { overwritten.WriteNextAndSync(); }},
                  {},
                  {}});
  for (const size_t callers : {size_t{1}, kManyCallers}) {
    if (callers > 1 || !only_many) {
      AddStartRun(ledger->get(), &next_run, callers, &rows);
      AddPlaceHold(ledger->get(), &next_run, callers, &rows);
    }
    if (only_many && callers > 1) break;
    const auto leaves = static_cast<int>(callers);
    AddQuotaRow(kPostgresApart, apart.get(), leaves, &rows);
    if (only_many) continue;
    AddQuotaRow("PostgreSQL, three levels, one root", nested.get(), leaves,
                &rows);
  }
  if (!only_many) {
    AddQuotaRow("SQLite, WAL, FULL, UPDATE", sqlite.get(), 1, &rows);
  }
  MeasureCallers(&rows, rounds, seconds);
  Print(rows);
  rows.clear();
  ledger->reset();
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace drawdown

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const size_t rounds = drawdown::OptionOr(argc, argv, "rounds", 15);
  const size_t milliseconds =
      drawdown::OptionOr(argc, argv, "milliseconds", 400);
  std::printf("%zu rounds, medians; load average %s\n", rounds,
              drawdown::LoadAverage().c_str());
  drawdown::Run(rounds, static_cast<double>(milliseconds) / 1e3,
                drawdown::OptionOr(argc, argv, "only-many", 0) != 0);
  std::printf("load average %s\n", drawdown::LoadAverage().c_str());
}
