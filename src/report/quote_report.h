// What a hold would draw down and cost, written out.
#ifndef DRAWDOWN_SRC_REPORT_QUOTE_REPORT_H_
#define DRAWDOWN_SRC_REPORT_QUOTE_REPORT_H_

#include <string>

#include "drawdown/hold.h"
#include "report/format.h"

namespace drawdown {

// CSV has the lines alone.
void WriteQuote(const HoldRequest& request, const HoldQuote& quote,
                Format format, const Sink& sink);

// "fits: 64 GPU-hours and 8 GPUs of acme/chat on aws/x", or why not.
std::string QuoteVerdict(const HoldRequest& request, const HoldQuote& quote);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_QUOTE_REPORT_H_
