// Months that are closed, and moves in the tree of tenants.
#include "inputs.h"
#include "table.h"

namespace drawdown::c_api {
namespace {

Outcome GiveClosed(const std::vector<ClosedPeriod>& periods,
                   drawdown_table* out) {
  TableBuilder table({TextColumn("contract"), TextColumn("period"),
                      TimeColumn("period_start"), TimeColumn("period_end"),
                      TimeColumn("closed"), IntColumn("lines"),
                      MoneyColumn("cost"), TextColumn("currency"),
                      TextColumn("tzdata"), TextColumn("chain_hash")});
  for (const ClosedPeriod& closed : periods) {
    const Statement& statement = closed.statement;
    table.Text(closed.contract).Text(closed.period);
    table.Time(statement.period_start_us).Time(statement.period_end_us);
    table.Time(closed.closed_us);
    table.Int(static_cast<int64_t>(statement.lines.size()));
    table.Decimal(statement.total).Text(statement.currency.ToString());
    table.Text(closed.tzdata).Text(closed.chain_hash);
  }
  return table.Finish(out);
}

}  // namespace
}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_period_close(drawdown_ledger ledger, drawdown_text contract,
                              drawdown_text period, uint8_t* was_closed,
                              drawdown_table* closed, drawdown_error* error) {
  Clear(closed);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const std::string id = in.Text("contract", contract);
    const std::string month = in.Text("period", period);
    if (!in.ok()) return in.outcome();
    const auto result = l.ClosePeriod(id, month);
    if (!result.ok()) return result.status();
    if (was_closed != nullptr) *was_closed = result->was_closed ? 1 : 0;
    return GiveClosed({result->closed}, closed);
  });
}

int32_t drawdown_closed_periods(drawdown_ledger ledger, drawdown_text contract,
                                int64_t as_of_us, drawdown_table* out,
                                drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const std::string id = in.Text("contract", contract);
    const auto as_of = in.MaybeInstant("as_of_us", as_of_us);
    if (!in.ok()) return in.outcome();
    const auto periods = l.ClosedPeriods(id, as_of);
    if (!periods.ok()) return periods.status();
    return GiveClosed(*periods, out);
  });
}

int32_t drawdown_tenant_move(drawdown_ledger ledger, drawdown_text old_path,
                             drawdown_text new_path, int64_t from_us,
                             uint8_t* changed, drawdown_error* error) {
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const drawdown::TenantMove move = {in.Text("old_path", old_path),
                                       in.Text("new_path", new_path),
                                       in.Instant("from_us", from_us)};
    if (!in.ok()) return in.outcome();
    const auto moved = l.MoveTenant(move);
    if (!moved.ok()) return moved.status();
    if (changed != nullptr) *changed = *moved ? 1 : 0;
    return {};
  });
}
