// Where commitments stand, what comes next, and everything in one view.
#ifndef DRAWDOWN_SRC_REPORT_STATUS_REPORT_H_
#define DRAWDOWN_SRC_REPORT_STATUS_REPORT_H_

#include <span>
#include <vector>

#include "drawdown/forecast.h"
#include "drawdown/statement.h"
#include "report/format.h"
#include "report/sheet.h"

namespace drawdown {

struct StatusView {
  std::vector<CommitmentStatus> commitments;
  std::vector<BurnRates> rates;  // of those that are in force
};

// Amounts are GPU-hours or, of a spend commitment, its currency: `unit` says
// which. JSON carries GPU-seconds beside every amount in GPU-hours.
void WriteStatus(const StatusView& view, Format format, const Sink& sink);

void WritePortfolio(std::span<const PortfolioLine> lines, Format format,
                    const Sink& sink);

void WriteDueDates(std::span<const DueDate> dates, Format format,
                   const Sink& sink);

// As WritePortfolio's table has them.
std::vector<ReportColumn> PortfolioColumns();
Row ReadablePortfolioRow(const PortfolioLine& line);

// As WriteDueDates has them.
std::vector<ReportColumn> DueDateColumns();
Row DueDateRow(const DueDate& date);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_STATUS_REPORT_H_
