#include "reconcile/contract_checks.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/wide.h"
#include "model/reason_text.h"
#include "reconcile/tolerance.h"

namespace drawdown {
namespace {

using Outcome = ReconcileCheck::Outcome;

constexpr char kUnused[] = "unused_rows";

}  // namespace

std::vector<ReconcileCheck> CheckUnusedRows(const CompareContext& context) {
  std::vector<ReconcileCheck> checks;
  for (const auto& [lane, book] : context.books->lanes()) {
    if (lane.kind != RowKind::kUnused || context.billed.Of(lane).empty()) {
      continue;
    }
    uint64_t periods = 0;
    GpuTime missing;
    context.billed.ForEachUnbilled(lane, book, [&](const BookCell& cell) {
      ++periods;
      missing += cell.time;
    });
    const std::string& id = context.names->commitments.Name(lane.commitment);
    checks.push_back(
        {kUnused, periods == 0 ? Outcome::kPassed : Outcome::kFailed,
         periods == 0
             ? absl::StrCat(id,
                            ": every charge period with unused hours has "
                            "its row")
             : absl::StrCat(id, ": ", periods,
                            " charge periods without a row for what was not "
                            "used, ",
                            GpuHoursText(missing))});
  }
  std::sort(checks.begin(), checks.end(),
            [](const ReconcileCheck& a, const ReconcileCheck& b) {
              return a.detail < b.detail;
            });
  if (checks.empty()) {
    checks.push_back({kUnused, Outcome::kNotExecutable,
                      "the bill holds no row of what a commitment had left"});
  }
  return checks;
}

ReconcileCheck CheckCredits(const CreditRows& credits,
                            const CompareContext& context) {
  const MoneyAmount owed = context.books->credits();
  const Currency currency = context.contract->currency;
  ReconcileCheck check{
      "credits", Outcome::kNotExecutable,
      absl::StrCat(credits.rows, " credit rows of ",
                   MoneyText(credits.billed, currency),
                   ", the contract grants ", MoneyText(owed, currency))};
  if (context.basis.amount == BilledAmount::kNone) {
    check.detail = "the bill has no costs";
    return check;
  }
  if (owed.zero()) return check;
  const MoneyAmount doubled = context.options.tolerance.has_value()
                                  ? *context.options.tolerance * 2
                                  : std::max(credits.places, Subunit(currency));
  const bool agrees = IsWithin((credits.billed - owed) * 2, doubled);
  check.outcome = agrees ? Outcome::kPassed : Outcome::kFailed;
  return check;
}

}  // namespace drawdown
