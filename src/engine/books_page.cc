// What the page of commitments tells, asked of the ledger.
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "drawdown/ledger.h"
#include "drawdown/report.h"

namespace drawdown {

absl::StatusOr<BooksPage> ReadBooksPage(const Ledger& ledger,
                                        std::string_view contract,
                                        std::optional<int64_t> at_us,
                                        std::optional<int64_t> as_of_us) {
  ForecastQuery query;
  query.contract = std::string(contract);
  query.at_us = at_us;
  query.as_of_us = as_of_us;
  ASSIGN_OR_RETURN(Forecast forecast, ledger.MakeForecast(query));
  BooksPage page;
  page.forecasts = std::move(forecast.base);
  // All of the page is about one now, if there is anything to tell.
  if (!at_us && !page.forecasts.empty()) at_us = page.forecasts[0].at_us;
  page.at_us = at_us.value_or(as_of_us.value_or(0));
  for (const ContractForecast& one : page.forecasts) {
    // The month that contains now is always told.
    const ForecastCost& month = one.costs.front();
    ASSIGN_OR_RETURN(
        Statement statement,
        ledger.MakeStatement({one.contract,
                              absl::StrCat(FormatInstant(month.start_us), "/",
                                           FormatInstant(month.end_us)),
                              at_us, as_of_us}));
    page.statements.push_back(std::move(statement));
  }
  ASSIGN_OR_RETURN(page.next, ledger.DueDates(at_us, as_of_us));
  ASSIGN_OR_RETURN(page.portfolio, ledger.Portfolio(at_us, as_of_us));
  if (contract.empty()) return page;
  std::erase_if(page.next,
                [&](const DueDate& date) { return date.contract != contract; });
  std::erase_if(page.portfolio, [&](const PortfolioLine& line) {
    return line.contract != contract;
  });
  return page;
}

}  // namespace drawdown
