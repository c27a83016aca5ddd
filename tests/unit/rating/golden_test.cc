// Contract cases worked out by hand, to the last digit (tests/golden/rating).
#include <algorithm>
#include <filesystem>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/decimal.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/rating/golden_rating.h"

namespace drawdown {

// Found by GoogleTest, which prints the case of a failed test.
void PrintTo(const GoldenCase& golden, std::ostream* out) {
  *out << golden.file << " " << golden.name;
}

namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

std::vector<GoldenCase> AllCases() {
  std::vector<std::string> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(GOLDEN_DIRECTORY)) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<GoldenCase> cases;
  for (const std::string& path : paths) {
    for (GoldenCase& golden : ReadGoldenCases(path)) cases.push_back(golden);
  }
  return cases;
}

// GPU-hours rounded to 12 decimals, or money.
std::string AmountText(const CommitmentStatus& status, Int128 amount) {
  if (status.spend) return FormatMoney(MoneyAmount(amount));
  const Int128 per_hour = Int128{1'000'000'000'000};
  return FormatScaled((amount * per_hour + kMicrosPerHour / 2) / kMicrosPerHour,
                      12);
}

std::string StatusText(const CommitmentStatus& status) {
  std::vector<std::string> fields = {status.commitment,
                                     FormatInstant(status.interval_start_us),
                                     FormatInstant(status.interval_end_us)};
  for (const Int128 amount : {status.contracted, status.delivered, status.drawn,
                              status.remaining, status.burn_rate_per_hour,
                              status.projected, status.projected_shortfall}) {
    fields.push_back(AmountText(status, amount));
  }
  fields.push_back(FormatMoney(status.projected_shortfall_cost));
  fields.push_back(status.exhausted_at_us.has_value()
                       ? FormatInstant(*status.exhausted_at_us)
                       : "");
  return absl::StrJoin(fields, ",");
}

class RatingGoldenTest : public ::testing::TestWithParam<GoldenCase> {
 protected:
  void SetUp() override {
    auto made = GoldenSubject::Make(GetParam());
    ASSERT_TRUE(made.ok()) << made.status();
    subject_ = *std::move(made);
  }

  // Usage and capacity outside of RatingWindow() must not matter.
  void ExpectWindowSuffices(const GoldenCheck& check) {
    const auto period = subject_.PeriodOf(check);
    if (!period.ok()) return;
    const Interval window = RatingWindow(subject_.Contracts(), *period);
    UsageTable usage = subject_.usage;
    std::erase_if(usage.cells, [&](const UsageCell& cell) {
      return cell.bucket_us < window.start_us ||
             cell.bucket_us >= window.end_us;
    });
    CapacityTable capacity = subject_.capacity;
    std::erase_if(capacity.spans, [&](const CapacitySpan& span) {
      return span.end_us <= window.start_us || window.end_us <= span.start_us;
    });
    const RatingInput input =
        subject_.Input(*period, subject_.AtOf(check), usage, capacity);
    const auto whole = subject_.RateAlone(*period, subject_.AtOf(check));
    const auto from_part = RateUsage(input);
    ASSERT_EQ(whole.ok(), from_part.ok());
    if (!whole.ok()) return;
    EXPECT_EQ(GoldenLines(*whole),
              GoldenLines(*MakeStatement(input, *from_part)));
  }

  void CheckStatement(const GoldenCheck& check) {
    const auto statement = subject_.Rate(check);
    ASSERT_TRUE(statement.ok()) << statement.status();
    EXPECT_THAT(GoldenLines(*statement), ElementsAreArray(check.lines));
    EXPECT_EQ(GoldenTotal(*statement), check.total);
    EXPECT_THAT(absl::StrJoin(statement->notes, "\n"), HasSubstr(check.note));
    EXPECT_EQ(statement->notes.empty(), check.note.empty());
    ExpectPartsAddUp(check);
  }

  // Tenants and nobody add up to the whole, and so do the parts of each line.
  void ExpectPartsAddUp(const GoldenCheck& check) {
    const auto period = subject_.PeriodOf(check);
    const RatingInput input = subject_.Input(*period, subject_.AtOf(check),
                                             subject_.usage, subject_.capacity);
    const auto rated = RateUsage(input);
    ASSERT_TRUE(rated.ok());
    Statement whole = MakeStatement(input, *rated).value();
    Explain(input, *rated, &whole);
    std::vector<GpuTime> times(whole.lines.size());
    for (const StatementReason& reason : whole.reasons) {
      times[reason.line] += reason.gpu_time;
      EXPECT_FALSE(reason.rule.empty());
      EXPECT_EQ(reason.cost.has_value(),
                whole.lines[reason.line].cost.has_value());
    }
    std::set<std::string> tenants = {""};
    for (size_t i = 0; i < times.size(); ++i) {
      EXPECT_EQ(times[i], whole.lines[i].gpu_time);
      tenants.insert(
          whole.lines[i].tenant.substr(0, whole.lines[i].tenant.find('/')));
    }
    MoneyAmount owed;
    GpuTime metered;
    size_t lines = 0;
    for (const std::string& tenant : tenants) {
      Statement part = whole;
      KeepTenant(tenant, &part);
      owed += part.total;
      metered += part.metered;
      lines += part.lines.size();
    }
    EXPECT_EQ(owed, whole.total);
    EXPECT_EQ(metered, whole.metered);
    EXPECT_EQ(lines, whole.lines.size());
  }

  void CheckStatus(const GoldenCheck& check) {
    const auto statuses = MakeStatus(subject_.Contracts(), subject_.usage,
                                     subject_.AtOf(check), subject_.capacity);
    ASSERT_TRUE(statuses.ok()) << statuses.status();
    std::vector<std::string> lines;
    for (const CommitmentStatus& status : *statuses) {
      lines.push_back(StatusText(status));
    }
    EXPECT_THAT(lines, ElementsAreArray(check.lines));
  }

  void CheckRefused(const GoldenCheck& check) {
    const auto statement = subject_.Rate(check);
    ASSERT_FALSE(statement.ok());
    EXPECT_EQ(ErrorCodeName(GetErrorCode(statement.status())), check.code);
    EXPECT_THAT(std::string(statement.status().message()),
                HasSubstr(check.text));
  }

  GoldenSubject subject_;
};

TEST_P(RatingGoldenTest, ComesOutAsByHand) {
  for (const GoldenCheck& check : GetParam().checks) {
    SCOPED_TRACE(absl::StrCat(GetParam().file, ":", check.line));
    if (check.kind != GoldenCheck::Kind::kStatus) ExpectWindowSuffices(check);
    if (check.kind == GoldenCheck::Kind::kStatement) CheckStatement(check);
    if (check.kind == GoldenCheck::Kind::kStatus) CheckStatus(check);
    if (check.kind == GoldenCheck::Kind::kRefused) CheckRefused(check);
  }
}

TEST(RatingGoldenFilesTest, HoldCases) { EXPECT_GE(AllCases().size(), 60u); }

INSTANTIATE_TEST_SUITE_P(Cases, RatingGoldenTest,
                         ::testing::ValuesIn(AllCases()),
                         [](const ::testing::TestParamInfo<GoldenCase>& info) {
                           return info.param.name;
                         });

}  // namespace
}  // namespace drawdown
