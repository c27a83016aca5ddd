// Forecasts, written out.
#ifndef DRAWDOWN_SRC_REPORT_FORECAST_REPORT_H_
#define DRAWDOWN_SRC_REPORT_FORECAST_REPORT_H_

#include "drawdown/forecast.h"
#include "report/format.h"

namespace drawdown {

// CSV has a line per interval; JSON the months' costs, the path and the pools
// too. Amounts are as in WriteStatus.
void WriteForecast(const Forecast& forecast, Format format, const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_FORECAST_REPORT_H_
