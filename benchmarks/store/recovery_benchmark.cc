// How long the opening of a ledger takes whose redo log is full, as after a
// loss of power, where that takes longest: each key that the log has is on a
// page of its own among a million records, and has been put until the log took
// no more.
//
//   recovery_benchmark [--rounds N] [--records N]
//
// The bar: open after a crash <= 10 ms however large the ledger is. What is
// opened is a copy of the files: that it is another file makes it recovered in
// the boot that opened the log. The page cache has the copy; the second line is
// without, as after a start of the machine, where the disk's reads are what
// counts.
//
// Works below the current directory.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/files.h"
#include "measure.h"
#include "store/environment.h"
#include "store/lmdb_store.h"
#include "store/redo_file.h"
#include "store/redo_format.h"
#include "store/registry.h"
#include "store/transaction.h"

namespace drawdown {
namespace {

constexpr size_t kBulk = 100'000;  // a commit of these is not logged
constexpr size_t kKeysAgain = 64;  // that are put again by one commit
constexpr std::chrono::seconds kWait{5};

std::string KeyOf(size_t number) {
  char key[24];
  std::snprintf(key, sizeof key, "%09zu", number);
  return key;
}

std::shared_ptr<Environment> Open(const std::string& directory) {
  EnvironmentOptions options;
  options.commits_before_log = 0;
  options.log_idle = {};
  auto opened = AcquireEnvironment(directory, options, After(kWait));
  Expect(opened.status());
  return *std::move(opened);
}

// The keys `from` to `to`, so many records apart, by one commit.
void Put(const std::shared_ptr<Environment>& environment, size_t from,
         size_t to, size_t apart, const std::string& value) {
  auto txn = BeginLmdbWrite(environment, After(kWait));
  Expect(txn.status());
  for (size_t i = from; i < to; ++i) {
    Expect((*txn)->Put(Table::kCells, KeyOf(i * apart), value));
  }
  Expect((*txn)->Commit());
}

struct Log {
  uint64_t generation = 0;
  size_t operations = 0;
  size_t bytes = 0;
};

Log LogOf(const std::string& books) {
  const Fd directory(open(books.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  RedoFile file(directory.get(), books);
  const auto view = file.Look();
  Expect(view.status());
  const auto bytes = file.ReadRecords();
  Expect(bytes.status());
  const RedoRecords records = ReadRedoRecords(*bytes, view->header.generation,
                                              view->header.transaction);
  Log log{view->header.generation, records.operations.size(), 0};
  if (log.operations == 0) return log;
  const std::string_view last = records.operations.back().value;
  log.bytes = static_cast<size_t>(last.data() + last.size() - bytes->data());
  return log;
}

// How many keys the log takes, and room for another commit. One by one they are
// the most, as it keeps room for one as large as its largest.
size_t KeysOfLog(const std::string& books, size_t apart) {
  const auto environment = Open(books);
  Put(environment, 0, 1, apart, "put");
  const uint64_t generation = LogOf(books).generation;
  size_t keys = 1;
  for (; LogOf(books).generation == generation; ++keys) {
    Put(environment, keys, keys + 1, apart, "put");
  }
  return keys - 2;
}

// Returns the environment, whose end would close the log.
std::shared_ptr<Environment> FillLog(const std::string& books, size_t keys,
                                     size_t apart) {
  auto environment = Open(books);
  for (size_t i = 0; i < keys; ++i) Put(environment, i, i + 1, apart, "0000");
  const Log first = LogOf(books);
  Log log = first;
  for (size_t put = 1; log.generation == first.generation; ++put) {
    for (size_t i = 0; i < keys; i += kKeysAgain) {
      Put(environment, i, std::min(i + kKeysAgain, keys), apart,
          std::to_string(1000 + put));
      log = LogOf(books);
      if (log.bytes + 2 * first.bytes / keys * kKeysAgain > kRedoRecordBytes) {
        return environment;
      }
    }
  }
  Expect(absl::InternalError("the log was renewed before it was full"));
  return nullptr;
}

void LeavePageCache(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED);
}

void MeasureOpening(const std::string& books, const std::string& copy,
                    bool cached, size_t rounds) {
  std::vector<double> all;
  std::vector<double> processor;
  for (size_t round = 0; round < rounds; ++round) {
    std::filesystem::create_directories(copy + "/live");
    for (const char* name : {"/data.mdb", "/redo"}) {
      std::filesystem::copy_file(books + name, copy + name);
    }
    sync();
    if (!cached) LeavePageCache(copy + "/data.mdb");
    const auto start = std::chrono::steady_clock::now();
    const double busy = ProcessorSeconds();
    auto opened = Open(copy);
    all.push_back(SecondsSince(start) * 1e3);
    processor.push_back((ProcessorSeconds() - busy) * 1e3);
    opened.reset();
    std::filesystem::remove_all(copy);
  }
  std::printf("%-22s | %6.1f ms (%.1f to %.1f), %.1f of the processor\n",
              cached ? "in the page cache" : "not in the page cache",
              Median(all), Percentile(all, 0), Percentile(all, 1),
              Median(processor));
}

void Run(size_t rounds, size_t records) {
  const std::string directory = FreshDirectory("recovery-benchmark");
  const std::string books = directory + "/books";
  Expect(CreateLmdbStore(books, "header", "test", LmdbOptions{}));
  {
    const auto environment = Open(books);
    for (size_t i = 0; i < records; i += kBulk) {
      Put(environment, i, i + kBulk, 1, std::string(32, 'v'));
    }
  }
  const size_t apart = records / (2 * kMaxRedoPlaces);
  const size_t keys = KeysOfLog(books, apart);
  const auto environment = FillLog(books, keys, apart);
  std::printf(
      "opening after a crash, %zu records, %zu operations on %zu keys "
      "in the log, load %s\n",
      records, LogOf(books).operations, keys, LoadAverage().c_str());
  MeasureOpening(books, directory + "/copy", true, rounds);
  MeasureOpening(books, directory + "/copy", false, rounds);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace drawdown

int main(int argc, char** argv) {
  drawdown::Run(drawdown::OptionOr(argc, argv, "rounds", 15),
                drawdown::OptionOr(argc, argv, "records", 1'000'000));
}
