// What is to come: forecasts, and the page that tells them.
#include "bytes.h"
#include "drawdown/report.h"
#include "inputs.h"
#include "table.h"

namespace drawdown::c_api {
namespace {

constexpr size_t kScaleV1 = sizeof(drawdown_usage_scale);
constexpr size_t kRunV1 = sizeof(drawdown_added_run);
constexpr size_t kQueryV1 = sizeof(drawdown_forecast_query);

WhatIf ReadWhatIf(Inputs* in, const drawdown_forecast_query& asked) {
  WhatIf what_if;
  what_if.exercise =
      in->Texts("exercise", asked.exercise, asked.exercise_count);
  if (asked.scale_count > 0 && in->NotNull("scales", asked.scales)) {
    for (uint64_t i = 0; i < asked.scale_count && in->ok(); ++i) {
      const auto scale =
          in->ReadAt("scales", asked.scales, i,
                     drawdown_usage_scale DRAWDOWN_USAGE_SCALE_INIT, kScaleV1);
      in->Reserved("scales", scale.reserved);
      what_if.scales.push_back(
          {in->Text("tenant", scale.tenant), scale.factor_micro});
    }
  }
  if (asked.run_count > 0 && in->NotNull("runs", asked.runs)) {
    for (uint64_t i = 0; i < asked.run_count && in->ok(); ++i) {
      const auto run =
          in->ReadAt("runs", asked.runs, i,
                     drawdown_added_run DRAWDOWN_ADDED_RUN_INIT, kRunV1);
      in->Reserved("runs", run.reserved);
      what_if.runs.push_back({in->Text("tenant", run.tenant),
                              in->Text("pool", run.pool), run.micro_gpus,
                              in->Instant("start_us", run.start_us),
                              in->Instant("end_us", run.end_us)});
    }
  }
  return what_if;
}

ForecastQuery ReadQuery(Inputs* in, const drawdown_forecast_query* theirs) {
  const drawdown_forecast_query defaults = DRAWDOWN_FORECAST_QUERY_INIT;
  const auto asked = in->Read("query", theirs, defaults, kQueryV1);
  ForecastQuery query;
  query.contract = in->Text("contract", asked.contract);
  query.at_us = in->MaybeInstant("at_us", asked.at_us);
  query.as_of_us = in->MaybeInstant("as_of_us", asked.as_of_us);
  query.until_us = in->MaybeInstant("until_us", asked.until_us);
  query.intervals = asked.intervals;
  if (in->ok()) query.what_if = ReadWhatIf(in, asked);
  return query;
}

// Nine amounts that are GPU time or money; nulls in the other's columns.
void AddAmounts(const ForecastInterval& interval, bool meant,
                TableBuilder* table) {
  const ForecastBand& projected = interval.projected;
  const ForecastBand& missing = interval.missing;
  for (const Int128 amount :
       {interval.contracted, interval.available, interval.drawn, projected.low,
        projected.mid, projected.high, missing.low, missing.mid,
        missing.high}) {
    if (meant) {
      table->Decimal(amount);
    } else {
      table->Null();
    }
  }
}

void AddBand(const ForecastBand& band, TableBuilder* table) {
  table->Decimal(band.low).Decimal(band.mid).Decimal(band.high);
}

void AddIntervals(const ContractForecast& contract, bool what_if,
                  TableBuilder* table) {
  for (const CommitmentForecast& commitment : contract.commitments) {
    for (const ForecastInterval& interval : commitment.intervals) {
      table->Bool(what_if).Text(contract.contract).Text(commitment.commitment);
      table->Time(interval.start_us).Time(interval.end_us);
      table->Bool(interval.summed).Bool(commitment.spend);
      table->Text(contract.currency.ToString());
      AddAmounts(interval, !commitment.spend, table);
      AddAmounts(interval, commitment.spend, table);
      AddBand(interval.missing_cost, table);
      table->Time(interval.exhausted_early_us).Time(interval.exhausted_us);
      table->Time(interval.exhausted_late_us);
    }
  }
}

Outcome GiveIntervals(const Forecast& forecast, drawdown_table* out) {
  TableBuilder table({BoolColumn("what_if"),
                      TextColumn("contract"),
                      TextColumn("commitment"),
                      TimeColumn("interval_start"),
                      TimeColumn("interval_end"),
                      BoolColumn("summed"),
                      BoolColumn("spend"),
                      TextColumn("currency"),
                      MicroColumn("contracted"),
                      MicroColumn("available"),
                      MicroColumn("drawn"),
                      MicroColumn("projected_low"),
                      MicroColumn("projected"),
                      MicroColumn("projected_high"),
                      MicroColumn("missing_low"),
                      MicroColumn("missing"),
                      MicroColumn("missing_high"),
                      MoneyColumn("money_contracted"),
                      MoneyColumn("money_available"),
                      MoneyColumn("money_drawn"),
                      MoneyColumn("money_projected_low"),
                      MoneyColumn("money_projected"),
                      MoneyColumn("money_projected_high"),
                      MoneyColumn("money_missing_low"),
                      MoneyColumn("money_missing"),
                      MoneyColumn("money_missing_high"),
                      MoneyColumn("missing_cost_low"),
                      MoneyColumn("missing_cost"),
                      MoneyColumn("missing_cost_high"),
                      TimeColumn("exhausted_early"),
                      TimeColumn("exhausted_at"),
                      TimeColumn("exhausted_late")});
  for (const ContractForecast& contract : forecast.base) {
    AddIntervals(contract, false, &table);
    for (const std::string& note : contract.notes) table.Note(note);
  }
  for (const ContractForecast& contract : forecast.what_if) {
    AddIntervals(contract, true, &table);
  }
  return table.Finish(out);
}

void AddCosts(const ContractForecast& contract, bool what_if,
              TableBuilder* table) {
  for (const ForecastCost& month : contract.costs) {
    table->Bool(what_if).Text(contract.contract);
    table->Time(month.start_us).Time(month.end_us);
    AddBand(month.cost, table);
    table->Text(contract.currency.ToString());
  }
}

Outcome GiveCosts(const Forecast& forecast, drawdown_table* out) {
  TableBuilder table({BoolColumn("what_if"), TextColumn("contract"),
                      TimeColumn("month_start"), TimeColumn("month_end"),
                      MoneyColumn("cost_low"), MoneyColumn("cost"),
                      MoneyColumn("cost_high"), TextColumn("currency")});
  for (const ContractForecast& contract : forecast.base) {
    AddCosts(contract, false, &table);
  }
  for (const ContractForecast& contract : forecast.what_if) {
    AddCosts(contract, true, &table);
  }
  return table.Finish(out);
}

Outcome GiveDueDates(const std::vector<DueDate>& dates, drawdown_table* out) {
  TableBuilder table({TimeColumn("at"), TextColumn("contract"),
                      TextColumn("kind"), TextColumn("subject"),
                      TextColumn("detail")});
  for (const DueDate& date : dates) {
    table.Time(date.at_us).Text(date.contract);
    table.Text(DueDateKindName(date.kind)).TextOrNull(date.subject);
    table.Text(date.detail);
  }
  return table.Finish(out);
}

Outcome GivePortfolio(const std::vector<PortfolioLine>& lines,
                      drawdown_table* out) {
  TableBuilder table({TextColumn("currency"), TextColumn("contract"),
                      BoolColumn("spend"), IntColumn("commitments"),
                      MoneyColumn("committed"), MoneyColumn("committed_by_now"),
                      MoneyColumn("contracted"), MoneyColumn("drawn"),
                      MoneyColumn("projected_shortfall_cost")});
  for (const PortfolioLine& line : lines) {
    table.Text(line.currency.ToString()).TextOrNull(line.contract);
    table.Bool(line.spend).Int(static_cast<int64_t>(line.commitments));
    table.Decimal(line.committed).Decimal(line.committed_by_now);
    table.Decimal(line.contracted).Decimal(line.drawn);
    table.Decimal(line.projected_shortfall_cost);
  }
  return table.Finish(out);
}

// What `give` makes of an answer as of two instants.
template <typename Answer>
int32_t GiveAt(drawdown_ledger ledger, int64_t at_us, int64_t as_of_us,
               absl::StatusOr<Answer> (Ledger::*ask)(std::optional<int64_t>,
                                                     std::optional<int64_t>)
                   const,
               Outcome (*give)(const Answer&, drawdown_table*),
               drawdown_table* out, drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](Ledger& l) -> Outcome {
    Inputs in;
    const auto at = in.MaybeInstant("at_us", at_us);
    const auto as_of = in.MaybeInstant("as_of_us", as_of_us);
    if (!in.ok()) return in.outcome();
    const auto answer = (l.*ask)(at, as_of);
    if (!answer.ok()) return answer.status();
    return give(*answer, out);
  });
}

}  // namespace
}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_forecast(drawdown_ledger ledger,
                          const drawdown_forecast_query* query,
                          drawdown_table* intervals, drawdown_table* costs,
                          drawdown_error* error) {
  Clear(intervals);
  Clear(costs);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const drawdown::ForecastQuery asked = ReadQuery(&in, query);
    if (!in.ok()) return in.outcome();
    const auto forecast = l.MakeForecast(asked);
    if (!forecast.ok()) return forecast.status();
    GivenTable table(intervals);
    const Outcome given = GiveIntervals(*forecast, intervals);
    if (!given.ok()) return given;
    return table.KeepIf(GiveCosts(*forecast, costs));
  });
}

int32_t drawdown_due_dates(drawdown_ledger ledger, int64_t at_us,
                           int64_t as_of_us, drawdown_table* out,
                           drawdown_error* error) {
  return GiveAt(ledger, at_us, as_of_us, &drawdown::Ledger::DueDates,
                GiveDueDates, out, error);
}

int32_t drawdown_portfolio(drawdown_ledger ledger, int64_t at_us,
                           int64_t as_of_us, drawdown_table* out,
                           drawdown_error* error) {
  return GiveAt(ledger, at_us, as_of_us, &drawdown::Ledger::Portfolio,
                GivePortfolio, out, error);
}

int32_t drawdown_report_html(drawdown_ledger ledger, drawdown_text contract,
                             int64_t at_us, int64_t as_of_us,
                             drawdown_bytes* out, drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    in.NotNull("out", out);
    const std::string id = in.Text("contract", contract);
    const auto at = in.MaybeInstant("at_us", at_us);
    const auto as_of = in.MaybeInstant("as_of_us", as_of_us);
    if (!in.ok()) return in.outcome();
    const auto page = drawdown::ReadBooksPage(l, id, at, as_of);
    if (!page.ok()) return page.status();
    GiveBytes(drawdown::BooksPageHtml(*page), out);
    return {};
  });
}
