// A rating that is kept and told what came late says what a new one of all
// says.
#include "rating/kept.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status.h"
#include "tests/unit/rating/golden_rating.h"
#include "tests/unit/rating/random_contract.h"

namespace drawdown {
namespace {

using CellMap = std::map<std::tuple<int64_t, uint32_t, uint32_t>, GpuTime>;

std::vector<UsageCell> CellsOf(const CellMap& map, bool with_zeros) {
  std::vector<UsageCell> cells;
  for (const auto& [key, time] : map) {
    if (time.zero() && !with_zeros) continue;
    cells.push_back(
        {std::get<0>(key), std::get<1>(key), std::get<2>(key), time});
  }
  return cells;
}

std::string TextOf(const Statement& statement) {
  return absl::StrJoin(GoldenLines(statement), "\n") + "\n" +
         GoldenTotal(statement) + "\n" + absl::StrJoin(statement.notes, "\n");
}

// Keeps a rating of a part of the usage, and adds runs to it that come late.
class Kept {
 public:
  Kept(const RatingInput& input, uint64_t salt)
      : random_(salt), input_(input), usage_(*input.usage) {
    for (const UsageCell& cell : input.usage->cells) {
      const bool late = cell.bucket_us >= input.period.start_us;
      if (late && random_.OneIn(8)) continue;
      known_[{cell.bucket_us, cell.tenant, cell.pool}] = cell.gpu_time;
    }
    usage_.cells = CellsOf(known_, false);
  }

  absl::Status Begin(int64_t at_us) {
    input_.at_us = at_us;
    input_.usage = &usage_;
    auto made = KeptRating::Make(input_, usage_);
    if (made.ok()) kept_ = *std::move(made);
    return made.status();
  }

  // A run that comes late, or is taken back.
  absl::Status Late() {
    const int64_t length = usage_.bucket_length_us;
    const int64_t from = kept_->changes_from_us();
    const int64_t buckets = (kept_->rated_until_us() - from) / length;
    CellMap changes;
    if (buckets > 0 && !random_.OneIn(8)) {
      const int64_t first = random_.Between(0, buckets - 1);
      const int64_t last = std::min(buckets - 1, first + random_.Between(0, 3));
      const uint32_t tenant = Index(usage_.tenants.size());
      const uint32_t pool = Index(usage_.pools.size());
      const bool back = random_.OneIn(4);
      for (int64_t i = first; i <= last; ++i) {
        const std::tuple key(from + i * length, tenant, pool);
        const GpuTime more(random_.Between(1, 3 * length));
        changes[key] = back ? GpuTime() : known_[key] + more;
      }
    }
    return Take(changes, input_.at_us);
  }

  // Time goes on.
  absl::Status Advance(int64_t at_us) {
    CellMap fresh;
    const int64_t until = kept_->rated_until_us();
    for (const auto& [key, time] : known_) {
      const bool rated_next = std::get<0>(key) >= until &&
                              std::get<0>(key) >= kept_->changes_from_us();
      if (rated_next && !time.zero()) fresh[key] = time;
    }
    return Take(fresh, std::max(at_us, input_.at_us));
  }

  void ExpectAsAnew() {
    usage_.cells = CellsOf(known_, false);
    const auto rated = RateUsage(input_);
    ASSERT_THAT(rated, IsOk());
    const auto anew = MakeStatement(input_, *rated);
    ASSERT_THAT(anew, IsOk());
    const auto statement = kept_->MakeStatement();
    ASSERT_THAT(statement, IsOk());
    ASSERT_EQ(TextOf(*statement), TextOf(*anew));
    ASSERT_EQ(statement->lines, anew->lines);
    ASSERT_EQ(statement->complete, anew->complete);
    lines_ += anew->lines.size();
  }

  size_t lines() const { return lines_; }
  int64_t walked() const { return kept_->walked(); }
  Random& random() { return random_; }

 private:
  uint32_t Index(size_t size) {
    return static_cast<uint32_t>(
        random_.Between(0, static_cast<int64_t>(size) - 1));
  }

  absl::Status Take(const CellMap& changes, int64_t at_us) {
    for (const auto& [key, time] : changes) known_[key] = time;
    input_.at_us = at_us;
    return kept_->Update(at_us, CellsOf(changes, true));
  }

  Random random_;
  RatingInput input_;
  UsageTable usage_;
  CellMap known_;
  std::unique_ptr<KeptRating> kept_;
  size_t lines_ = 0;
};

TEST(KeptRatingTest, LateRunsOfRandomContracts) {
  constexpr int kContracts = 600;
  size_t lines = 0;
  for (int i = 0; i < kContracts; ++i) {
    SCOPED_TRACE(absl::StrCat("DRAWDOWN_SEED=", TestSeed(), " contract ", i));
    RandomContract maker(static_cast<uint64_t>(i));
    const Contract contract = maker.MakeContract();
    const UsageTable usage = maker.MakeUsage(kMicrosPerHour);
    Random random(static_cast<uint64_t>(i) + 1'000'000);
    const int64_t start = kTermStart + random.Between(0, 3) * kDay;
    const Interval period = {start, start + random.Between(1, 3) * kDay};
    const RatingInput input = {&contract, &usage, period, period.end_us};
    ASSERT_TRUE(KeptRating::Keeps(input));
    Kept kept(input, static_cast<uint64_t>(i) + 2'000'000);
    ASSERT_THAT(kept.Begin(start + random.Between(0, 60) * kMicrosPerHour),
                IsOk());
    for (int step = 0; step < 6; ++step) {
      ASSERT_THAT(step == 3 ? kept.Advance(period.end_us) : kept.Late(),
                  IsOk());
      kept.ExpectAsAnew();
      if (testing::Test::HasFatalFailure()) return;
    }
    lines += kept.lines();
  }
  EXPECT_GT(lines, size_t{kContracts});
}

// Commitments and rates that remember a sum for long, of amounts that late runs
// pass and fall back behind: what comes after one is as it was but for that
// sum, until an interval, a tier, a version, a milestone or a new rate says
// otherwise.
class SumsContract {
 public:
  // In kShared allotments and a second spend commitment look at the sums.
  enum Kind { kBlock, kSpend, kTiers, kAll, kShared, kKinds };

  explicit SumsContract(uint64_t salt) : random_(salt) {}

  Contract Make(Kind kind) {
    Contract contract;
    contract.id = "c";
    contract.provider = "p";
    contract.currency = *Currency::Parse("USD");
    contract.term = {kTermStart, kTermStart + kTermDays * kDay};
    contract.rounding_level = RoundingLevel::kStatement;
    contract.rounding_scale = 18;
    contract.rates = {{"p", kTermStart, {{std::nullopt, Price()}}}};
    if (kind == kTiers || kind >= kAll) {
      contract.rates = {Tiered("p", kTermStart), Tiered("p/e", kTermStart)};
      if (random_.OneIn(2)) contract.rates.push_back(Tiered("p/e", Instant()));
    }
    if (kind == kBlock || kind >= kAll) {
      Commitment block = Begin("block");
      block.price = Price();
      block.steps = {{kTermStart, Hours(1'500)}};
      block.applies = {{Dimension::kPool, Operator::kStartsWith, {"p/e"}, {}}};
      for (int64_t n = random_.Between(0, 2); n > 0; --n) {
        block.milestones.push_back(
            {absl::StrCat("m", n), Instant(), Hours(1'000).count()});
      }
      contract.commitments.push_back(block);
    }
    if (kind == kSpend || kind >= kAll) {
      Commitment spend = Begin("spend");
      spend.category = CommitmentCategory::kSpend;
      spend.layer = 2;
      spend.spend_steps = {{kTermStart, Money(3'000)}};
      contract.commitments.push_back(spend);
      spend.id = "spend too";
      if (kind == kShared) contract.commitments.push_back(spend);
    }
    if (kind == kShared && random_.OneIn(2)) {
      contract.allotments = {{"block", "a", 600'000, {}, random_.OneIn(2)}};
      if (random_.OneIn(2)) {
        contract.allotments.push_back({"block", "b", 300'000, {}, true});
      }
    }
    return contract;
  }

  // What changes in the version after it.
  Contract Amend(Contract contract) {
    contract.effective_us = Instant();
    for (Rate& rate : contract.rates) {
      for (RateTier& tier : rate.tiers) {
        tier.price = Price();
        if (tier.up_to.has_value() && random_.OneIn(2)) {
          *tier.up_to += Hours(20);
        }
      }
    }
    for (Commitment& commitment : contract.commitments) {
      if (random_.OneIn(2)) continue;
      for (auto& step : commitment.steps) step.quantity = Hours(1'500);
      for (auto& step : commitment.spend_steps) step.cost = Money(3'000);
    }
    return contract;
  }

 private:
  Commitment Begin(std::string id) {
    Commitment commitment;
    commitment.id = std::move(id);
    commitment.model = CommitmentModel::kDiscontinuous;
    constexpr FulfilmentInterval kLong[] = {FulfilmentInterval::kDaily,
                                            FulfilmentInterval::kWeekly,
                                            FulfilmentInterval::kFullPeriod};
    commitment.interval = kLong[random_.Between(0, 2)];
    commitment.shortfall.policy = ShortfallPolicy::kTakeOrPay;
    return commitment;
  }

  Rate Tiered(std::string pool, int64_t from_us) {
    Rate rate = {std::move(pool), from_us, {}, FulfilmentInterval::kMonthly};
    if (random_.OneIn(2)) rate.tier_interval = FulfilmentInterval::kDaily;
    GpuTime up_to;
    for (int64_t n = random_.Between(1, 3); n > 0; --n) {
      up_to += Hours(600);
      rate.tiers.push_back({up_to, Price()});
    }
    rate.tiers.push_back({std::nullopt, Price()});
    return rate;
  }

  // A full hour of the term.
  int64_t Instant() {
    return kTermStart + random_.Between(1, kTermDays * 24 - 1) * kMicrosPerHour;
  }
  GpuTime Hours(int64_t most) {
    return GpuTime(random_.Between(1, most) * kMicrosPerHour);
  }
  MoneyAmount Money(int64_t most) {
    return MoneyAmount(random_.Between(1, most) * kAttosPerUnit);
  }
  MoneyAmount Price() { return Money(5) + MoneyAmount(123'456'789); }

  Random random_;
};

TEST(KeptRatingTest, LateRunsUnderSumsThatLast) {
  constexpr int kContracts = 500;
  int64_t walked[SumsContract::kKinds] = {};
  int64_t late = 0;
  for (int i = 0; i < kContracts; ++i) {
    SCOPED_TRACE(absl::StrCat("DRAWDOWN_SEED=", TestSeed(), " contract ", i));
    const auto kind = static_cast<SumsContract::Kind>(i % SumsContract::kKinds);
    SumsContract maker(static_cast<uint64_t>(i) + 3'000'000);
    const Contract first = maker.Make(kind);
    const Contract second = maker.Amend(first);
    const Contract* const versions[] = {&first, &second};
    RandomContract usage_maker(static_cast<uint64_t>(i) + 4'000'000);
    const UsageTable usage = usage_maker.MakeUsage(kMicrosPerHour);
    const Interval period = {kTermStart, kTermStart + kTermDays * kDay};
    const bool amended = i % 3 == 0;
    const RatingInput input = {
        amended ? ContractTimeline::Of(versions) : ContractTimeline(first),
        &usage, period, period.end_us};
    ASSERT_TRUE(KeptRating::Keeps(input));
    Kept kept(input, static_cast<uint64_t>(i) + 5'000'000);
    ASSERT_THAT(kept.Begin(period.end_us), IsOk());
    for (int step = 0; step < 8; ++step) {
      ASSERT_THAT(kept.Late(), IsOk());
      walked[kind] += kept.walked();
      ++late;
      kept.ExpectAsAnew();
      if (testing::Test::HasFatalFailure()) return;
    }
  }
  // All that follows a late run is on average some hundred of the 144 buckets,
  // walked twice.
  for (int kind = 0; kind < SumsContract::kShared; ++kind) {
    EXPECT_LT(walked[kind] * SumsContract::kKinds, 30 * late) << kind;
  }
}

// Versions, allotments, rollover and milestones.
TEST(KeptRatingTest, LateRunsOfTheGoldenCases) {
  size_t kept_cases = 0;
  std::vector<std::string> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(GOLDEN_DIRECTORY)) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    for (const GoldenCase& golden : ReadGoldenCases(path)) {
      const auto subject = GoldenSubject::Make(golden);
      ASSERT_THAT(subject, IsOk());
      for (const GoldenCheck& check : golden.checks) {
        SCOPED_TRACE(absl::StrCat("DRAWDOWN_SEED=", TestSeed(), " ", path, ":",
                                  check.line));
        if (check.kind != GoldenCheck::Kind::kStatement) continue;
        const Interval period = subject->PeriodOf(check).value();
        RatingInput input = subject->Input(period, period.end_us,
                                           subject->usage, subject->capacity);
        input.runs.clear();
        const bool long_one = period.end_us - period.start_us > 40 * kDay;
        const bool names =
            !subject->usage.tenants.empty() && !subject->usage.pools.empty();
        if (long_one || !names || !KeptRating::Keeps(input)) continue;
        Kept kept(input, ++kept_cases);
        ASSERT_THAT(kept.Begin(period.start_us), IsOk());
        ASSERT_THAT(kept.Advance(period.end_us), IsOk());
        for (int step = 0; step < 5; ++step) {
          kept.ExpectAsAnew();
          if (testing::Test::HasFatalFailure()) return;
          ASSERT_THAT(kept.Late(), IsOk());
        }
      }
    }
  }
  EXPECT_GT(kept_cases, 60u);
}

}  // namespace
}  // namespace drawdown
