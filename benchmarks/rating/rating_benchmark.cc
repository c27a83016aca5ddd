// How many bucket cells a second are rated, per core. The bar is 20 M cells/s
// for flat rates and one or two commitments.
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "benchmark/benchmark.h"
#include "rating/kept.h"
#include "rating/rating.h"

namespace drawdown {
namespace {

constexpr int64_t kStart = 1'767'225'600 * kMicrosPerSecond;  // 2026-01-01
constexpr int64_t kMonthHours = 744;

MoneyAmount Units(int64_t hundredths) {
  return MoneyAmount(hundredths * (kAttosPerUnit / 100));
}

std::string Numbered(const std::string& prefix, int64_t number) {
  return absl::StrCat(prefix, absl::Dec(number, absl::kZeroPad6));
}

Contract FlatContract() {
  Contract contract;
  contract.id = std::string("c");
  contract.provider = std::string("p");
  contract.currency = *Currency::Parse("USD");
  contract.term = {kStart, kStart + 7 * 365 * 24 * kMicrosPerHour};
  contract.rates = {{"p", kStart, {{std::nullopt, Units(410)}}}};
  return contract;
}

void AddReservation(const std::string& id, int64_t gpus, Contract* contract) {
  Commitment commitment;
  commitment.id = id;
  commitment.steps = {{kStart, GpuTime(gpus * kMicrosPerHour)}};
  commitment.price = Units(205);
  commitment.shortfall.policy = ShortfallPolicy::kTakeOrPay;
  commitment.priority = static_cast<int32_t>(contract->commitments.size());
  contract->commitments.push_back(commitment);
}

void AddSpend(Contract* contract) {
  Commitment commitment;
  commitment.id = std::string("spend");
  commitment.category = CommitmentCategory::kSpend;
  commitment.model = CommitmentModel::kDiscontinuous;
  commitment.interval = FulfilmentInterval::kAnnual;
  commitment.layer = 2;
  commitment.spend_steps = {{kStart, Units(100'000'000'000)}};
  commitment.shortfall.policy = ShortfallPolicy::kTakeOrPay;
  contract->commitments.push_back(commitment);
}

// A month of `tenants` tenants on some pools, every cell used, amounts uneven.
UsageTable MonthOfUsage(int64_t tenants, uint32_t pools = 4) {
  UsageTable usage;
  for (int64_t i = 0; i < tenants; ++i) {
    usage.tenants.push_back(Numbered("acme/t", i));
  }
  for (int64_t i = 0; i < pools; ++i)
    usage.pools.push_back(Numbered("p/x/h", i));
  uint64_t random = 1;
  for (int64_t hour = 0; hour < kMonthHours; ++hour) {
    for (uint32_t tenant = 0; tenant < tenants; ++tenant) {
      for (uint32_t pool = 0; pool < pools; ++pool) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        const auto amount = static_cast<int64_t>(
            (random >> 12) % (16 * static_cast<uint64_t>(kMicrosPerHour)));
        usage.cells.push_back({kStart + hour * kMicrosPerHour, tenant, pool,
                               GpuTime(amount + 1)});
      }
    }
  }
  return usage;
}

// Average use of a cell is 8 GPUs.
int64_t AverageGpus(int64_t tenants) { return tenants * 4 * 8; }

void Rate(benchmark::State& state, const Contract& contract,
          uint32_t pools = 4) {
  const UsageTable usage = MonthOfUsage(state.range(0), pools);
  const Interval period = {kStart, kStart + kMonthHours * kMicrosPerHour};
  const RatingInput input = {&contract, &usage, period, period.end_us};
  size_t charges = 0;
  for (auto _ : state) {
    const auto rated = RateUsage(input);
    CHECK(rated.ok());
    charges = rated->charges.size();
    benchmark::DoNotOptimize(rated->charges.data());
  }
  const auto cells = static_cast<int64_t>(usage.cells.size());
  state.SetItemsProcessed(state.iterations() * cells);
  state.counters["cells"] = static_cast<double>(cells);
  state.counters["charges"] = static_cast<double>(charges);
}

void BM_OnDemand(benchmark::State& state) { Rate(state, FlatContract()); }

void BM_OneReservationAmple(benchmark::State& state) {
  Contract contract = FlatContract();
  AddReservation("r", 3 * AverageGpus(state.range(0)), &contract);
  Rate(state, contract);
}

void BM_OneReservationSplit(benchmark::State& state) {
  Contract contract = FlatContract();
  AddReservation("r", AverageGpus(state.range(0)) / 2, &contract);
  Rate(state, contract);
}

void BM_TwoReservationsSplit(benchmark::State& state) {
  Contract contract = FlatContract();
  AddReservation("r", AverageGpus(state.range(0)) / 4, &contract);
  AddReservation("s", AverageGpus(state.range(0)) / 4, &contract);
  Rate(state, contract);
}

void BM_ReservationAndSpend(benchmark::State& state) {
  Contract contract = FlatContract();
  AddReservation("r", 3 * AverageGpus(state.range(0)), &contract);
  AddSpend(&contract);
  Rate(state, contract);
}

constexpr uint32_t kPools = 20;

// Five reservations, a fifth of 20 pools each, that hold nearly all of it.
Contract LargeContract(int64_t tenants) {
  Contract contract = FlatContract();
  for (int64_t i = 0; i < 5; ++i) {
    AddReservation(absl::StrCat("r", i), tenants * 4 * 9, &contract);
    ApplicabilityRule rule;
    for (uint32_t pool = 0; pool < kPools; ++pool) {
      if (pool % 5 == i) rule.values.push_back(Numbered("p/x/h", pool));
    }
    contract.commitments.back().applies = {rule};
  }
  return contract;
}

void BM_LargeMonth(benchmark::State& state) {
  Rate(state, LargeContract(state.range(0)), kPools);
}

// A statement of all that, from usage to lines.
void BM_LargeMonthStatement(benchmark::State& state) {
  const Contract contract = LargeContract(state.range(0));
  const UsageTable usage = MonthOfUsage(state.range(0), kPools);
  const Interval period = {kStart, kStart + kMonthHours * kMicrosPerHour};
  const RatingInput input = {&contract, &usage, period, period.end_us};
  for (auto _ : state) {
    state.PauseTiming();
    UsageTable copy = usage;
    state.ResumeTiming();
    const auto kept = KeptRating::Make(input, std::move(copy));
    CHECK(kept.ok());
    const auto statement = (*kept)->MakeStatement();
    CHECK(statement.ok());
    state.counters["lines"] = static_cast<double>(statement->lines.size());
    state.counters["kept_MB"] = static_cast<double>((*kept)->bytes()) / 1e6;
  }
  const auto cells = static_cast<int64_t>(usage.cells.size());
  state.SetItemsProcessed(state.iterations() * cells);
}

// The same statement again after a run of three hours that comes late, on a
// random day of the month; beside one from the beginning.
void Late(benchmark::State& state, const Contract& contract) {
  const UsageTable usage = MonthOfUsage(state.range(0), kPools);
  const Interval period = {kStart, kStart + kMonthHours * kMicrosPerHour};
  const RatingInput input = {&contract, &usage, period, period.end_us};
  const auto kept = KeptRating::Make(input, usage);
  CHECK(kept.ok());
  using Clock = std::chrono::steady_clock;
  const auto before = Clock::now();
  {
    const auto rated = RateUsage(input);
    CHECK(rated.ok());
    CHECK(MakeStatement(input, *rated).ok());
  }
  const std::chrono::duration<double> anew = Clock::now() - before;
  uint64_t random = 1;
  std::chrono::duration<double> late{0};
  int64_t walked = 0;
  for (auto _ : state) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    const auto hour = static_cast<int64_t>((random >> 20) % (kMonthHours - 3));
    std::vector<UsageCell> changes;
    for (int64_t i = 0; i < 3; ++i) {
      changes.push_back({kStart + (hour + i) * kMicrosPerHour,
                         static_cast<uint32_t>(random >> 40) %
                             static_cast<uint32_t>(state.range(0)),
                         static_cast<uint32_t>(random >> 50) % kPools,
                         GpuTime(kMicrosPerHour * 8)});
    }
    const auto start = Clock::now();
    CHECK((*kept)->Update(period.end_us, changes).ok());
    const auto statement = (*kept)->MakeStatement();
    CHECK(statement.ok());
    benchmark::DoNotOptimize(statement->total);
    late += Clock::now() - start;
    walked += (*kept)->walked();
  }
  const auto runs = static_cast<double>(state.iterations());
  state.counters["walked"] = static_cast<double>(walked) / runs;
  state.counters["anew_ms"] = anew.count() * 1e3;
  state.counters["ratio"] = anew.count() / (late.count() / runs);
}

void BM_LateRun(benchmark::State& state) {
  Late(state, LargeContract(state.range(0)));
}

// Under a block for the month that lasts, and a year's spend agreement.
void BM_LateRunBlockAndSpend(benchmark::State& state) {
  Contract contract = LargeContract(state.range(0));
  Commitment& block = contract.commitments[0];
  block.model = CommitmentModel::kDiscontinuous;
  block.interval = FulfilmentInterval::kMonthly;
  block.steps[0].quantity =
      GpuTime(Int128{state.range(0)} * 4 * 9 * kMicrosPerHour * kMonthHours);
  AddSpend(&contract);
  Late(state, contract);
}

void BM_Statement(benchmark::State& state) {
  const Contract contract = FlatContract();
  const UsageTable usage = MonthOfUsage(state.range(0));
  const Interval period = {kStart, kStart + kMonthHours * kMicrosPerHour};
  const RatingInput input = {&contract, &usage, period, period.end_us};
  const auto rated = RateUsage(input);
  CHECK(rated.ok());
  for (auto _ : state) {
    const auto statement = MakeStatement(input, *rated);
    CHECK(statement.ok());
    benchmark::DoNotOptimize(statement->total);
  }
  state.SetItemsProcessed(state.iterations() *
                          static_cast<int64_t>(rated->charges.size()));
}

// Tenants: 64 and 1024 cells a bucket.
BENCHMARK(BM_OnDemand)->Arg(16)->Arg(256);
BENCHMARK(BM_OneReservationAmple)->Arg(16)->Arg(256);
BENCHMARK(BM_OneReservationSplit)->Arg(16)->Arg(256);
BENCHMARK(BM_TwoReservationsSplit)->Arg(16)->Arg(256);
BENCHMARK(BM_ReservationAndSpend)->Arg(16)->Arg(256);
BENCHMARK(BM_LargeMonth)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_LargeMonthStatement)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_LateRun)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_LateRunBlockAndSpend)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Statement)->Arg(16)->Arg(256);

}  // namespace
}  // namespace drawdown
