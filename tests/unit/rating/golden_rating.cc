#include "tests/unit/rating/golden_rating.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/error.h"
#include "contract/parse.h"

namespace drawdown {
namespace {

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

}  // namespace

absl::StatusOr<GoldenSubject> GoldenSubject::Make(const GoldenCase& golden) {
  GoldenSubject subject;
  for (const std::string& text : golden.versions) {
    ASSIGN_OR_RETURN(Contract contract, ParseContract("golden", text));
    subject.versions.push_back(std::move(contract));
    subject.versions.back().version =
        static_cast<uint32_t>(subject.versions.size());
  }
  subject.usage = UsageOf(golden);
  subject.capacity = CapacityOf(golden, subject.usage);
  subject.runs = RunsOf(golden, subject.usage);
  return subject;
}

ContractTimeline GoldenSubject::Contracts() const {
  std::vector<const Contract*> pointers;
  for (const Contract& version : versions) pointers.push_back(&version);
  return ContractTimeline::Of(pointers);
}

int64_t GoldenSubject::AtOf(const GoldenCheck& check) const {
  constexpr int64_t kLong = 400 * 24 * kMicrosPerHour;
  if (check.at.empty()) return versions.back().term.end_us + kLong;
  return ParseInstant(check.at).value();
}

absl::StatusOr<Interval> GoldenSubject::PeriodOf(
    const GoldenCheck& check) const {
  return versions.back().calendar.ParsePeriod(check.period);
}

RatingInput GoldenSubject::Input(const Interval& period, int64_t at_us,
                                 const UsageTable& usage_part,
                                 const CapacityTable& capacity_part) const {
  return {Contracts(), &usage_part, period, at_us, capacity_part, runs};
}

absl::StatusOr<Statement> GoldenSubject::Rate(const GoldenCheck& check) const {
  ASSIGN_OR_RETURN(const Interval period, PeriodOf(check));
  const RatingInput input = Input(period, AtOf(check), usage, capacity);
  ASSIGN_OR_RETURN(const RatedUsage rated, RateUsage(input));
  return MakeStatement(input, rated);
}

std::vector<std::string> GoldenLines(const Statement& statement) {
  std::vector<std::string> lines;
  for (const StatementLine& line : statement.lines) {
    lines.push_back(LineText(line));
  }
  return lines;
}

std::string GoldenTotal(const Statement& statement) {
  return absl::StrCat(FormatMoney(statement.total), " ",
                      FormatGpuSeconds(statement.metered));
}

}  // namespace drawdown
