// Lanes files and their readers, without a ledger.
#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "meter/lanes_reader.h"
#include "meter/process_lanes.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

// One ledger's live directory.
class Place {
 public:
  Place() {
    auto epoch = EpochFile::Open(dir_.Path(""), "boot", Epoch{7, 0});
    EXPECT_THAT(epoch, IsOk());
    epoch_ = *std::move(epoch);
  }
  std::vector<Meter> Bind(const std::vector<MeterIds>& ids) {
    const auto meters = BindMeters({dir_.Path(""), ledger_}, epoch_, 0, ids);
    EXPECT_THAT(meters, IsOk());
    return *meters;
  }
  Meter BindOne(uint32_t tenant) { return Bind({{tenant, 0}}).front(); }
  EpochFile& epoch() { return *epoch_; }
  const Uuid& ledger() const { return ledger_; }

  std::string FilePath() const {
    for (const auto& entry :
         std::filesystem::directory_iterator(dir_.Path(""))) {
      if (entry.path().extension() == kLanesSuffix) return entry.path();
    }
    return "";
  }
  std::unique_ptr<LanesReader> Read() const {
    auto reader = LanesReader::Open(FilePath(), ledger_);
    EXPECT_THAT(reader, IsOk());
    EXPECT_THAT((*reader)->Refresh(), IsOk());
    return *std::move(reader);
  }
  // Of one meter, by bank.
  std::array<uint64_t, 2> Sums(uint32_t meter) const {
    const auto reader = Read();
    BlockSums sums;
    reader->Sum(meter / kBlockMeters, &sums);
    return {sums.by_bank[0].at(meter % kBlockMeters),
            sums.by_bank[1].at(meter % kBlockMeters)};
  }

 private:
  ScratchDir dir_;
  const Uuid ledger_ = NewUuid();
  std::shared_ptr<EpochFile> epoch_;
};

using Sums = std::array<uint64_t, 2>;

TEST(LanesTest, TheWordSaysWhichBankCounts) {
  Place place;
  const Meter meter = place.BindOne(1);
  meter.Record(5);
  EXPECT_EQ(place.Sums(0), (Sums{5, 0}));
  EXPECT_TRUE(place.epoch().Publish({7, 0}, {8, 1}));
  meter.Record(6);
  EXPECT_EQ(place.Sums(0), (Sums{5, 6}));
}

TEST(LanesTest, AMeterMadeAfterTheLaneFindsRoom) {
  Place place;
  place.BindOne(0).Record(1);
  std::vector<MeterIds> ids;
  for (uint32_t i = 0; i < 3 * kBlockMeters; ++i) ids.push_back({i, 0});
  const std::vector<Meter> meters = place.Bind(ids);
  meters.back().Record(7);
  meters[kBlockMeters].Record(8);
  EXPECT_EQ(place.Sums(3 * kBlockMeters - 1), (Sums{7, 0}));
  EXPECT_EQ(place.Sums(kBlockMeters), (Sums{8, 0}));
  EXPECT_EQ(place.Sums(0), (Sums{1, 0}));
  const auto reader = place.Read();
  EXPECT_EQ(reader->MeterAt(kBlockMeters)->tenant, kBlockMeters);
}

TEST(LanesTest, ManyLedgersTakeTurnsInOneThread) {
  constexpr int kPlaces = 24;
  std::vector<Place> places(kPlaces);
  std::vector<Meter> meters;
  for (Place& place : places) meters.push_back(place.BindOne(1));
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < kPlaces; ++i) meters[i].Record(i);
  }
  for (uint64_t i = 0; i < kPlaces; ++i) {
    EXPECT_EQ(places[i].Sums(0), (Sums{10 * i, 0})) << i;
  }
}

TEST(LanesTest, MoreThreadsThanLanesOverALife) {
  Place place;
  const Meter meter = place.BindOne(1);
  constexpr int kThreads = 1'200;
  constexpr int kAtOnce = 4;
  for (int i = 0; i < kThreads; i += kAtOnce) {
    std::vector<std::thread> threads;
    for (int t = 0; t < kAtOnce; ++t) {
      threads.emplace_back([meter] {
        meter.Record(1);
        meter.Record(2);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(place.Sums(0), (Sums{3 * kThreads, 0}));
  EXPECT_LE(place.Read()->lanes(), kOverflowLane + kAtOnce);
}

// A destructor that runs when its thread has given its lanes back.
struct LateCounter {
  Meter meter;
  ~LateCounter() { meter.Record(100); }
};

TEST(LanesTest, ALateDestructorCountsToo) {
  Place place;
  const Meter meter = place.BindOne(1);
  std::thread([meter] {
    // Made before the thread's lanes, so destroyed after them.
    static thread_local LateCounter late;
    late.meter = meter;
    meter.Record(1);
  }).join();
  EXPECT_EQ(place.Sums(0), (Sums{101, 0}));
}

TEST(LanesTest, AReaderNeverSeesASumFall) {
  Place place;
  const Meter meter = place.BindOne(1);
  std::atomic<bool> stop{false};  // set by the test, read by its threads
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      while (!stop.load(std::memory_order_relaxed)) meter.Record(3);
    });
  }
  const auto reader = place.Read();
  BlockSums sums;
  uint64_t last = 0;
  for (int i = 0; i < 300; ++i) {
    ASSERT_THAT(reader->Refresh(), IsOk());
    reader->Sum(0, &sums);
    ASSERT_GE(sums.by_bank[0][0], last);
    ASSERT_EQ(sums.by_bank[0][0] % 3, 0u);
    last = sums.by_bank[0][0];
  }
  stop.store(true, std::memory_order_relaxed);
  for (std::thread& thread : threads) thread.join();
}

TEST(LanesTest, AnEmptyMeterCountsNothing) {
  Meter().Record(1);
  Meter().Record(-1);
}

TEST(LanesTest, AFileOfAnotherLedgerIsRefused) {
  Place place;
  place.BindOne(1);
  EXPECT_THAT(LanesReader::Open(place.FilePath(), NewUuid()),
              IsError(ErrorCode::kCorrupt, "of another ledger"));
}

// What a process counts that was built before there were allowances.
TEST(LanesTest, AFileOfTheFormatBeforeIsRead) {
  Place place;
  place.BindOne(1).Record(5);
  const std::string path = place.FilePath();
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  LanesHeader header{};
  file.read(reinterpret_cast<char*>(&header), sizeof header);
  const auto write = [&](const char* magic) {
    std::memcpy(header.magic, magic, sizeof header.magic);
    header.header_crc = HeaderCrc(header);
    file.seekp(0);
    file.write(reinterpret_cast<const char*>(&header), sizeof header);
    file.flush();
  };
  write(kLanesMagicBefore);
  EXPECT_EQ(place.Sums(0), (Sums{5, 0}));
  write("ddlanes1");
  EXPECT_THAT(LanesReader::Open(path, place.ledger()),
              IsError(ErrorCode::kCorrupt, "damaged header"));
}

TEST(LanesTest, AFileThatIsCutShortIsAnErrorNotASignal) {
  Place place;
  place.BindOne(1).Record(1);
  const auto reader = place.Read();
  const std::string copy = place.FilePath() + ".copy";
  std::filesystem::copy_file(place.FilePath(), copy);
  const auto cut = LanesReader::Open(copy, place.ledger());
  ASSERT_THAT(cut, IsOk());
  std::filesystem::resize_file(copy, kExtentBytes);
  EXPECT_THAT((*cut)->Refresh(), IsError(ErrorCode::kCorrupt, "cut short"));
  EXPECT_THAT(reader->Refresh(), IsOk());
}

}  // namespace
}  // namespace drawdown
