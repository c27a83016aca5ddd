// How long a drain takes: by meters with new counts, by lanes, and when it
// seals a bucket. The bar is 50 ms for 65,536 meters, durable.
//
//   drain_benchmark [--rounds N] [--meters N] [--lanes N]
//
// With --meters or --lanes only that case. Works below the current directory,
// which must be on the disk to be measured.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "measure.h"
#include "meter_books.h"

namespace drawdown {
namespace {

struct Case {
  size_t meters = 0;
  size_t lanes = 0;
};

// A drain in milliseconds, on the wall and of this thread's processor.
struct DrainTimes {
  std::vector<double> wall;
  std::vector<double> processor;
};

void TimeDrain(MeterBooks* books, DrainTimes* times) {
  books->RecordAll(1'000);
  const auto start = std::chrono::steady_clock::now();
  const double processor = ProcessorSeconds();
  const auto drained = books->ledger().Drain();
  times->processor.push_back((ProcessorSeconds() - processor) * 1e3);
  times->wall.push_back(SecondsSince(start) * 1e3);
  Expect(drained.status());
  if (drained->meters != books->meters().size()) {
    Expect(absl::InternalError("a meter's counts were not drained"));
  }
}

// What the disk takes for one page, in the same round.
class OnePageSync {
 public:
  OnePageSync()
      : fd_(open("drain-benchmark.page", O_RDWR | O_CREAT | O_TRUNC, 0600)) {}
  ~OnePageSync() {
    close(fd_);
    unlink("drain-benchmark.page");
  }
  OnePageSync(const OnePageSync&) = delete;  // Owns a file.
  OnePageSync& operator=(const OnePageSync&) = delete;

  double Millis() {
    const char page[4096] = {};
    const auto start = std::chrono::steady_clock::now();
    if (pwrite(fd_, page, sizeof page, 0) != sizeof page ||
        fdatasync(fd_) != 0) {
      Expect(absl::InternalError("cannot write a page"));
    }
    return SecondsSince(start) * 1e3;
  }

 private:
  const int fd_;
};

void Measure(const Case& what, size_t rounds) {
  MeterBooks books(".", what.meters, std::chrono::milliseconds(0));
  books.MakeLanes(what.lanes);
  Expect(books.ledger().Drain().status());
  OnePageSync disk;
  DrainTimes drains;
  DrainTimes seals;
  std::vector<double> syncs;
  for (size_t i = 0; i < rounds; ++i) {
    syncs.push_back(disk.Millis());
    TimeDrain(&books, &drains);
    books.NextBucket();
    TimeDrain(&books, &seals);
  }
  std::printf(
      "%6zu meters %3zu lanes: drain %7.2f ms (p90 %7.2f, processor %6.2f)  "
      "sealing %8.2f ms (p90 %8.2f, processor %7.2f)  fdatasync %5.2f ms\n",
      what.meters, what.lanes, Median(drains.wall),
      Percentile(drains.wall, 0.9), Median(drains.processor),
      Median(seals.wall), Percentile(seals.wall, 0.9), Median(seals.processor),
      Median(syncs));
}

}  // namespace
}  // namespace drawdown

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const auto option = [&](const char* name, size_t otherwise) {
    return drawdown::OptionOr(argc, argv, name, otherwise);
  };
  constexpr drawdown::Case kCases[] = {{65'536, 1}, {65'536, 8}, {65'536, 64},
                                       {16'384, 1}, {16'384, 8}, {1'024, 1},
                                       {1'024, 64}, {1, 1},      {1, 64}};
  const size_t meters = option("meters", SIZE_MAX);
  const size_t lanes = option("lanes", SIZE_MAX);
  std::printf("medians; load average %s\n", drawdown::LoadAverage().c_str());
  for (const drawdown::Case& each : kCases) {
    if (meters != SIZE_MAX && each.meters != meters) continue;
    if (lanes != SIZE_MAX && each.lanes != lanes) continue;
    drawdown::Measure(each, option("rounds", 50));
  }
  std::printf("load average %s\n", drawdown::LoadAverage().c_str());
}
