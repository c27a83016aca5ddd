// Contracts, statements, and where commitments stand.
#include <cstddef>

#include "bytes.h"
#include "drawdown/report.h"
#include "inputs.h"
#include "statement_query.h"
#include "table.h"

namespace drawdown::c_api {
namespace {

constexpr size_t kStatementQueryV1 = offsetof(drawdown_statement_query, tenant);

}  // namespace

StatementQuery ReadStatementQuery(Inputs* in,
                                  const drawdown_statement_query* theirs) {
  const drawdown_statement_query defaults = DRAWDOWN_STATEMENT_QUERY_INIT;
  in->NotNull("query", theirs);
  const auto ours = in->Read("query", theirs, defaults, kStatementQueryV1);
  in->Reserved("query", ours.reserved);
  StatementQuery query;
  query.contract = in->Text("contract", ours.contract);
  query.period = in->Text("period", ours.period);
  query.at_us = in->MaybeInstant("at_us", ours.at_us);
  query.as_of_us = in->MaybeInstant("as_of_us", ours.as_of_us);
  const std::string tenant = in->Text("tenant", ours.tenant);
  in->Reserved("query", ours.reserved2);
  if (in->Flag("has_tenant", ours.has_tenant)) query.tenant = tenant;
  return query;
}

namespace {

Outcome GiveStatement(const Statement& statement, drawdown_table* out) {
  TableBuilder table(
      {TimeColumn("period_start"), TimeColumn("period_end"),
       TextColumn("contract"), TextColumn("tenant"), TextColumn("pool"),
       TextColumn("commitment"), TextColumn("kind"), MicroColumn("gpu_seconds"),
       MoneyColumn("unit_price"), MoneyColumn("cost"), TextColumn("currency"),
       TextColumn("corrects_period"), TextColumn("corrects_kind")});
  const std::string currency = statement.currency.ToString();
  for (const StatementLine& line : statement.lines) {
    table.Time(statement.period_start_us).Time(statement.period_end_us);
    table.Text(statement.contract).TextOrNull(line.tenant);
    table.TextOrNull(line.pool).TextOrNull(line.commitment);
    table.Text(ChargeKindName(line.kind));
    if (line.has_gpu_time) {
      table.Decimal(line.gpu_time);
    } else {
      table.Null();
    }
    table.Decimal(line.unit_price).Decimal(line.cost).Text(currency);
    table.TextOrNull(line.corrects_period);
    table.TextOrNull(
        line.corrects_period.empty() ? "" : ChargeKindName(line.corrects_kind));
  }
  for (const std::string& note : statement.notes) table.Note(note);
  return table.Finish(out);
}

absl::StatusOr<std::string> TextOf(const Ledger& ledger,
                                   const Statement& statement,
                                   const std::string& format) {
  if (format != "focus" && format != "focus-1.4") {
    return StatementText(statement, format);
  }
  const auto terms = ledger.TermsOf(statement);
  if (!terms.ok()) return terms.status();
  return FocusText(statement, *terms, format);
}

// Seven amounts that are GPU time or money; nulls in the other's columns.
void AddAmounts(const CommitmentStatus& status, bool of_money,
                TableBuilder* table) {
  for (const Int128 amount : {status.contracted, status.delivered, status.drawn,
                              status.remaining, status.burn_rate_per_hour,
                              status.projected, status.projected_shortfall}) {
    if (status.spend == of_money) {
      table->Decimal(amount);
    } else {
      table->Null();
    }
  }
}

Outcome GiveStatus(const std::vector<CommitmentStatus>& statuses,
                   drawdown_table* out) {
  TableBuilder table({TextColumn("contract"),
                      TextColumn("commitment"),
                      TimeColumn("interval_start"),
                      TimeColumn("interval_end"),
                      BoolColumn("spend"),
                      TextColumn("currency"),
                      MicroColumn("contracted"),
                      MicroColumn("delivered"),
                      MicroColumn("drawn"),
                      MicroColumn("remaining"),
                      MicroColumn("burn_rate_per_hour"),
                      MicroColumn("projected"),
                      MicroColumn("projected_shortfall"),
                      MoneyColumn("money_contracted"),
                      MoneyColumn("money_delivered"),
                      MoneyColumn("money_drawn"),
                      MoneyColumn("money_remaining"),
                      MoneyColumn("money_burn_rate_per_hour"),
                      MoneyColumn("money_projected"),
                      MoneyColumn("money_projected_shortfall"),
                      MoneyColumn("projected_shortfall_cost"),
                      TimeColumn("exhausted_at"),
                      TextColumn("state")});
  for (const CommitmentStatus& status : statuses) {
    table.Text(status.contract).Text(status.commitment);
    table.Time(status.interval_start_us).Time(status.interval_end_us);
    table.Bool(status.spend).TextOrNull(status.currency.ToString());
    AddAmounts(status, false, &table);
    AddAmounts(status, true, &table);
    table.Decimal(status.projected_shortfall_cost);
    table.Time(status.exhausted_at_us);
    table.Text(CommitmentStateName(status.state));
  }
  return table.Finish(out);
}

}  // namespace
}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_contract_apply(drawdown_ledger ledger,
                                const drawdown_text* names,
                                const drawdown_text* texts, uint64_t count,
                                drawdown_table* outcome,
                                drawdown_error* error) {
  Clear(outcome);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const std::vector<std::string> files = in.Texts("names", names, count);
    const std::vector<std::string> bodies = in.Texts("texts", texts, count);
    if (!in.ok()) return in.outcome();
    std::vector<std::pair<std::string, std::string>> read;
    for (size_t i = 0; i < files.size(); ++i) {
      read.emplace_back(files[i], bodies[i]);
    }
    const auto lines = l.ApplyContracts(read);
    if (!lines.ok()) return lines.status();
    TableBuilder table({TextColumn("outcome")});
    for (const std::string& line : *lines) table.Text(line);
    return table.Finish(outcome);
  });
}

int32_t drawdown_contract_validate(drawdown_text name, drawdown_text text,
                                   drawdown_error* error) {
  return Call(error, [&]() -> Outcome {
    Inputs in;
    const std::string file = in.Text("name", name);
    const std::string body = in.Text("text", text);
    if (!in.ok()) return in.outcome();
    return drawdown::ValidateContract(file, body).status();
  });
}

int32_t drawdown_contracts(drawdown_ledger ledger, drawdown_table* out,
                           drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    const auto contracts = l.Contracts();
    if (!contracts.ok()) return contracts.status();
    TableBuilder table({TextColumn("id"), IntColumn("version"),
                        TextColumn("provider"), TextColumn("currency"),
                        TimeColumn("term_start"), TimeColumn("term_end"),
                        TimeColumn("effective"), TimeColumn("applied"),
                        TextColumn("file_name"), TextColumn("text")});
    for (const drawdown::ContractInfo& contract : *contracts) {
      table.Text(contract.id).Int(contract.version).Text(contract.provider);
      table.Text(contract.currency.ToString()).Time(contract.term_start_us);
      table.Time(contract.term_end_us).Time(contract.effective_us);
      table.Time(contract.applied_us).Text(contract.file_name);
      table.Text(contract.text);
    }
    return table.Finish(out);
  });
}

int32_t drawdown_statement(drawdown_ledger ledger,
                           const drawdown_statement_query* query,
                           drawdown_table* out, drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const drawdown::StatementQuery asked = ReadStatementQuery(&in, query);
    if (!in.ok()) return in.outcome();
    const auto statement = l.MakeStatement(asked);
    if (!statement.ok()) return statement.status();
    return GiveStatement(*statement, out);
  });
}

int32_t drawdown_statement_text(drawdown_ledger ledger,
                                const drawdown_statement_query* query,
                                drawdown_text format, drawdown_bytes* out,
                                drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    in.NotNull("out", out);
    const drawdown::StatementQuery asked = ReadStatementQuery(&in, query);
    const std::string how = in.Text("format", format);
    if (!in.ok()) return in.outcome();
    const auto statement = l.MakeStatement(asked);
    if (!statement.ok()) return statement.status();
    auto text = TextOf(l, *statement, how);
    if (!text.ok()) return text.status();
    GiveBytes(*std::move(text), out);
    return {};
  });
}

int32_t drawdown_status(drawdown_ledger ledger, int64_t at_us, int64_t as_of_us,
                        drawdown_table* out, drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const auto at = in.MaybeInstant("at_us", at_us);
    const auto as_of = in.MaybeInstant("as_of_us", as_of_us);
    if (!in.ok()) return in.outcome();
    const auto statuses = l.Status(at, as_of);
    if (!statuses.ok()) return statuses.status();
    return GiveStatus(*statuses, out);
  });
}
