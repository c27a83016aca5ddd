// Answers as text, byte for byte as the program prints them. Pure functions of
// plain values; thread-safe.
//
// `format` is what the program's --format takes: "table" for people, "csv" and
// "json" for programs (docs/formats.md), and more where it is said.
// kInvalidArgument names the formats there are.
#ifndef DRAWDOWN_REPORT_H_
#define DRAWDOWN_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/export.h"
#include "drawdown/forecast.h"
#include "drawdown/reconcile.h"
#include "drawdown/statement.h"
#include "drawdown/terms.h"

namespace drawdown {

class Ledger;

// Also "hledger" and "beancount": a journal for those.
DRAWDOWN_EXPORT absl::StatusOr<std::string> StatementText(
    const Statement& statement, std::string_view format);

// "focus": FOCUS 1.2 cost and usage; "focus-1.4": of 1.4. `terms` are
// Ledger::TermsOf the statement.
DRAWDOWN_EXPORT absl::StatusOr<std::string> FocusText(
    const Statement& statement, const StatementTerms& terms,
    std::string_view format);

// The Contract Commitment dataset of FOCUS 1.4, for the same statement.
DRAWDOWN_EXPORT std::string ContractCommitmentsText(
    const Statement& statement, const StatementTerms& terms);

DRAWDOWN_EXPORT absl::StatusOr<std::string> ReconcileText(
    const ReconcileResult& result, std::string_view format);

// What `drawdown report` tells: where commitments stand and where they will
// end.
struct BooksPage {
  int64_t at_us = 0;
  std::vector<ContractForecast> forecasts;  // of contracts in their term
  std::vector<Statement> statements;        // theirs, of the month so far
  std::vector<DueDate> next;
  std::vector<PortfolioLine> portfolio;
};

// Asks the ledger for all of it. `contract`: "" for every one; `at_us`: now,
// where it is not given. The errors are those of Ledger::MakeForecast.
DRAWDOWN_EXPORT absl::StatusOr<BooksPage> ReadBooksPage(
    const Ledger& ledger, std::string_view contract = {},
    std::optional<int64_t> at_us = {}, std::optional<int64_t> as_of_us = {});

// One page of HTML that fetches nothing and needs no script.
DRAWDOWN_EXPORT std::string BooksPageHtml(const BooksPage& page);

}  // namespace drawdown

#endif  // DRAWDOWN_REPORT_H_
