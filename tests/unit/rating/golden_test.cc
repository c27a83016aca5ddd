// Contract cases worked out by hand, to the last digit (tests/golden/rating).
#include <algorithm>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/decimal.h"
#include "base/error.h"
#include "contract/parse.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rating/rating.h"
#include "tests/unit/rating/golden_case.h"

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

std::string MoneyText(const std::optional<MoneyAmount>& amount) {
  return amount.has_value() ? FormatMoney(*amount) : "";
}

std::string LineText(const StatementLine& line) {
  const std::string hours =
      line.has_gpu_time ? absl::StrCat(FormatGpuSeconds(line.gpu_time), ",",
                                       FormatGpuHours(line.gpu_time))
                        : ",";
  return absl::StrCat(line.tenant, ",", line.pool, ",", line.commitment, ",",
                      std::string(ChargeKindName(line.kind)), ",", hours, ",",
                      MoneyText(line.unit_price), ",", MoneyText(line.cost));
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
    for (const std::string& text : GetParam().versions) {
      const auto parsed = ParseContract("golden", text);
      ASSERT_TRUE(parsed.ok()) << parsed.status();
      versions_.push_back(*parsed);
      versions_.back().version = static_cast<uint32_t>(versions_.size());
    }
    std::vector<const Contract*> pointers;
    for (const Contract& version : versions_) pointers.push_back(&version);
    contracts_ = ContractTimeline::Of(pointers);
    usage_ = UsageOf(GetParam());
    capacity_ = CapacityOf(GetParam(), usage_);
  }

  int64_t AtOf(const GoldenCheck& check) const {
    if (check.at.empty())
      return versions_.back().term.end_us + 400 * 24 * kMicrosPerHour;
    return ParseInstant(check.at).value();
  }

  absl::StatusOr<Statement> Rate(const GoldenCheck& check) {
    ASSIGN_OR_RETURN(const Interval period,
                     versions_.back().calendar.ParsePeriod(check.period));
    ExpectWindowSuffices(period, AtOf(check));
    const RatingInput input = {contracts_, &usage_, period, AtOf(check),
                               capacity_};
    ASSIGN_OR_RETURN(const RatedUsage rated, RateUsage(input));
    return MakeStatement(input, rated);
  }

  // Usage and capacity outside of RatingWindow() must not matter.
  void ExpectWindowSuffices(const Interval& period, int64_t at_us) {
    UsageTable part = usage_;
    const Interval window = RatingWindow(contracts_, period);
    std::erase_if(part.cells, [&](const UsageCell& cell) {
      return cell.bucket_us < window.start_us ||
             cell.bucket_us >= window.end_us;
    });
    CapacityTable capacity = capacity_;
    std::erase_if(capacity.spans, [&](const CapacitySpan& span) {
      return span.end_us <= window.start_us || window.end_us <= span.start_us;
    });
    const RatingInput whole_input = {contracts_, &usage_, period, at_us,
                                     capacity_};
    const RatingInput part_input = {contracts_, &part, period, at_us, capacity};
    const auto whole = RateUsage(whole_input);
    const auto from_part = RateUsage(part_input);
    ASSERT_EQ(whole.ok(), from_part.ok());
    if (!whole.ok()) return;
    EXPECT_EQ(Lines(*MakeStatement(whole_input, *whole)),
              Lines(*MakeStatement(part_input, *from_part)));
  }

  static std::vector<std::string> Lines(const Statement& statement) {
    std::vector<std::string> lines;
    for (const StatementLine& line : statement.lines) {
      lines.push_back(LineText(line));
    }
    return lines;
  }

  void CheckStatement(const GoldenCheck& check) {
    const auto statement = Rate(check);
    ASSERT_TRUE(statement.ok()) << statement.status();
    EXPECT_THAT(Lines(*statement), ElementsAreArray(check.lines));
    EXPECT_EQ(absl::StrCat(FormatMoney(statement->total), " ",
                           FormatGpuSeconds(statement->metered)),
              check.total);
    EXPECT_THAT(absl::StrJoin(statement->notes, "\n"), HasSubstr(check.note));
    EXPECT_EQ(statement->notes.empty(), check.note.empty());
  }

  void CheckStatus(const GoldenCheck& check) {
    const auto statuses = MakeStatus(contracts_, usage_, AtOf(check), capacity_);
    ASSERT_TRUE(statuses.ok()) << statuses.status();
    std::vector<std::string> lines;
    for (const CommitmentStatus& status : *statuses) {
      lines.push_back(StatusText(status));
    }
    EXPECT_THAT(lines, ElementsAreArray(check.lines));
  }

  void CheckRefused(const GoldenCheck& check) {
    const auto statement = Rate(check);
    ASSERT_FALSE(statement.ok());
    EXPECT_EQ(ErrorCodeName(GetErrorCode(statement.status())), check.code);
    EXPECT_THAT(std::string(statement.status().message()),
                HasSubstr(check.text));
  }

  std::vector<Contract> versions_;
  ContractTimeline contracts_;
  UsageTable usage_;
  CapacityTable capacity_;
};

TEST_P(RatingGoldenTest, ComesOutAsByHand) {
  for (const GoldenCheck& check : GetParam().checks) {
    SCOPED_TRACE(absl::StrCat(GetParam().file, ":", check.line));
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
