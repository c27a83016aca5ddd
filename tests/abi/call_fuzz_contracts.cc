// Random calls of what is owed: contracts, statements, bills, forecasts,
// closes.
#include "tests/abi/call_fuzz.h"

namespace drawdown::c_abi_test {

const drawdown_statement_query* Caller::Statement() {
  drawdown_statement_query query = DRAWDOWN_STATEMENT_QUERY_INIT;
  query.contract = Text("aws");
  query.period = Text("2026-10");
  if (OneIn(2)) query.at_us = Instant();
  if (OneIn(8)) query.as_of_us = Instant();
  query.has_tenant = OneIn(8);
  query.tenant = Tenant();
  return Options(query);
}

void Caller::CallContracts() {
  static const char kContract[] =
      "id: \"aws\" provider: \"aws\" currency: \"USD\" "
      "term { start: \"2026-10-01T00:00:00Z\" end: \"2027-10-01T00:00:00Z\" } "
      "rate { pool: \"aws\" price: \"4.10\" from: \"2026-10-01T00:00:00Z\" }";
  const drawdown_ledger ledger = Handle(Kind::kLedger);
  uint64_t* const table = Out(Kind::kTable);
  const drawdown_text name = Text("aws.textproto");
  const drawdown_text text = Text(kContract);
  const drawdown_text path = Path();
  switch (Below(10)) {
    case 0:
      return Ended("contract_validate",
                   drawdown_contract_validate(name, text, Error()));
    case 1:
      return Ended("contracts", drawdown_contracts(ledger, table, Error()));
    case 2:
      return Ended("statement",
                   drawdown_statement(ledger, Statement(), table, Error()));
    case 3:
      return Ended("statement_text",
                   drawdown_statement_text(ledger, Statement(), Text("csv"),
                                           Out(Kind::kBytes), Error()));
    case 4:
      return Ended("status", drawdown_status(ledger, Instant(), DRAWDOWN_UNSET,
                                             table, Error()));
    case 5: {
      // One struct at a time can be hostile.
      drawdown_reconcile_options options = DRAWDOWN_RECONCILE_OPTIONS_INIT;
      options.has_tolerance = Flag();
      options.tolerance = Wide(0);
      options.memory_bytes = static_cast<uint64_t>(Number(1 << 20));
      options.tenant_tag = Text("team");
      if (OneIn(2)) options.text_format = Text("csv");
      options.snapshots = Flag();
      if (OneIn(4)) options.mapping = Text("mapping.textproto");
      if (OneIn(4)) options.bill_format = Text("azure-actual");
      options.text = OrNull(Out(Kind::kBytes));
      uint8_t clean = 0;
      return Ended("reconcile_files",
                   drawdown_reconcile_files(ledger, Statement(), OrNull(&path),
                                            Count(), &options, OrNull(&clean),
                                            table, Out(Kind::kTable), Error()));
    }
    case 6:
      return Ended("bill_summary", drawdown_bill_summary(OrNull(&path), Count(),
                                                         table, Error()));
    case 7: {
      drawdown_bill_options options = DRAWDOWN_BILL_OPTIONS_INIT;
      options.snapshots = Flag();
      if (OneIn(4)) options.mapping = Text("mapping.textproto");
      if (OneIn(4)) options.bill_format = Text("oci-cost");
      return Ended("bill_summary_with", drawdown_bill_summary_with(
                                            OrNull(&path), Count(),
                                            Options(options), table, Error()));
    }
    default:
      return Ended("contract_apply",
                   drawdown_contract_apply(ledger, OrNull(&name), OrNull(&text),
                                           Count(), table, Error()));
  }
}

void Caller::CallForecasts() {
  const drawdown_ledger ledger = Handle(Kind::kLedger);
  uint64_t* const table = Out(Kind::kTable);
  uint8_t flag = 0;
  switch (Below(8)) {
    case 6:
      return Ended("due_dates", drawdown_due_dates(ledger, Instant(), Instant(),
                                                   table, Error()));
    case 7:
      return Ended("portfolio", drawdown_portfolio(ledger, Instant(), Instant(),
                                                   table, Error()));
    case 0:
      return Ended("period_close",
                   drawdown_period_close(ledger, Text("aws"), Text("2026-10"),
                                         OrNull(&flag), table, Error()));
    case 1:
      return Ended("closed_periods",
                   drawdown_closed_periods(ledger, Text("aws"), Instant(),
                                           table, Error()));
    case 2:
      return Ended(
          "report_html",
          drawdown_report_html(ledger, Text(""), Instant(), DRAWDOWN_UNSET,
                               Out(Kind::kBytes), Error()));
    case 3:
      return Ended("tenant_move",
                   drawdown_tenant_move(ledger, Tenant(), Tenant(), Instant(),
                                        OrNull(&flag), Error()));
    default: {
      const drawdown_text exercise = Id();
      drawdown_usage_scale scale = DRAWDOWN_USAGE_SCALE_INIT;
      scale.tenant = Tenant();
      scale.factor_micro = Number(1'300'000);
      drawdown_added_run run = DRAWDOWN_ADDED_RUN_INIT;
      run.tenant = Tenant();
      run.pool = Pool();
      run.micro_gpus = Number(8'000'000);
      run.start_us = Instant();
      run.end_us = Instant();
      drawdown_forecast_query query = DRAWDOWN_FORECAST_QUERY_INIT;
      query.intervals = static_cast<uint32_t>(Number(1));
      query.at_us = Instant();
      if (OneIn(2)) query.until_us = Instant();
      query.exercise = OrNull(&exercise);
      query.exercise_count = OneIn(8);
      query.scales = OrNull(&scale);
      query.scale_count = OneIn(4);
      query.runs = OrNull(&run);
      query.run_count = OneIn(4);
      return Ended("forecast", drawdown_forecast(ledger, Options(query), table,
                                                 Out(Kind::kTable), Error()));
    }
  }
}

}  // namespace drawdown::c_abi_test
