// How many bucket cells a second are rated, per core. The bar is 20 M cells/s
// for flat rates and one or two commitments.
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "benchmark/benchmark.h"
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
  for (int64_t i = 0; i < pools; ++i) usage.pools.push_back(Numbered("p/x/h", i));
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

// A thousand tenants on 20 pools under five reservations, a fifth of the pools
// each, that hold nearly all of it.
void BM_LargeMonth(benchmark::State& state) {
  constexpr uint32_t kPools = 20;
  Contract contract = FlatContract();
  for (int64_t i = 0; i < 5; ++i) {
    AddReservation(absl::StrCat("r", i), state.range(0) * 4 * 9, &contract);
    ApplicabilityRule rule;
    for (uint32_t pool = 0; pool < kPools; ++pool) {
      if (pool % 5 == i) rule.values.push_back(Numbered("p/x/h", pool));
    }
    contract.commitments.back().applies = {rule};
  }
  Rate(state, contract, kPools);
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
BENCHMARK(BM_Statement)->Arg(16)->Arg(256);

}  // namespace
}  // namespace drawdown
