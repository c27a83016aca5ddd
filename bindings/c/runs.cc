// Runs, one by one and looked at.
#include <cstddef>

#include "admission.h"
#include "inputs.h"
#include "table.h"

namespace drawdown::c_api {
namespace {

constexpr size_t kRunStartV1 = sizeof(drawdown_run_start);
constexpr size_t kRunQueryV1 = offsetof(drawdown_run_query, after_run_id);

RunKey ReadKey(Inputs* in, drawdown_text run_id, uint32_t attempt) {
  return {in->Text("run_id", run_id), attempt};
}

RunStart ReadStart(Inputs* in, const drawdown_run_start* starts, uint64_t index,
                   bool* strict) {
  const drawdown_run_start defaults = DRAWDOWN_RUN_START_INIT;
  const auto ours = in->ReadAt("start", starts, index, defaults, kRunStartV1);
  in->Reserved("start", ours.reserved);
  RunStart start;
  start.key = ReadKey(in, ours.run_id, ours.attempt);
  start.tenant = in->Text("tenant", ours.tenant);
  start.pool = in->Text("pool", ours.pool);
  start.micro_gpus = ours.micro_gpus;
  start.at_us = in->Instant("at_us", ours.at_us);
  start.hold_id = in->Text("hold_id", ours.hold_id);
  start.device = in->Text("device", ours.device);
  start.share = {ours.share_num, ours.share_den};
  *strict |= in->Flag("strict", ours.strict);
  return start;
}

RunQuery ReadQuery(Inputs* in, const drawdown_run_query* theirs) {
  const drawdown_run_query defaults = DRAWDOWN_RUN_QUERY_INIT;
  const auto ours = in->Read("query", theirs, defaults, kRunQueryV1);
  RunQuery query;
  query.tenant = in->Text("tenant", ours.tenant);
  query.pool = in->Text("pool", ours.pool);
  query.run_id = in->Text("run_id", ours.run_id);
  query.array = in->Text("array", ours.array);
  query.limit = ours.limit;
  in->Reserved("query", ours.reserved);
  const std::string after = in->Text("after_run_id", ours.after_run_id);
  if (!after.empty()) query.after = RunKey{after, ours.after_attempt};
  if (ours.state != DRAWDOWN_RUN_ANY_STATE) {
    query.state = in->Number("state", ours.state, RunState::kVoided);
  }
  return query;
}

// A run and when something happens to it.
struct RunAt {
  RunKey key;
  int64_t at_us = 0;
};

// Calls `body` with the ledger and what of the run was asked for.
template <typename Body>
int32_t WithRun(drawdown_ledger ledger, drawdown_text run_id, uint32_t attempt,
                int64_t at_us, drawdown_error* error, Body&& body) noexcept {
  return WithLedger(ledger, error, [&](Ledger& l) -> Outcome {
    Inputs in;
    RunAt run;
    run.key = ReadKey(&in, run_id, attempt);
    run.at_us = in.Instant("at_us", at_us);
    if (!in.ok()) return in.outcome();
    return body(l, run);
  });
}

// Calls `add` for each run and gives what it added to.
template <typename Add>
Outcome Visit(const Ledger& ledger, const RunQuery& query, TableBuilder* table,
              drawdown_table* out, Add&& add) {
  const absl::Status status = ledger.VisitRuns(query, [&](const RunInfo& run) {
    add(run);
    return true;
  });
  if (!status.ok()) return status;
  return table->Finish(out);
}

void AddRun(const RunInfo& run, TableBuilder* table) {
  const bool started = !run.segments.empty();
  table->Text(run.key.run_id).Int(run.key.attempt);
  table->Text(run.tenant).Text(run.pool).Text(RunStateName(run.state));
  table->Text(StopReasonName(run.reason)).TextOrNull(run.source_state);
  if (started) {
    table->Decimal(Int128{run.segments.back().micro_gpus});
    table->Time(run.segments.front().start_us);
    table->Time(run.segments.back().end_us);
  } else {
    table->Null().Null().Null();
  }
  table->Int(static_cast<int64_t>(run.segments.size()));
  table->TextOrNull(run.device);
  table->TextOrNull(run.device.empty() ? "" : FormatRatio(run.share));
  table->Int(static_cast<int64_t>(run.journal_sequence));
}

void AddSegments(const RunInfo& run, TableBuilder* table) {
  for (const Segment& segment : run.segments) {
    table->Text(run.key.run_id).Int(run.key.attempt);
    table->Text(run.tenant).Text(run.pool);
    table->Decimal(Int128{segment.micro_gpus}).Time(segment.start_us);
    table->Time(segment.end_us).Bool(segment.suspended);
  }
}

}  // namespace
}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_run_start_many(drawdown_ledger ledger,
                                const drawdown_run_start* starts,
                                uint64_t count, drawdown_table* refusal,
                                drawdown_error* error) {
  Clear(refusal);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    if (count == 0) return {};
    in.NotNull("starts", starts);
    in.NotNull("refusal", refusal);
    std::vector<drawdown::RunStart> read;
    bool strict = false;
    for (uint64_t i = 0; i < count && in.ok(); ++i) {
      read.push_back(ReadStart(&in, starts, i, &strict));
    }
    if (!in.ok()) return in.outcome();
    return GiveAdmission(l.StartRuns(read, {.strict = strict}), refusal);
  });
}

int32_t drawdown_run_resize(drawdown_ledger ledger, drawdown_text run_id,
                            uint32_t attempt, int64_t micro_gpus, int64_t at_us,
                            drawdown_table* refusal, drawdown_error* error) {
  Clear(refusal);
  return WithRun(ledger, run_id, attempt, at_us, error,
                 [&](drawdown::Ledger& l, const RunAt& run) -> Outcome {
                   if (refusal == nullptr) return NullArgument("refusal");
                   return GiveAdmission(
                       l.ResizeRun(run.key, micro_gpus, run.at_us), refusal);
                 });
}

int32_t drawdown_run_suspend(drawdown_ledger ledger, drawdown_text run_id,
                             uint32_t attempt, int64_t at_us,
                             drawdown_error* error) {
  return WithRun(ledger, run_id, attempt, at_us, error,
                 [](drawdown::Ledger& l, const RunAt& run) {
                   return l.SuspendRun(run.key, run.at_us);
                 });
}

int32_t drawdown_run_resume(drawdown_ledger ledger, drawdown_text run_id,
                            uint32_t attempt, int64_t at_us,
                            drawdown_table* refusal, drawdown_error* error) {
  Clear(refusal);
  return WithRun(ledger, run_id, attempt, at_us, error,
                 [&](drawdown::Ledger& l, const RunAt& run) -> Outcome {
                   if (refusal == nullptr) return NullArgument("refusal");
                   return GiveAdmission(l.ResumeRun(run.key, run.at_us),
                                        refusal);
                 });
}

int32_t drawdown_run_stop(drawdown_ledger ledger, drawdown_text run_id,
                          uint32_t attempt, int64_t at_us, int32_t reason,
                          drawdown_error* error) {
  return WithRun(ledger, run_id, attempt, at_us, error,
                 [&](drawdown::Ledger& l, const RunAt& run) -> Outcome {
                   Inputs in;
                   const auto why =
                       in.Number("reason", reason, drawdown::StopReason::kLost);
                   if (!in.ok()) return in.outcome();
                   return l.StopRun(run.key, run.at_us, why);
                 });
}

int32_t drawdown_run_heartbeat(drawdown_ledger ledger, drawdown_text run_id,
                               uint32_t attempt, int64_t at_us,
                               drawdown_error* error) {
  return WithRun(ledger, run_id, attempt, at_us, error,
                 [](drawdown::Ledger& l, const RunAt& run) {
                   return l.HeartbeatRun(run.key, run.at_us);
                 });
}

int32_t drawdown_runs(drawdown_ledger ledger, const drawdown_run_query* query,
                      drawdown_table* out, drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const drawdown::RunQuery asked = ReadQuery(&in, query);
    if (!in.ok()) return in.outcome();
    TableBuilder table(
        {TextColumn("run_id"), IntColumn("attempt"), TextColumn("tenant"),
         TextColumn("pool"), TextColumn("state"), TextColumn("reason"),
         TextColumn("source_state"), MicroColumn("gpus"), TimeColumn("start"),
         TimeColumn("end"), IntColumn("segments"), TextColumn("device"),
         TextColumn("share"), IntColumn("sequence")});
    return Visit(l, asked, &table, out,
                 [&](const drawdown::RunInfo& run) { AddRun(run, &table); });
  });
}

int32_t drawdown_segments(drawdown_ledger ledger,
                          const drawdown_run_query* query, drawdown_table* out,
                          drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const drawdown::RunQuery asked = ReadQuery(&in, query);
    if (!in.ok()) return in.outcome();
    TableBuilder table({TextColumn("run_id"), IntColumn("attempt"),
                        TextColumn("tenant"), TextColumn("pool"),
                        MicroColumn("gpus"), TimeColumn("start"),
                        TimeColumn("end"), BoolColumn("suspended")});
    return Visit(l, asked, &table, out, [&](const drawdown::RunInfo& run) {
      AddSegments(run, &table);
    });
  });
}
