// Bills: summed up, and reconciled with the books.
#include <cstddef>

#include "arrow_bill.h"
#include "bytes.h"
#include "drawdown/report.h"
#include "inputs.h"
#include "statement_query.h"
#include "table.h"

namespace drawdown::c_api {
namespace {

constexpr size_t kReconcileOptionsV1 =
    offsetof(drawdown_reconcile_options, memory_bytes);
// As the program's --memory has them.
constexpr uint64_t kLeastMemory = uint64_t{1} << 16;
constexpr uint64_t kMostMemory = uint64_t{1} << 40;

constexpr size_t kBillOptionsV7 =
    offsetof(drawdown_bill_options, bill_format) + sizeof(drawdown_text);

// Of either struct that has them.
template <typename Struct>
BillOptions ReadBillOptions(Inputs* in, const Struct& ours) {
  BillOptions options;
  options.snapshots = in->Flag("snapshots", ours.snapshots);
  options.mapping = in->Path("mapping", ours.mapping);
  options.format = in->Text("bill_format", ours.bill_format);
  return options;
}

struct ReconcileCall {
  ReconcileOptions options;
  std::string text_format;  // "": no text
  drawdown_bytes* text = nullptr;
};

ReconcileCall ReadOptions(Inputs* in,
                          const drawdown_reconcile_options* theirs) {
  const drawdown_reconcile_options defaults = DRAWDOWN_RECONCILE_OPTIONS_INIT;
  const auto ours = in->Read("options", theirs, defaults, kReconcileOptionsV1);
  in->Reserved("options", ours.reserved);
  ReconcileCall call;
  ReconcileOptions& options = call.options;
  if (in->Flag("has_tolerance", ours.has_tolerance)) {
    options.tolerance = MoneyAmount(ToInt128(ours.tolerance));
  }
  if (ours.memory_bytes != 0) {
    options.memory_bytes = in->Within("memory_bytes", ours.memory_bytes,
                                      kLeastMemory, kMostMemory);
  }
  options.tenant_tag = in->Text("tenant_tag", ours.tenant_tag);
  in->Reserved("options", ours.reserved2);
  options.bill = ReadBillOptions(in, ours);
  call.text_format = in->Text("text_format", ours.text_format);
  if (call.text_format.empty()) return call;
  if (in->NotNull("text", ours.text)) Clear(call.text = ours.text);
  // Before a bill of hours is read for nothing.
  in->Keep(ReconcileText(ReconcileResult(), call.text_format).status());
  return call;
}

// A bill is everybody's.
StatementQuery ReadQuestion(Inputs* in,
                            const drawdown_statement_query* theirs) {
  StatementQuery query = ReadStatementQuery(in, theirs);
  if (query.tenant.has_value()) {
    in->Keep({DRAWDOWN_INVALID_ARGUMENT,
              "has_tenant: a bill is not reconciled with one tenant's lines"});
  }
  return query;
}

void AddBreak(const Break& item, std::string_view amount, TableBuilder* table) {
  table->Text(BreakClassName(item.kind)).Text(item.provider);
  table->TextOrNull(item.sub_account).TextOrNull(item.region);
  table->TextOrNull(item.sku).TextOrNull(item.pool).TextOrNull(item.tenant);
  table->TextOrNull(item.resource).Time(item.period_start_us);
  table->Time(item.period_end_us).Decimal(item.billed).Decimal(item.metered);
  table->Decimal(item.billed_cost).Decimal(item.expected_cost);
  table->Decimal(item.difference).Decimal(item.quantity_effect);
  table->Decimal(item.price_effect).Text(item.currency.ToString());
  table->Text(item.matched_on).Text(item.reason);
  table->Int(static_cast<int64_t>(item.rows));
  table->Text(item.pending ? "pending" : "final").Text(amount);
}

Outcome GiveBreaks(const ReconcileResult& result, drawdown_table* out) {
  TableBuilder table({TextColumn("class"),
                      TextColumn("provider"),
                      TextColumn("sub_account"),
                      TextColumn("region"),
                      TextColumn("sku"),
                      TextColumn("pool"),
                      TextColumn("tenant"),
                      TextColumn("resource"),
                      TimeColumn("period_start"),
                      TimeColumn("period_end"),
                      MicroColumn("billed_gpu_seconds"),
                      MicroColumn("metered_gpu_seconds"),
                      MoneyColumn("billed_cost"),
                      MoneyColumn("expected_cost"),
                      MoneyColumn("difference"),
                      MoneyColumn("quantity_effect"),
                      MoneyColumn("price_effect"),
                      TextColumn("currency"),
                      TextColumn("matched_on"),
                      TextColumn("reason"),
                      IntColumn("rows"),
                      TextColumn("status"),
                      TextColumn("amount")});
  const std::string_view amount = BilledAmountName(result.amount);
  for (const Break& item : result.items) AddBreak(item, amount, &table);
  for (const std::string& note : result.notes) table.Note(note);
  return table.Finish(out);
}

const char* OutcomeName(ReconcileCheck::Outcome outcome) {
  switch (outcome) {
    case ReconcileCheck::Outcome::kPassed:
      return "passed";
    case ReconcileCheck::Outcome::kFailed:
      return "failed";
    default:
      return "not_executable";
  }
}

Outcome GiveChecks(const ReconcileResult& result, drawdown_table* out) {
  TableBuilder table(
      {TextColumn("name"), TextColumn("outcome"), TextColumn("detail")});
  for (const ReconcileCheck& check : result.checks) {
    table.Text(check.name).Text(OutcomeName(check.outcome));
    table.Text(check.detail);
  }
  return table.Finish(out);
}

Outcome Give(const ReconcileResult& result, const ReconcileCall& call,
             uint8_t* clean, drawdown_table* breaks, drawdown_table* checks) {
  GivenTable of_breaks(breaks);
  GivenTable of_checks(checks);
  Outcome given = GiveBreaks(result, breaks);
  if (given.ok()) given = GiveChecks(result, checks);
  if (given.ok() && call.text != nullptr) {
    auto text = ReconcileText(result, call.text_format);
    given = text.status();
    if (text.ok()) GiveBytes(*std::move(text), call.text);
  }
  if (given.ok()) *clean = result.clean() ? 1 : 0;
  of_breaks.KeepIf(given);
  return of_checks.KeepIf(given);
}

Outcome GiveSummary(const BillSummary& summary, drawdown_table* out) {
  TableBuilder table({TextColumn("provider"), TextColumn("category"),
                      TextColumn("currency"), IntColumn("rows"),
                      MoneyColumn("billed_cost"), MoneyColumn("effective_cost"),
                      MoneyColumn("list_cost"),
                      MoneyColumn("contracted_cost")});
  for (const auto& [key, total] : summary.totals) {
    table.Text(key.provider).Text(key.category).Text(key.currency);
    table.Int(static_cast<int64_t>(total.rows)).Decimal(total.billed_cost);
    table.Decimal(total.effective_cost).Decimal(total.list_cost);
    table.Decimal(total.contracted_cost);
  }
  if (summary.mixed_charges) table.Note(summary.version_reason);
  for (const Oddity& oddity : summary.oddities) {
    table.Note(oddity.name + " in " + std::to_string(oddity.rows) +
               " rows, such as " + oddity.example + ": " + oddity.meaning);
  }
  return table.Finish(out);
}

}  // namespace
}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_reconcile_files(drawdown_ledger ledger,
                                 const drawdown_statement_query* query,
                                 const drawdown_text* bills, uint64_t count,
                                 const drawdown_reconcile_options* options,
                                 uint8_t* clean, drawdown_table* breaks,
                                 drawdown_table* checks,
                                 drawdown_error* error) {
  Clear(breaks);
  Clear(checks);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    in.NotNull("clean", clean);
    const drawdown::StatementQuery asked = ReadQuestion(&in, query);
    const std::vector<std::string> files = in.Paths("bills", bills, count);
    const ReconcileCall call = ReadOptions(&in, options);
    if (!in.ok()) return in.outcome();
    const auto result = l.Reconcile(asked, files, call.options);
    if (!result.ok()) return result.status();
    return Give(*result, call, clean, breaks, checks);
  });
}

int32_t drawdown_reconcile_arrow(drawdown_ledger ledger,
                                 const drawdown_statement_query* query,
                                 struct ArrowArrayStream* bill,
                                 const drawdown_reconcile_options* options,
                                 uint8_t* clean, drawdown_table* breaks,
                                 drawdown_table* checks,
                                 drawdown_error* error) {
  Clear(breaks);
  Clear(checks);
  return Call(error, [&]() -> Outcome {
    if (bill == nullptr) return NullArgument("bill");
    ArrowBill stream(bill);  // Released whatever happens below.
    const auto found = FindHandle<drawdown::Ledger>(ledger);
    if (found == nullptr) return BadHandle("ledger", ledger);
    Inputs in;
    in.NotNull("clean", clean);
    const drawdown::StatementQuery asked = ReadQuestion(&in, query);
    ReconcileCall call = ReadOptions(&in, options);
    if (!in.ok()) return in.outcome();
    const Outcome started = stream.Start(!call.options.tenant_tag.empty());
    if (!started.ok()) return started;
    call.options.bill.streams = {&stream};
    auto result = found->Reconcile(asked, {}, call.options);
    if (!stream.outcome().ok()) return stream.outcome();
    if (!result.ok()) return result.status();
    result->notes.insert(result->notes.end(), stream.notes().begin(),
                         stream.notes().end());
    return Give(*result, call, clean, breaks, checks);
  });
}

int32_t drawdown_bill_summary(const drawdown_text* bills, uint64_t count,
                              drawdown_table* out, drawdown_error* error) {
  return drawdown_bill_summary_with(bills, count, nullptr, out, error);
}

int32_t drawdown_bill_summary_with(const drawdown_text* bills, uint64_t count,
                                   const drawdown_bill_options* options,
                                   drawdown_table* out, drawdown_error* error) {
  return Call(error, [&]() -> Outcome {
    Clear(out);
    Inputs in;
    const std::vector<std::string> files = in.Paths("bills", bills, count);
    const drawdown_bill_options defaults = DRAWDOWN_BILL_OPTIONS_INIT;
    const auto ours = in.Read("options", options, defaults, kBillOptionsV7);
    in.Reserved("options", ours.reserved);
    const drawdown::BillOptions read = ReadBillOptions(&in, ours);
    if (!in.ok()) return in.outcome();
    const auto summary = drawdown::SummarizeBill(files, read);
    if (!summary.ok()) return summary.status();
    return GiveSummary(*summary, out);
  });
}
