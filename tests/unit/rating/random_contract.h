// Random contracts of a few days, and usage of them.
#ifndef DRAWDOWN_TESTS_UNIT_RATING_RANDOM_CONTRACT_H_
#define DRAWDOWN_TESTS_UNIT_RATING_RANDOM_CONTRACT_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/civil.h"
#include "contract/contract.h"
#include "model/capacity_table.h"
#include "model/usage_table.h"
#include "tests/support/random.h"

namespace drawdown {

inline constexpr int64_t kDay = 24 * kMicrosPerHour;
inline constexpr int64_t kTermStart =
    1'767'225'600 * kMicrosPerSecond;  // 2026-01-01
inline constexpr int kTermDays = 6;

// A contract of a few days with everything small, so that edges meet often.
class RandomContract {
 public:
  explicit RandomContract(uint64_t salt)
      : random_(salt), with_capacity_(random_.OneIn(2)) {}

  Contract MakeContract() {
    Contract contract;
    contract.id = "c";
    contract.provider = "p";
    contract.currency = *Currency::Parse("USD");
    contract.term = {kTermStart, kTermStart + kTermDays * kDay};
    contract.calendar = Pick<Calendar>(
        {Calendar(),
         Calendar::Make("UTC", 6 * 60, Calendar::DayLabel::kStart, 1, 1, 1)
             .value(),
         Calendar::Make("UTC", 0, Calendar::DayLabel::kStart, 3, 1, 3)
             .value()});
    contract.pools = {{"p/e/h", "h", "e", 1}, {"p/w/h", "h", "w", 1}};
    contract.rounding_level = RoundingLevel::kStatement;
    contract.rounding_scale = 18;
    AddRates(&contract);
    for (int64_t n = random_.Between(0, 3); n > 0; --n) AddUsage(&contract);
    if (random_.OneIn(2)) AddSpend(&contract);
    if (random_.OneIn(3)) AddSpend(&contract);
    if (random_.OneIn(4)) AddExpansion(&contract);
    return contract;
  }

  UsageTable MakeUsage(int64_t bucket_us) {
    UsageTable usage;
    usage.bucket_length_us = bucket_us;
    usage.tenants = {"a", "a/x", "b"};
    usage.pools = {"other/h", "p/e/g", "p/e/h", "p/w/h"};
    // A day before the term and a day after it are not rated.
    const int64_t density = random_.Between(1, 12);
    for (int64_t b = kTermStart - kDay; b < kTermStart + (kTermDays + 1) * kDay;
         b += bucket_us) {
      for (uint32_t cell = 0; cell < 12; ++cell) {
        if (!random_.OneIn(density)) continue;
        const int64_t amount = random_.OneIn(2)
                                   ? random_.Between(1, 4) * bucket_us
                                   : random_.Between(1, 5 * bucket_us);
        usage.cells.push_back({b, cell / 4, cell % 4, GpuTime(amount)});
      }
    }
    return usage;
  }

  // Of most pools, some of the time, on quarters of an hour.
  CapacityTable MakeCapacity() {
    CapacityTable capacity;
    if (!with_capacity_) return capacity;
    constexpr int64_t kQuarter = kMicrosPerHour / 4;
    for (int64_t n = random_.Between(1, 12); n > 0; --n) {
      CapacitySpan span;
      span.pool = static_cast<uint32_t>(random_.Between(0, 3));
      span.state = random_.OneIn(2)
                       ? CapacityState::kDelivered
                       : Pick<CapacityState>({CapacityState::kDelivered,
                                              CapacityState::kExcluded,
                                              CapacityState::kReplaced});
      span.start_us =
          kTermStart + random_.Between(-8, kTermDays * 96) * kQuarter;
      span.end_us = span.start_us + random_.Between(1, 4 * 96) * kQuarter;
      span.micro_gpus = random_.Between(0, 12) * (kMicroGpusPerGpu / 2);
      capacity.spans.push_back(span);
    }
    return capacity;
  }

  Interval MakePeriod(int64_t bucket_us) {
    if (random_.OneIn(3)) return {kTermStart, kTermStart + kTermDays * kDay};
    const int64_t start = random_.OneIn(2)
                              ? Instant()
                              : kTermStart + random_.Between(-2, 5) * kDay;
    const int64_t length =
        random_.OneIn(2) ? kDay : random_.Between(1, 60) * bucket_us;
    return {start, start + length};
  }

  int64_t MakeAt() {
    return random_.OneIn(2) ? kTermStart + 20 * kDay
                            : Instant() + random_.Between(0, kMicrosPerHour);
  }

 private:
  template <typename T>
  T Pick(const std::vector<T>& values) {
    return values[static_cast<size_t>(
        random_.Between(0, static_cast<int64_t>(values.size()) - 1))];
  }
  // A full hour of the term.
  int64_t Instant() {
    return kTermStart + random_.Between(0, kTermDays * 24 - 1) * kMicrosPerHour;
  }
  int64_t EdgeOrStart() { return random_.OneIn(2) ? kTermStart : Instant(); }
  // Prices whose products do not divide evenly.
  MoneyAmount SomePrice() {
    return MoneyAmount(random_.Between(0, 5) * (kAttosPerUnit / 10) +
                       random_.Between(0, 1) * 123'456'789);
  }

  void AddRates(Contract* contract) {
    for (int64_t n = random_.Between(0, 4); n > 0; --n) {
      Rate rate;
      rate.pool = Pick<std::string>({"p", "p/e", "p/*/h", "p/w/h", "*"});
      rate.from_us = EdgeOrStart();
      rate.tiers = {{std::nullopt, SomePrice()}};
      contract->rates.push_back(rate);
    }
  }

  void AddRule(std::vector<ApplicabilityRule>* rules, bool spend) {
    ApplicabilityRule rule;
    rule.dimension = Pick<Dimension>(
        {Dimension::kPool, Dimension::kRegion, Dimension::kTenant,
         spend ? Dimension::kKind : Dimension::kSku});
    rule.op = Pick<Operator>({Operator::kIn, Operator::kNotIn,
                              Operator::kStartsWith, Operator::kContains,
                              Operator::kEndsWith, Operator::kExists});
    if (rule.op != Operator::kExists) {
      rule.values = {Pick<std::string>(
          {"p/e/h", "p/", "e", "w", "a", "a/x", "h", "covered", "on_demand"})};
    }
    if (spend && random_.OneIn(2))
      rule.fraction_micro = random_.Between(0, 1'000'000);
    rules->push_back(rule);
  }

  Commitment Begin(Contract* contract, CommitmentCategory category) {
    Commitment commitment;
    commitment.id = absl::StrCat("k", 9 - contract->commitments.size());
    commitment.category = category;
    commitment.model = Pick<CommitmentModel>(
        {CommitmentModel::kContinuous, CommitmentModel::kDiscontinuous});
    commitment.interval = Pick<FulfilmentInterval>(
        {FulfilmentInterval::kHourly, FulfilmentInterval::kDaily,
         FulfilmentInterval::kWeekly, FulfilmentInterval::kMonthly,
         FulfilmentInterval::kAnnual, FulfilmentInterval::kFullPeriod});
    commitment.shortfall.policy = Pick<ShortfallPolicy>(
        {ShortfallPolicy::kWaived, ShortfallPolicy::kTakeOrPay});
    const bool spend = category == CommitmentCategory::kSpend;
    for (int64_t n = random_.Between(0, 2); n > 0; --n) {
      AddRule(&commitment.applies, spend);
    }
    if (random_.OneIn(5)) {
      commitment.lifecycle = CommitmentLifecycle::kCancelled;
      commitment.cancelled_at_us = Instant();
    }
    if (random_.OneIn(12))
      commitment.lifecycle = CommitmentLifecycle::kProposed;
    return commitment;
  }

  std::vector<int64_t> StepTimes() {
    std::vector<int64_t> times = {EdgeOrStart()};
    for (int64_t n = random_.Between(0, 2); n > 0; --n)
      times.push_back(Instant());
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    return times;
  }

  // A quantity of one interval; whole GPUs where capacity is stated, so that
  // what a moment is due needs no rounding.
  GpuTime SomeQuantity(const Commitment& commitment) {
    static const std::map<FulfilmentInterval, int64_t> kHours = {
        {FulfilmentInterval::kHourly, 1},
        {FulfilmentInterval::kDaily, 24},
        {FulfilmentInterval::kWeekly, 7 * 24},
        {FulfilmentInterval::kMonthly, 31 * 24},
        {FulfilmentInterval::kAnnual, 365 * 24},
        {FulfilmentInterval::kFullPeriod, kTermDays * 24}};
    const int64_t hours = kHours.at(commitment.interval);
    if (with_capacity_) {
      return GpuTime(random_.Between(0, 6) * hours * kMicrosPerHour);
    }
    return GpuTime(random_.Between(0, hours == 1 ? 9 : 200) * kMicrosPerHour);
  }

  void AddUsage(Contract* contract) {
    Commitment commitment = Begin(contract, CommitmentCategory::kUsage);
    commitment.layer = static_cast<int32_t>(random_.Between(1, 2));
    commitment.priority = static_cast<int32_t>(random_.Between(1, 2));
    commitment.price = SomePrice();
    if (random_.OneIn(3)) commitment.shortfall.price = SomePrice();
    for (const int64_t from : StepTimes()) {
      commitment.steps.push_back({from, SomeQuantity(commitment)});
    }
    if (random_.OneIn(3)) {
      for (const int64_t from : StepTimes()) {
        commitment.delivered.push_back({from, SomeQuantity(commitment)});
      }
    }
    if (random_.OneIn(3)) {
      commitment.overage.emplace();
      const int64_t form = random_.Between(1, 3);
      if (form == 1) commitment.overage->price = SomePrice();
      if (form == 2)
        commitment.overage->factor_micro = random_.Between(0, 3'000'000);
      commitment.overage->refuse = form == 3;
    }
    contract->commitments.push_back(commitment);
  }

  void AddSpend(Contract* contract) {
    Commitment commitment = Begin(contract, CommitmentCategory::kSpend);
    commitment.layer = 3 + static_cast<int32_t>(contract->commitments.size());
    for (const int64_t from : StepTimes()) {
      commitment.spend_steps.push_back(
          {from, MoneyAmount(random_.Between(0, 400) * kAttosPerUnit)});
    }
    contract->commitments.push_back(commitment);
  }

  void AddExpansion(Contract* contract) {
    for (const Commitment& commitment : contract->commitments) {
      if (commitment.category != CommitmentCategory::kUsage) continue;
      Expansion expansion;
      expansion.commitment = commitment.id;
      expansion.adds = with_capacity_
                           ? SomeQuantity(commitment)
                           : GpuTime(random_.Between(0, 5) * kMicrosPerHour);
      expansion.price = SomePrice();
      expansion.exercised_from_us =
          std::max(Instant(), commitment.steps[0].from_us);
      contract->expansions.push_back(expansion);
      return;
    }
  }

  Random random_;
  const bool with_capacity_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_RATING_RANDOM_CONTRACT_H_
