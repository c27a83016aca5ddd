// The page that says where all commitments stand and where they will end.
#ifndef DRAWDOWN_SRC_REPORT_BOOKS_PAGE_H_
#define DRAWDOWN_SRC_REPORT_BOOKS_PAGE_H_

#include <cstdint>
#include <vector>

#include "drawdown/forecast.h"
#include "drawdown/statement.h"
#include "report/format.h"

namespace drawdown {

struct BooksPage {
  int64_t at_us = 0;
  std::vector<ContractForecast> forecasts;  // of contracts in their term
  std::vector<Statement> statements;        // theirs, of the month so far
  std::vector<DueDate> next;
  std::vector<PortfolioLine> portfolio;
};

void WriteBooksPage(const BooksPage& page, const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_BOOKS_PAGE_H_
