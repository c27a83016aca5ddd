/* What is owed: contracts, statements, forecasts, bills, closes. */
#include "c99_support.h"

static const char* kContract =
    "id: \"aws\" provider: \"aws\" currency: \"USD\"\n"
    "term { start: \"2026-10-01T00:00:00Z\" end: \"2027-10-01T00:00:00Z\" }\n"
    "rate { pool: \"aws\" price: \"4\" from: \"2026-10-01T00:00:00Z\" }\n"
    "commitment { id: \"r\" category: USAGE model: CONTINUOUS interval: HOURLY\n"
    "  layer: 1 applies { dimension: \"pool\" operator: STARTS_WITH value: "
    "\"aws/\" }\n"
    "  step { from: \"2026-10-01T00:00:00Z\" quantity: \"4\" } price: \"2\"\n"
    "  shortfall { policy: TAKE_OR_PAY price: \"2\" } }\n";

void TestContracts(drawdown_ledger ledger, const char* folder) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  drawdown_table checks = 0;
  drawdown_bytes bytes = 0;
  drawdown_text view;
  drawdown_statement_query query = DRAWDOWN_STATEMENT_QUERY_INIT;
  const drawdown_text name = drawdown_str("aws.textproto");
  const drawdown_text text = drawdown_str(kContract);
  const drawdown_text bad = drawdown_str("id: \"x\" colour: \"red\"");
  char path[512];
  drawdown_text bill;
  uint8_t clean = 9;
  drawdown_reconcile_options options = DRAWDOWN_RECONCILE_OPTIONS_INIT;
  OK(drawdown_contract_validate(name, text, &error));
  CHECK(drawdown_contract_validate(name, bad, &error) ==
        DRAWDOWN_BAD_CONTRACT);
  CHECK(strstr(drawdown_error_message(error), "aws.textproto:1:") != NULL);
  drawdown_error_free(error);
  error = 0;
  OK(drawdown_contract_apply(ledger, &name, &text, 1, &table, &error));
  CHECK(RowsOf(table) == 1);
  Close(&table);
  OK(drawdown_contracts(ledger, &table, &error));
  CHECK(RowsOf(table) == 1 && TextIs(table, 0, "currency", "USD"));
  Close(&table);

  query.contract = drawdown_str("aws");
  query.period = drawdown_str("2026-10");
  query.at_us = kStart + 31 * 24 * kHour;
  OK(drawdown_statement(ledger, &query, &table, &error));
  CHECK(RowsOf(table) > 2);
  Close(&table);
  OK(drawdown_statement_text(ledger, &query, drawdown_str("csv"), &bytes,
                             &error));
  OK(drawdown_bytes_view(bytes, &view, &error));
  CHECK(view.size > 12 && memcmp(view.data, "period_start", 12) == 0);
  OK(drawdown_bytes_close(bytes, &error));
  CHECK(drawdown_bytes_close(bytes, NULL) == DRAWDOWN_BAD_HANDLE);
  OK(drawdown_status(ledger, kStart, DRAWDOWN_UNSET, &table, &error));
  CHECK(RowsOf(table) == 1);
  CHECK(DecimalAt(table, 0, "contracted") == 4 * kHour);
  Close(&table);

  snprintf(path, sizeof path, "%s/bill.csv", folder);
  WriteFile(path,
            "BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,"
            "BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeClass,"
            "ChargeDescription,ChargePeriodEnd,ChargePeriodStart,"
            "ContractedCost,EffectiveCost,InvoiceIssuerName,ListCost,"
            "PricingQuantity,PricingUnit,ProviderName,PublisherName,"
            "ServiceCategory,ServiceName,SkuId,RegionId,SubAccountId,"
            "ConsumedQuantity,ConsumedUnit\n"
            "1.5,a,a,USD,2026-11-01T00:00:00Z,2026-10-01T00:00:00Z,Tax,,tax,"
            "2026-11-01T00:00:00Z,2026-10-01T00:00:00Z,1.5,1.5,aws,1.5,,,aws,"
            "aws,Compute,EC2,,,,,\n");
  bill = drawdown_str(path);
  OK(drawdown_bill_summary(&bill, 1, &table, &error));
  CHECK(RowsOf(table) == 1 && TextIs(table, 0, "currency", "USD"));
  CHECK(DecimalAt(table, 0, "billed_cost") == INT64_C(1500000000000000000));
  Close(&table);
  OK(drawdown_reconcile_files(ledger, &query, &bill, 1, NULL, &clean, &table,
                              &checks, &error));
  CHECK(clean == 0 && RowsOf(table) > 0 && RowsOf(checks) > 0);
  CHECK(TextIs(table, 0, "amount", "BilledCost"));
  Close(&table);
  Close(&checks);
  options.has_tolerance = 1;
#if DRAWDOWN_ABI_VERSION >= 3
  options.memory_bytes = 1 << 16;
  options.tenant_tag = drawdown_str("team");
#endif
  OK(drawdown_reconcile_files(ledger, &query, &bill, 1, &options, &clean,
                              &table, &checks, &error));
  CHECK(clean == 0 && RowsOf(table) > 0 && RowsOf(checks) > 0);
#if DRAWDOWN_ABI_VERSION >= 3
  options.memory_bytes = 1 << 15;
  CHECK(drawdown_reconcile_files(ledger, &query, &bill, 1, &options, &clean,
                                 NULL, NULL, &error) ==
        DRAWDOWN_INVALID_ARGUMENT);
  CHECK(strstr(drawdown_error_message(error), "memory_bytes 32768") != NULL);
  drawdown_error_free(error);
  error = 0;
#endif
#if DRAWDOWN_ABI_VERSION >= 2
  /* Bills that are streams: arrow_bill_test.cc. */
  CHECK(drawdown_reconcile_arrow(ledger, &query, NULL, NULL, &clean, NULL, NULL,
                                 NULL) == DRAWDOWN_INVALID_ARGUMENT);
#endif
  Close(&table);
  Close(&checks);
}

#if DRAWDOWN_ABI_VERSION >= 2
void TestWhatIsToCome(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  drawdown_table costs = 0;
  drawdown_bytes page = 0;
  drawdown_text view;
  drawdown_forecast_query query = DRAWDOWN_FORECAST_QUERY_INIT;
  drawdown_usage_scale scale = DRAWDOWN_USAGE_SCALE_INIT;
  drawdown_added_run run = DRAWDOWN_ADDED_RUN_INIT;
  const drawdown_text nobody = drawdown_str("nobody");
  query.contract = drawdown_str("aws");
  query.at_us = kStart + 24 * kHour;
  OK(drawdown_forecast(ledger, &query, &table, &costs, &error));
  CHECK(RowsOf(table) == 1 && TextIs(table, 0, "commitment", "r"));
  /* October has 744 hours of 4 GPUs at 2 USD. */
  CHECK(DecimalAt(table, 0, "contracted") == 744 * 4 * kHour);
  CHECK(RowsOf(costs) >= 1 && NumberAt(costs, 0, "what_if") == 0);
  Close(&table);
  Close(&costs);

  scale.factor_micro = 0;
  run.tenant = drawdown_str("acme/chat");
  run.pool = drawdown_str("aws/us-east-1/gb200");
  run.micro_gpus = 4000000;
  run.start_us = kStart + 48 * kHour;
  run.end_us = kStart + 58 * kHour;
  query.scales = &scale;
  query.scale_count = 1;
  query.runs = &run;
  query.run_count = 1;
  OK(drawdown_forecast(ledger, &query, &table, NULL, &error));
  CHECK(RowsOf(table) == 2 && NumberAt(table, 1, "what_if") == 1);
  CHECK(DecimalAt(table, 1, "projected") ==
        DecimalAt(table, 1, "drawn") + 10 * 4 * kHour);
  Close(&table);
  query.exercise = &nobody;
  query.exercise_count = 1;
  CHECK(drawdown_forecast(ledger, &query, &table, NULL, &error) ==
        DRAWDOWN_NOT_FOUND);
  CHECK(table == 0 && strstr(drawdown_error_message(error), "nobody") != NULL);
  drawdown_error_free(error);
  error = 0;

  OK(drawdown_report_html(ledger, drawdown_str("aws"), kStart + 24 * kHour,
                          DRAWDOWN_UNSET, &page, &error));
  OK(drawdown_bytes_view(page, &view, &error));
  CHECK(view.size > 1000 && memcmp(view.data, "<!DOCTYPE html>", 15) == 0);
  OK(drawdown_bytes_close(page, &error));
}

void TestFocus(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_bytes made = 0;
  drawdown_text view;
  drawdown_statement_query query = DRAWDOWN_STATEMENT_QUERY_INIT;
  query.contract = drawdown_str("aws");
  query.period = drawdown_str("2026-10");
  query.at_us = kStart + 31 * 24 * kHour;
  OK(drawdown_statement_text(ledger, &query, drawdown_str("focus-1.4"), &made,
                             &error));
  OK(drawdown_bytes_view(made, &view, &error));
  CHECK(view.size > 15 && memchr(view.data, ',', view.size) != NULL);
  OK(drawdown_bytes_close(made, &error));
}

void TestCloses(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  const drawdown_text aws = drawdown_str("aws");
  const drawdown_text october = drawdown_str("2026-10");
  const int64_t before = now;
  uint8_t flag = 9;
  CHECK(drawdown_period_close(ledger, aws, october, NULL, &table, NULL) ==
        DRAWDOWN_WRONG_STATE);
  now = kStart + 60 * 24 * kHour;
  OK(drawdown_period_close(ledger, aws, october, &flag, &table, &error));
  CHECK(flag == 0 && RowsOf(table) == 1 && NumberAt(table, 0, "lines") > 2);
  Close(&table);
  OK(drawdown_period_close(ledger, aws, october, &flag, NULL, &error));
  CHECK(flag == 1);
  OK(drawdown_closed_periods(ledger, drawdown_str(""), DRAWDOWN_UNSET, &table,
                             &error));
  CHECK(RowsOf(table) == 1 && TextIs(table, 0, "period", "2026-10"));
  Close(&table);
  OK(drawdown_tenant_move(ledger, drawdown_str("acme/b"),
                          drawdown_str("acme/apps/b"),
                          kStart + 59 * 24 * kHour, &flag, &error));
  CHECK(flag == 1);
  OK(drawdown_tenant_move(ledger, drawdown_str("acme/b"),
                          drawdown_str("acme/apps/b"),
                          kStart + 59 * 24 * kHour, &flag, &error));
  CHECK(flag == 0);
  CHECK(drawdown_tenant_move(ledger, drawdown_str("nobody"), aws,
                             kStart + 59 * 24 * kHour, NULL, NULL) ==
        DRAWDOWN_NOT_FOUND);
  now = before;
}
#endif
