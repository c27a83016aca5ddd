#include "meter_books.h"

#include <barrier>
#include <filesystem>
#include <thread>

#include "absl/strings/str_cat.h"
#include "measure.h"

namespace drawdown {
namespace {

constexpr int64_t kFirstHour = 493'000;  // in 2026
constexpr size_t kPools = 16;

std::vector<MeterName> Names(size_t count) {
  std::vector<MeterName> names;
  names.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    names.push_back({absl::StrCat("acme/team-", i / kPools),
                     absl::StrCat("aws/region-", i % kPools, "/gb200")});
  }
  return names;
}

}  // namespace

MeterBooks::MeterBooks(const std::string& folder, size_t meters,
                       std::chrono::milliseconds drain_interval)
    : path_(folder + "/meter-benchmark.books"),
      now_us_(kFirstHour * kMicrosPerHour) {
  FreshDirectory(path_);
  OpenOptions options;
  options.create_if_missing = true;
  options.drain_interval = drain_interval;
  if (drain_interval.count() == 0) {
    options.now_us = [this] { return now_us_.load(); };
  }
  auto ledger = Ledger::Open(path_, options);
  Expect(ledger.status());
  ledger_ = *std::move(ledger);
  auto bound = ledger_->meters(Names(meters));
  Expect(bound.status());
  meters_ = *std::move(bound);
}

MeterBooks::~MeterBooks() {
  ledger_ = nullptr;
  std::filesystem::remove_all(path_);
}

void MeterBooks::MakeLanes(size_t lanes) {
  RecordAll(1);  // This thread's lane is the first.
  if (lanes <= 1) return;
  // All at once: a lane is used again when its thread has ended.
  std::barrier together(static_cast<std::ptrdiff_t>(lanes - 1));
  std::vector<std::thread> threads;
  for (size_t i = 1; i < lanes; ++i) {
    threads.emplace_back([&] {
      RecordAll(1);
      together.arrive_and_wait();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace drawdown
