#include "report/quota_cells.h"

#include "absl/strings/str_cat.h"
#include "base/civil.h"
#include "base/decimal.h"
#include "report/text.h"

namespace drawdown {
namespace {

constexpr int kMicroDecimals = 6;

bool AtOnce(QuotaPeriod period) { return period == QuotaPeriod::kAtOnce; }

}  // namespace

Cell BoolCell(bool value) { return value ? "true" : "false"; }

Cell GpusCell(std::optional<Int128> micro_gpus) {
  if (!micro_gpus) return std::nullopt;
  return FormatScaled(*micro_gpus, kMicroDecimals);
}

Cell SecondCell(std::optional<int64_t> instant_us) {
  if (!instant_us) return std::nullopt;
  return FormatInstant(FloorTo(*instant_us, kMicrosPerSecond));
}

void AddAmountColumns(std::string_view name,
                      std::vector<ReportColumn>* columns) {
  for (const char* unit : {"_gpu_seconds", "_gpu_hours", "_gpus"}) {
    columns->push_back(
        {absl::StrCat(std::string(name), unit), ColumnKind::kDecimal});
  }
}

void AddAmountCells(QuotaPeriod period, std::optional<Int128> amount,
                    Row* row) {
  std::optional<GpuTime> time;
  std::optional<Int128> gpus;
  if (AtOnce(period)) {
    gpus = amount;
  } else if (amount) {
    time = GpuTime(*amount);
  }
  row->push_back(SecondsCell(time));
  row->push_back(HoursCell(time));
  row->push_back(GpusCell(gpus));
}

std::vector<ReportColumn> ScopeColumns() {
  return {{"tenant"},
          {"pool"},
          {"period", ColumnKind::kWord},
          {"rolling_seconds", ColumnKind::kCount},
          {"contract"},
          {"commitment"}};
}

Row ScopeCells(const QuotaScope& scope) {
  const bool rolls = scope.period == QuotaPeriod::kRolling;
  return {scope.tenant,
          scope.pool,
          std::string(QuotaPeriodName(scope.period)),
          rolls ? CountCell(scope.rolling_us / kMicrosPerSecond) : Cell(),
          TextCell(scope.contract),
          TextCell(scope.commitment)};
}

std::string ReadableAmount(QuotaPeriod period, Int128 amount) {
  return GroupThousands(AtOnce(period) ? FormatScaled(amount, kMicroDecimals)
                                       : ReadableHours(GpuTime(amount)));
}

std::string LengthWords(int64_t length_us) {
  constexpr int64_t kMinute = kMicrosPerHour / 60;
  if (length_us % kMicrosPerHour == 0) {
    return absl::StrCat(length_us / kMicrosPerHour, " h");
  }
  return absl::StrCat(length_us / kMinute, " min");
}

std::string PeriodWords(const QuotaScope& scope) {
  switch (scope.period) {
    case QuotaPeriod::kTotal:
      return "total";
    case QuotaPeriod::kMonth:
      return scope.contract.empty() ? "month" : "month of " + scope.contract;
    case QuotaPeriod::kInterval:
      return "interval of " + scope.commitment;
    case QuotaPeriod::kRolling:
      return "rolling " + LengthWords(scope.rolling_us);
    case QuotaPeriod::kAtOnce:
      return "at once";
  }
  return "?";
}

}  // namespace drawdown
