// What a power loss does to a lanes file: pages of it fall back to earlier
// bytes, each on its own, and it is of another boot. Whatever comes back: the
// answer is never less than what was drained, never more than what was
// recorded, and what is missing is said.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "meter/lanes_format.h"
#include "tests/support/random.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kStart = 493'000 * kMicrosPerHour;
constexpr size_t kPage = 4'096;
constexpr char kOtherBoot[] = "11111111-2222-3333-4444-555555555555";

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void WriteFile(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class PowerLossTest : public testing::Test {
 protected:
  std::unique_ptr<Ledger> Open() {
    OpenOptions options;
    options.create_if_missing = true;
    options.drain_interval = std::chrono::milliseconds(0);
    options.now_us = [] { return kStart + kMicrosPerSecond; };
    auto ledger = Ledger::Open(dir_.Path("books"), options);
    EXPECT_THAT(ledger, IsOk());
    return *std::move(ledger);
  }

  // Runs in a process of its own, which then dies at once.
  static void InProcess(const std::function<void()>& work) {
    const pid_t child = fork();
    if (child == 0) {
      work();
      _exit(testing::Test::HasFailure() ? 1 : 0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
  }

  // A process records 1 + ... on meters t/0..t/n-1, drains, keeps the file as
  // it is on disk then, and records more that is not drained.
  void RecordDrainRecord(int meters, int64_t drained, int64_t undrained) {
    InProcess([&] {
      const auto ledger = Open();
      std::vector<MeterName> names;
      for (int i = 0; i < meters; ++i) {
        names.push_back({"t/" + std::to_string(i), "p"});
      }
      const auto bound = ledger->meters(names);
      ASSERT_THAT(bound, IsOk());
      // The lane and its pages exist before the copy that may come back.
      for (const Meter& meter : *bound) meter.Record(0);
      fs::copy_file(LanesPath(), dir_.Path("before"));
      for (const Meter& meter : *bound) meter.Record(drained);
      ASSERT_THAT(ledger->Drain(), IsOk());
      for (const Meter& meter : *bound) meter.Record(undrained);
    });
  }

  fs::path LanesPath() const {
    for (const auto& entry : fs::directory_iterator(dir_.Path("books/live"))) {
      if (entry.path().extension() == kLanesSuffix) return entry.path();
    }
    return {};
  }

  // The machine comes up again with `bytes` in the lanes file.
  void Reboot(std::string bytes) {
    auto* const header = reinterpret_cast<LanesHeader*>(bytes.data());
    if (header->header_crc == HeaderCrc(*header)) {
      std::copy(std::begin(kOtherBoot), std::end(kOtherBoot),
                header->identity.boot_id);
      header->header_crc = HeaderCrc(*header);
    }
    WriteFile(LanesPath(), bytes);
    for (const auto& entry : fs::directory_iterator(dir_.Path("books/live"))) {
      if (entry.path().filename().string().starts_with("epoch.")) {
        fs::rename(entry.path(), dir_.Path("books/live/epoch.") + kOtherBoot);
        break;
      }
    }
  }

  struct After {
    GpuTime total;
    uint64_t regressions = 0;
    size_t files = 0;
  };
  // Answers before the drain, after it and after the next are the same.
  After Recover() {
    After after;
    const auto ledger = Open();
    after.total = ledger->Usage({})->total;
    for (int i = 0; i < 3; ++i) {
      EXPECT_THAT(ledger->Drain(), IsOk());
      EXPECT_EQ(ledger->Usage({})->total, after.total) << "drain " << i;
    }
    const auto view = ledger->Live();
    EXPECT_THAT(view, IsOk());
    after.regressions = view->regressions;
    after.files = view->owners.size();
    const auto report = ledger->VerifyInProcess();
    EXPECT_THAT(report, IsOk());
    EXPECT_TRUE(report->ok)
        << (report->findings.empty() ? "" : report->findings.front());
    return after;
  }

  ScratchDir dir_;
};

TEST_F(PowerLossTest, AFileThatIsAheadIsCountedOnce) {
  RecordDrainRecord(3, 100, 7);
  Reboot(ReadFile(LanesPath()));
  const After after = Recover();
  EXPECT_EQ(after.total, GpuTime(3 * 107));
  EXPECT_EQ(after.regressions, 0u);
  EXPECT_EQ(after.files, 0u);
}

TEST_F(PowerLossTest, AFileThatIsBehindTakesNothingBackAndSaysSo) {
  RecordDrainRecord(3, 100, 7);
  Reboot(ReadFile(dir_.Path("before")));
  const After after = Recover();
  EXPECT_EQ(after.total, GpuTime(3 * 100));
  EXPECT_EQ(after.regressions, 1u);
  EXPECT_EQ(after.files, 0u);
}

TEST_F(PowerLossTest, ANewProcessCountsOnWithoutMakingUpForWhatIsBehind) {
  RecordDrainRecord(1, 100, 0);
  Reboot(ReadFile(dir_.Path("before")));
  InProcess([&] {
    const auto ledger = Open();
    const auto meter = ledger->meter("t/0", "p");
    ASSERT_THAT(meter, IsOk());
    for (int i = 0; i < 30; ++i) meter->Record(1);
  });
  EXPECT_EQ(Recover().total, GpuTime(130));
}

TEST_F(PowerLossTest, TornDirectoryAndNames) {
  RecordDrainRecord(3, 100, 7);
  std::string bytes = ReadFile(LanesPath());
  // The directory: no extent can be found.
  std::fill_n(bytes.begin() + kDirectoryOffset, kPage, '\0');
  Reboot(bytes);
  const After after = Recover();
  EXPECT_EQ(after.total, GpuTime(3 * 100));
  EXPECT_EQ(after.regressions, 1u);
}

TEST_F(PowerLossTest, MetersWhoseNamesAreLostAreSaidNotGuessed) {
  InProcess([&] {
    const auto ledger = Open();
    const auto meter = ledger->meter("t/0", "p");
    ASSERT_THAT(meter, IsOk());
    meter->Record(55);
  });
  std::string bytes = ReadFile(LanesPath());
  // Extents 1 and 2 are the overflow lane and the table of meters.
  std::fill(bytes.begin() + 2 * kExtentBytes, bytes.begin() + 3 * kExtentBytes,
            '\0');
  Reboot(bytes);
  const After after = Recover();
  EXPECT_EQ(after.total, GpuTime(0));
  EXPECT_EQ(after.regressions, 1u);
}

TEST_F(PowerLossTest, ADamagedHeaderIsSetAside) {
  RecordDrainRecord(3, 100, 7);
  std::string bytes = ReadFile(LanesPath());
  std::fill_n(bytes.begin(), 64, '\0');
  const std::string name = LanesPath().stem().string();
  Reboot(bytes);
  const After after = Recover();
  EXPECT_EQ(after.total, GpuTime(3 * 100));
  EXPECT_EQ(after.regressions, 1u);
  EXPECT_TRUE(fs::exists(dir_.Path("books/live/" + name + ".damaged")));
}

TEST_F(PowerLossTest, AFileThatIsCutShortOrGone) {
  for (const bool gone : {false, true}) {
    SCOPED_TRACE(gone);
    const ScratchDir fresh;
    fs::remove_all(dir_.Path("books"));
    fs::remove(dir_.Path("before"));
    RecordDrainRecord(2, 100, 7);
    if (gone) {
      fs::remove(LanesPath());
    } else {
      fs::resize_file(LanesPath(), kExtentBytes + 5);
    }
    const After after = Recover();
    EXPECT_EQ(after.total, GpuTime(2 * 100));
    EXPECT_EQ(after.regressions, 1u);
    EXPECT_EQ(after.files, 0u);
  }
}

TEST_F(PowerLossTest, AnyMixOfOldAndNewPages) {
  constexpr int kMeters = 2'000;  // counters on several pages
  RecordDrainRecord(kMeters, 100, 7);
  const std::string books = dir_.Path("books");
  const std::string older = ReadFile(dir_.Path("before"));
  const std::string newer = ReadFile(LanesPath());
  ASSERT_EQ(older.size(), newer.size());
  fs::copy(books, dir_.Path("kept"), fs::copy_options::recursive);
  Random random;
  for (int i = 0; i < 20; ++i) {
    fs::remove_all(books);
    fs::copy(dir_.Path("kept"), books, fs::copy_options::recursive);
    std::string mixed = newer;
    bool behind = false;
    for (size_t at = kPage; at < mixed.size(); at += kPage) {
      if (random.OneIn(2)) continue;
      behind |= older.compare(at, kPage, newer, at, kPage) != 0;
      mixed.replace(at, kPage, older, at, kPage);
    }
    Reboot(mixed);
    const After after = Recover();
    EXPECT_GE(after.total, GpuTime(kMeters * 100));
    EXPECT_LE(after.total, GpuTime(kMeters * 107));
    EXPECT_EQ(after.regressions > 0, behind);
  }
}

}  // namespace
}  // namespace drawdown
