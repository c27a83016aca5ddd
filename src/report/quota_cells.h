// Cells of quotas and holds: amounts in the unit that they are in, for machines
// and for people.
#ifndef DRAWDOWN_SRC_REPORT_QUOTA_CELLS_H_
#define DRAWDOWN_SRC_REPORT_QUOTA_CELLS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drawdown/quota.h"
#include "report/sheet.h"

namespace drawdown {

// "true" or "false", of a column of kind kJson.
Cell BoolCell(bool value);

// A GPU count, exact.
Cell GpusCell(std::optional<Int128> micro_gpus);

// An instant for people, to the second before it.
Cell SecondCell(std::optional<int64_t> instant_us);

// NAME_gpu_seconds, NAME_gpu_hours, NAME_gpus: those of the other unit are
// empty.
void AddAmountColumns(std::string_view name,
                      std::vector<ReportColumn>* columns);
void AddAmountCells(QuotaPeriod period, std::optional<Int128> amount, Row* row);

// tenant, pool, period, rolling_seconds, contract, commitment.
std::vector<ReportColumn> ScopeColumns();
Row ScopeCells(const QuotaScope& scope);

// For people: "1,234.500" GPU-hours, or "8" GPUs.
std::string ReadableAmount(QuotaPeriod period, Int128 amount);

// "24 h", "90 min", of a rolling window.
std::string LengthWords(int64_t length_us);

// "month", "month of aws-2025", "interval of reserved", "rolling 24 h".
std::string PeriodWords(const QuotaScope& scope);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_QUOTA_CELLS_H_
