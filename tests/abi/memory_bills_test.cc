// Questions about what is owed, with the n-th allocation failing: contracts,
// statements, forecasts, pages, bills.
#include <drawdown/drawdown.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/abi/failing_memory.h"
#include "tests/abi/memory_books.h"
#include "tests/abi/test_stream.h"

namespace drawdown::c_abi_test {
namespace {

class MemoryOfBills : public ::testing::Test {
 protected:
  MemoryOfBills() {
    query_.contract = drawdown_str(kContract);
    query_.period = drawdown_str("2026-10");
  }

  FilledBooks books_;
  // A ledger keeps what it has rated, so each call has a new one.
  const Prepare reopened_ = [this](int64_t) { books_.Reopen(); };
  drawdown_statement_query query_ = DRAWDOWN_STATEMENT_QUERY_INIT;
};

TEST_F(MemoryOfBills, OfContracts) {
  const drawdown_text name = drawdown_str("a file of a long name.textproto");
  const std::string text = ContractText();
  FailAllocations("drawdown_contract_validate", [&](Outputs* out) {
    return drawdown_contract_validate(name, Text(text), &out->error);
  });
  FailAllocations("drawdown_contract_validate", [&](Outputs* out) {
    return drawdown_contract_validate(name, drawdown_str("id: 'x' colour: 1"),
                                      &out->error);
  });
  FailAllocations("drawdown_contracts", [&](Outputs* out) {
    return drawdown_contracts(books_.ledger(), &out->tables[0], &out->error);
  });
  FailAllocations("drawdown_closed_periods", [&](Outputs* out) {
    return drawdown_closed_periods(books_.ledger(), drawdown_str(""),
                                   DRAWDOWN_UNSET, &out->tables[0],
                                   &out->error);
  });
}

TEST_F(MemoryOfBills, OfStatements) {
  FailAllocations("drawdown_status", reopened_, [&](Outputs* out) {
    return drawdown_status(books_.ledger(), DRAWDOWN_UNSET, DRAWDOWN_UNSET,
                           &out->tables[0], &out->error);
  });
  // An open month, a closed one, and one as it was believed to be.
  for (const char* const period : {"2026-10", "2026-09", "2026-11"}) {
    query_.period = drawdown_str(period);
    FailAllocations("drawdown_statement", reopened_, [&](Outputs* out) {
      return drawdown_statement(books_.ledger(), &query_, &out->tables[0],
                                &out->error);
    });
  }
  query_.as_of_us = kNow;
  FailAllocations("drawdown_statement", reopened_, [&](Outputs* out) {
    return drawdown_statement(books_.ledger(), &query_, &out->tables[0],
                              &out->error);
  });
  query_.period = drawdown_str("2026-10");
  for (const char* const format :
       {"csv", "json", "table", "focus", "focus-1.4", "hledger", "beancount"}) {
    FailAllocations("drawdown_statement_text", reopened_, [&](Outputs* out) {
      return drawdown_statement_text(books_.ledger(), &query_,
                                     drawdown_str(format), &out->bytes,
                                     &out->error);
    });
  }
}

TEST_F(MemoryOfBills, OfStatementsThatAreNot) {
  query_.contract = drawdown_str("a contract that nobody has applied");
  FailAllocations("drawdown_statement", reopened_, [&](Outputs* out) {
    return drawdown_statement(books_.ledger(), &query_, &out->tables[0],
                              &out->error);
  });
}

TEST_F(MemoryOfBills, OfForecastsAndPages) {
  drawdown_usage_scale scale = DRAWDOWN_USAGE_SCALE_INIT;
  scale.tenant = drawdown_str(kTenant);
  scale.factor_micro = 1'300'000;
  drawdown_added_run run = DRAWDOWN_ADDED_RUN_INIT;
  run.tenant = drawdown_str(kTenant);
  run.pool = drawdown_str(kPool);
  run.micro_gpus = 4'000'000;
  run.start_us = kNow + 24 * kHour;
  run.end_us = kNow + 48 * kHour;
  drawdown_forecast_query query = DRAWDOWN_FORECAST_QUERY_INIT;
  query.scales = &scale;
  query.scale_count = 1;
  query.runs = &run;
  query.run_count = 1;
  FailAllocations("drawdown_forecast", reopened_, [&](Outputs* out) {
    return drawdown_forecast(books_.ledger(), &query, &out->tables[0],
                             &out->tables[1], &out->error);
  });
  FailAllocations("drawdown_due_dates", reopened_, [&](Outputs* out) {
    return drawdown_due_dates(books_.ledger(), kNow, DRAWDOWN_UNSET,
                              &out->tables[0], &out->error);
  });
  FailAllocations("drawdown_portfolio", reopened_, [&](Outputs* out) {
    return drawdown_portfolio(books_.ledger(), kNow, DRAWDOWN_UNSET,
                              &out->tables[0], &out->error);
  });
  FailAllocations("drawdown_report_html", reopened_, [&](Outputs* out) {
    return drawdown_report_html(books_.ledger(), drawdown_str(kContract), kNow,
                                DRAWDOWN_UNSET, &out->bytes, &out->error);
  });
}

TEST_F(MemoryOfBills, OfBills) {
  const drawdown_text bill = Text(books_.bill());
  FailAllocations("drawdown_bill_summary", [&](Outputs* out) {
    return drawdown_bill_summary(&bill, 1, &out->tables[0], &out->error);
  });
  const std::string mapping = books_.bill() + ".map";
  WriteFile(mapping, "focus: yes\nSkuId = SkuId when SkuId is not 'nothing'\n");
  drawdown_bill_options mapped = DRAWDOWN_BILL_OPTIONS_INIT;
  mapped.mapping = Text(mapping);
  FailAllocations("drawdown_bill_summary_with", [&](Outputs* out) {
    return drawdown_bill_summary_with(&bill, 1, &mapped, &out->tables[0],
                                      &out->error);
  });
  drawdown_reconcile_options options = DRAWDOWN_RECONCILE_OPTIONS_INIT;
  options.mapping = Text(mapping);
  options.tenant_tag = drawdown_str("a tag of a long name");
  options.text_format = drawdown_str("json");
  FailAllocations("drawdown_reconcile_files", reopened_, [&](Outputs* out) {
    options.text = &out->bytes;
    return drawdown_reconcile_files(books_.ledger(), &query_, &bill, 1,
                                    &options, &out->flag, &out->tables[0],
                                    &out->tables[1], &out->error);
  });
}

// --- a bill that is a stream -------------------------------------------------

// Of the stream below: what it allocates itself does not fail.
int (*get_schema)(ArrowArrayStream*, ArrowSchema*) = nullptr;
int (*get_next)(ArrowArrayStream*, ArrowArray*) = nullptr;
int GetSchemaWithMemory(ArrowArrayStream* stream, ArrowSchema* out) {
  const EnoughMemory enough;
  return get_schema(stream, out);
}
int GetNextWithMemory(ArrowArrayStream* stream, ArrowArray* out) {
  const EnoughMemory enough;
  return get_next(stream, out);
}

std::unique_ptr<TestStream> BillStream() {
  const EnoughMemory enough;
  std::vector<TestColumn> columns;
  for (const BillColumn& column : Bill()) {
    columns.push_back(
        {column.name, "u", 2, 0, Texts<int32_t>({column.usage, column.tax})});
  }
  columns.push_back({"x_Heat", "g", 2, 0, {"", Bytes(1.5, 2.5)}});
  auto made = std::make_unique<TestStream>(2, std::move(columns));
  get_schema = std::exchange(made->stream()->get_schema, GetSchemaWithMemory);
  get_next = std::exchange(made->stream()->get_next, GetNextWithMemory);
  return made;
}

TEST_F(MemoryOfBills, OfStreams) {
  FailAllocations("drawdown_reconcile_arrow", reopened_, [&](Outputs* out) {
    const std::unique_ptr<TestStream> stream = BillStream();
    const int32_t code = drawdown_reconcile_arrow(
        books_.ledger(), &query_, stream->stream(), nullptr, &out->flag,
        &out->tables[0], &out->tables[1], &out->error);
    const EnoughMemory enough;
    EXPECT_EQ(stream->released(), 1);
    return code;
  });
}

}  // namespace
}  // namespace drawdown::c_abi_test
