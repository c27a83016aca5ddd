// The burn-down of one commitment against what is contracted.
#ifndef DRAWDOWN_SRC_REPORT_COMMITMENT_CHART_H_
#define DRAWDOWN_SRC_REPORT_COMMITMENT_CHART_H_

#include "drawdown/forecast.h"
#include "report/html_page.h"

namespace drawdown {

// Hourly and daily intervals: what is drawn each day against what is due, the
// ramp. Others: what is drawn since the first interval's start against what it
// contracted. Followed by the figures as a table.
void AddCommitmentChart(const ContractForecast& contract,
                        const CommitmentForecast& commitment, HtmlPage* page);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_COMMITMENT_CHART_H_
