// Holds: quota earmarked before use.
#include <cstddef>

#include "admission.h"
#include "inputs.h"
#include "quota_tables.h"
#include "table.h"

namespace drawdown::c_api {
namespace {

constexpr size_t kHoldRequestV1 = sizeof(drawdown_hold_request);
constexpr size_t kHoldRenewalV1 = sizeof(drawdown_hold_renewal);
constexpr size_t kHoldQueryV1 = offsetof(drawdown_hold_query, after_hold_id);

HoldRequest ReadRequest(Inputs* in, const drawdown_hold_request* requests,
                        uint64_t index, bool* strict) {
  const drawdown_hold_request defaults = DRAWDOWN_HOLD_REQUEST_INIT;
  const auto ours =
      in->ReadAt("request", requests, index, defaults, kHoldRequestV1);
  in->Reserved("request", ours.reserved);
  *strict |= in->Flag("strict", ours.strict);
  HoldRequest request;
  request.hold_id = in->Text("hold_id", ours.hold_id);
  request.tenant = in->Text("tenant", ours.tenant);
  request.pool = in->Text("pool", ours.pool);
  request.gpu_time = GpuTime(ToInt128(ours.gpu_us));
  request.micro_gpus = ours.micro_gpus;
  request.ttl_us = ours.ttl_us;
  return request;
}

HoldRenewal ReadRenewal(Inputs* in, const drawdown_hold_renewal* theirs) {
  const drawdown_hold_renewal defaults = DRAWDOWN_HOLD_RENEWAL_INIT;
  in->NotNull("renewal", theirs);
  const auto ours = in->Read("renewal", theirs, defaults, kHoldRenewalV1);
  HoldRenewal renewal;
  renewal.hold_id = in->Text("hold_id", ours.hold_id);
  renewal.renewal = ours.renewal;
  renewal.charge = GpuTime(ToInt128(ours.charge_gpu_us));
  renewal.extend = GpuTime(ToInt128(ours.extend_gpu_us));
  renewal.ttl_us = ours.ttl_us;
  return renewal;
}

HoldQuery ReadQuery(Inputs* in, const drawdown_hold_query* theirs) {
  const drawdown_hold_query defaults = DRAWDOWN_HOLD_QUERY_INIT;
  const auto ours = in->Read("query", theirs, defaults, kHoldQueryV1);
  HoldQuery query;
  query.tenant = in->Text("tenant", ours.tenant);
  query.pool = in->Text("pool", ours.pool);
  query.hold_id = in->Text("hold_id", ours.hold_id);
  query.limit = ours.limit;
  query.after = in->Text("after_hold_id", ours.after_hold_id);
  query.at_us = in->MaybeInstant("at_us", ours.at_us);
  if (ours.state != DRAWDOWN_HOLD_ANY_STATE) {
    query.state = in->Number("state", ours.state, HoldState::kReleased);
  }
  return query;
}

void AddHold(const HoldInfo& hold, TableBuilder* table) {
  table->Text(hold.hold_id).Text(hold.tenant).Text(hold.pool);
  table->Text(HoldStateName(hold.state)).Decimal(hold.gpu_time);
  table->Decimal(hold.charged).Decimal(hold.drawn).Decimal(hold.held);
  table->Decimal(Int128{hold.micro_gpus});
  AddRunKey(hold.run, table);
  table->Time(hold.placed_us).Time(hold.expires_us).Int(hold.renewals);
  table->Decimal(Int128{hold.held_micro_gpus});
}

void AddExhaustion(const Exhaustion& what, TableBuilder* table) {
  table->Text(ExhaustionKindName(what.kind)).Time(what.at_us);
  table->TextOrNull(what.hold_id);
  AddRunKey(what.run, table);
  if (what.quota.has_value()) {
    table->Text(what.quota->tenant).Text(what.quota->pool);
    table->Text(QuotaPeriodName(what.quota->period));
  } else {
    table->Null().Null().Null();
  }
  AddWindow(what.quota, table);
}

Outcome GiveQuote(const HoldQuote& quote, drawdown_table* lines) {
  TableBuilder table({TextColumn("contract"), TextColumn("commitment"),
                      TextColumn("kind"), MoneyColumn("unit_price"),
                      MicroColumn("gpu_seconds"), MoneyColumn("cost"),
                      TextColumn("currency")});
  for (const QuoteLine& line : quote.lines) {
    table.Text(line.contract).TextOrNull(line.commitment);
    table.Text(ChargeKindName(line.kind)).Decimal(line.unit_price);
    table.Decimal(line.gpu_time);
    line.kind == ChargeKind::kUnpriced ? table.Null()
                                       : table.Decimal(line.cost);
    table.Text(line.currency.ToString());
  }
  return table.Finish(lines);
}

}  // namespace
}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_hold_place(drawdown_ledger ledger,
                            const drawdown_hold_request* requests,
                            uint64_t count, drawdown_table* refusal,
                            drawdown_error* error) {
  Clear(refusal);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    if (count == 0) return {};
    in.NotNull("requests", requests);
    in.NotNull("refusal", refusal);
    std::vector<drawdown::HoldRequest> read;
    bool strict = false;
    for (uint64_t i = 0; i < count && in.ok(); ++i) {
      read.push_back(ReadRequest(&in, requests, i, &strict));
    }
    if (!in.ok()) return in.outcome();
    return GiveAdmission(l.PlaceHolds(read, {.strict = strict}), refusal);
  });
}

int32_t drawdown_hold_renew(drawdown_ledger ledger,
                            const drawdown_hold_renewal* renewal,
                            drawdown_table* refusal, drawdown_error* error) {
  Clear(refusal);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    in.NotNull("refusal", refusal);
    const drawdown::HoldRenewal read = ReadRenewal(&in, renewal);
    if (!in.ok()) return in.outcome();
    return GiveAdmission(l.RenewHold(read), refusal);
  });
}

int32_t drawdown_hold_settle(drawdown_ledger ledger, drawdown_text hold_id,
                             drawdown_int128 used_gpu_us, int32_t overdraft,
                             drawdown_table* refusal, drawdown_error* error) {
  Clear(refusal);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    in.NotNull("refusal", refusal);
    const std::string id = in.Text("hold_id", hold_id);
    const auto policy =
        in.Number("overdraft", overdraft, drawdown::OverdraftPolicy::kRefuse);
    if (!in.ok()) return in.outcome();
    const drawdown::GpuTime used(ToInt128(used_gpu_us));
    return GiveAdmission(l.SettleHold(id, used, policy), refusal);
  });
}

int32_t drawdown_hold_release(drawdown_ledger ledger, drawdown_text hold_id,
                              drawdown_error* error) {
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const std::string id = in.Text("hold_id", hold_id);
    if (!in.ok()) return in.outcome();
    return l.ReleaseHold(id);
  });
}

int32_t drawdown_hold_quote(drawdown_ledger ledger,
                            const drawdown_hold_request* request,
                            drawdown_table* refusal, drawdown_table* lines,
                            drawdown_error* error) {
  Clear(refusal);
  Clear(lines);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    in.NotNull("refusal", refusal);
    if (!in.NotNull("request", request)) return in.outcome();
    bool strict = false;
    const drawdown::HoldRequest read = ReadRequest(&in, request, 0, &strict);
    if (!in.ok()) return in.outcome();
    const auto quote = l.QuoteHold(read);
    if (!quote.ok()) return quote.status();
    GivenTable table(lines);
    const Outcome given = GiveQuote(*quote, lines);
    if (!given.ok()) return given;
    return table.KeepIf(GiveAdmission(quote->admission, refusal));
  });
}

int32_t drawdown_holds(drawdown_ledger ledger, const drawdown_hold_query* query,
                       drawdown_table* out, drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const drawdown::HoldQuery asked = ReadQuery(&in, query);
    if (!in.ok()) return in.outcome();
    TableBuilder table(
        {TextColumn("hold_id"), TextColumn("tenant"), TextColumn("pool"),
         TextColumn("state"), MicroColumn("gpu_seconds"),
         MicroColumn("charged"), MicroColumn("drawn"), MicroColumn("held"),
         MicroColumn("gpus"), TextColumn("run_id"), IntColumn("attempt"),
         TimeColumn("placed"), TimeColumn("expires"), IntColumn("renewals"),
         MicroColumn("held_gpus")});
    const absl::Status status =
        l.VisitHolds(asked, [&](const drawdown::HoldInfo& hold) {
          AddHold(hold, &table);
          return true;
        });
    if (!status.ok()) return status;
    return table.Finish(out);
  });
}

int32_t drawdown_exhaustions(drawdown_ledger ledger, drawdown_table* out,
                             drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    const auto found = l.Exhaustions();
    if (!found.ok()) return found.status();
    TableBuilder table({TextColumn("kind"), TimeColumn("at"),
                        TextColumn("hold_id"), TextColumn("run_id"),
                        IntColumn("attempt"), TextColumn("tenant"),
                        TextColumn("pool"), TextColumn("period")});
    AddWindowColumns(&table);
    for (const drawdown::Exhaustion& what : *found) {
      AddExhaustion(what, &table);
    }
    return table.Finish(out);
  });
}

int32_t drawdown_exhaustion_runs(drawdown_ledger ledger, drawdown_table* out,
                                 drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    const auto found = l.Exhaustions();
    if (!found.ok()) return found.status();
    return GiveExhaustionRuns(*found, out);
  });
}
