#include "tests/unit/rating/golden_rating.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/error.h"
#include "contract/parse.h"
#include "rating/correction.h"

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
  for (size_t i = 0; i < golden.closes.size(); ++i) {
    const GoldenClose& close = golden.closes[i];
    GoldenCase then = golden;
    then.uses.resize(close.uses);
    then.runs.resize(close.runs);
    then.closes.resize(i);
    ASSIGN_OR_RETURN(const GoldenSubject known, Make(then));
    GoldenCheck asked;
    asked.period = close.period;
    ASSIGN_OR_RETURN(Statement statement, known.Rate(asked));
    subject.closed.push_back(std::move(statement));
    subject.closed_names.push_back(close.period);
  }
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
  ASSIGN_OR_RETURN(Statement statement, RateAlone(period, AtOf(check)));
  std::vector<Statement> later;
  for (size_t i = closed.size(); i > 0; --i) {
    const Statement& then = closed[i - 1];
    ASSIGN_OR_RETURN(const Statement now,
                     RateAlone({then.period_start_us, then.period_end_us},
                               then.period_end_us));
    ASSIGN_OR_RETURN(std::vector<StatementLine> lines,
                     CorrectionsOf(closed_names[i - 1], now, then, later));
    RETURN_IF_ERROR(AddCorrections(std::move(lines), {}, &statement));
    later.push_back(then);
  }
  return statement;
}

absl::StatusOr<Statement> GoldenSubject::RateAlone(const Interval& period,
                                                   int64_t at_us) const {
  const RatingInput input = Input(period, at_us, usage, capacity);
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
