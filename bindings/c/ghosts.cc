// Heartbeats of many runs, and runs whose stop never came.
#include "inputs.h"
#include "table.h"

namespace drawdown::c_api {
namespace {

constexpr size_t kHeartbeatV1 = sizeof(drawdown_heartbeat);

std::vector<Heartbeat> ReadHeartbeats(Inputs* in,
                                      const drawdown_heartbeat* theirs,
                                      uint64_t count) {
  const drawdown_heartbeat defaults = DRAWDOWN_HEARTBEAT_INIT;
  std::vector<Heartbeat> read;
  if (count > 0 && !in->NotNull("heartbeats", theirs)) return read;
  for (uint64_t i = 0; i < count && in->ok(); ++i) {
    const auto ours =
        in->ReadAt("heartbeats", theirs, i, defaults, kHeartbeatV1);
    read.push_back({{in->Text("run_id", ours.run_id), ours.attempt},
                    in->Instant("at_us", ours.at_us)});
  }
  return read;
}

std::optional<int64_t> ToOptional(int64_t length_us) {
  if (length_us == DRAWDOWN_UNSET) return std::nullopt;
  return length_us;
}

void AddGhost(const Ghost& ghost, TableBuilder* table) {
  const RunInfo& run = ghost.run;
  table->Text(run.key.run_id).Int(run.key.attempt);
  table->Text(run.tenant).Text(run.pool);
  table->Decimal(Int128{run.segments.back().micro_gpus});
  table->Time(ghost.last_sign_us).Bool(ghost.heartbeat).Int(ghost.lease_us);
  table->Decimal(ghost.since);
}

}  // namespace
}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_run_heartbeat_many(drawdown_ledger ledger,
                                    const drawdown_heartbeat* heartbeats,
                                    uint64_t count, uint64_t* fresh,
                                    drawdown_table* refused,
                                    drawdown_error* error) {
  Clear(refused);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const std::vector<drawdown::Heartbeat> read =
        ReadHeartbeats(&in, heartbeats, count);
    if (!in.ok()) return in.outcome();
    const auto taken = l.HeartbeatRuns(read);
    if (!taken.ok()) return taken.status();
    TableBuilder table({TextColumn("why")});
    for (const std::string& why : taken->refused) table.Text(why);
    const Outcome given = table.Finish(refused);
    if (given.ok() && fresh != nullptr) *fresh = taken->fresh;
    return given;
  });
}

int32_t drawdown_ghosts(drawdown_ledger ledger, drawdown_text tenant,
                        drawdown_text pool, int64_t lease_us, int64_t at_us,
                        drawdown_table* out, drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    drawdown::GhostQuery query;
    query.tenant = in.Text("tenant", tenant);
    query.pool = in.Text("pool", pool);
    query.lease_us = ToOptional(lease_us);
    query.at_us = in.MaybeInstant("at_us", at_us);
    if (!in.ok()) return in.outcome();
    const auto ghosts = l.Ghosts(query);
    if (!ghosts.ok()) return ghosts.status();
    TableBuilder table(
        {TextColumn("run_id"), IntColumn("attempt"), TextColumn("tenant"),
         TextColumn("pool"), MicroColumn("gpus"), TimeColumn("last_sign"),
         BoolColumn("heartbeat"), IntColumn("lease_us"), MicroColumn("since")});
    for (const drawdown::Ghost& ghost : *ghosts) AddGhost(ghost, &table);
    return table.Finish(out);
  });
}

int32_t drawdown_run_confirm_ghost(drawdown_ledger ledger, drawdown_text run_id,
                                   uint32_t attempt, int64_t lease_us,
                                   int64_t at_us, drawdown_error* error) {
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const drawdown::RunKey key = {in.Text("run_id", run_id), attempt};
    const auto at = in.MaybeInstant("at_us", at_us);
    if (!in.ok()) return in.outcome();
    return l.ConfirmGhost(key, ToOptional(lease_us), at);
  });
}
