// Live meters: binding, counting, draining.
#include "inputs.h"
#include "table.h"

namespace drawdown::c_api {
namespace {

constexpr size_t kDrainResultV1 = sizeof(drawdown_drain_result);

Outcome Bind(Ledger& ledger, const std::vector<MeterName>& names, bool strict,
             drawdown_meter* out) {
  const auto meters = ledger.meters(names, {.strict = strict});
  if (!meters.ok()) return meters.status();
  for (size_t i = 0; i < meters->size(); ++i) out[i] = (*meters)[i].id();
  return {};
}

}  // namespace
}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_meter_bind(drawdown_ledger ledger, drawdown_text tenant,
                            drawdown_text pool, uint8_t strict,
                            drawdown_meter* out, drawdown_error* error) {
  return drawdown_meter_bind_many(ledger, &tenant, &pool, 1, strict, out,
                                  error);
}

int32_t drawdown_meter_bind_many(drawdown_ledger ledger,
                                 const drawdown_text* tenants,
                                 const drawdown_text* pools, uint64_t count,
                                 uint8_t strict, drawdown_meter* out,
                                 drawdown_error* error) {
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    if (count == 0) return {};
    in.NotNull("out", out);
    in.NotNull("tenants", tenants);
    in.NotNull("pools", pools);
    const bool is_strict = in.Flag("strict", strict);
    std::vector<drawdown::MeterName> names;
    for (uint64_t i = 0; i < count && in.ok(); ++i) {
      out[i] = 0;
      names.push_back(
          {in.Text("tenant", tenants[i]), in.Text("pool", pools[i])});
    }
    if (!in.ok()) return in.outcome();
    return Bind(l, names, is_strict, out);
  });
}

void drawdown_record(drawdown_meter meter, int64_t gpu_us) {
  drawdown::Meter::OfId(meter).Record(gpu_us);
}

void drawdown_record_batch(const drawdown_meter* meters, const int64_t* gpu_us,
                           uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) {
    drawdown::Meter::OfId(meters[i]).Record(gpu_us[i]);
  }
}

void drawdown_record_many(drawdown_meter meter, const int64_t* gpu_us,
                          uint64_t count) {
  const drawdown::Meter bound = drawdown::Meter::OfId(meter);
  int64_t sum = 0;
  for (uint64_t i = 0; i < count; ++i) {
    int64_t next = 0;
    if (gpu_us[i] < 0) {
      bound.Record(gpu_us[i]);  // Counts it as rejected.
    } else if (__builtin_add_overflow(sum, gpu_us[i], &next)) {
      bound.Record(sum);
      sum = gpu_us[i];
    } else {
      sum = next;
    }
  }
  if (sum > 0) bound.Record(sum);
}

int32_t drawdown_try_record(drawdown_meter meter, int64_t gpu_us) {
  return static_cast<int32_t>(drawdown::Meter::OfId(meter).TryRecord(gpu_us));
}

void drawdown_try_record_batch(const drawdown_meter* meters,
                               const int64_t* gpu_us, uint64_t count,
                               uint8_t* decisions) {
  for (uint64_t i = 0; i < count; ++i) {
    decisions[i] = static_cast<uint8_t>(
        drawdown::Meter::OfId(meters[i]).TryRecord(gpu_us[i]));
  }
}

int32_t drawdown_drain(drawdown_ledger ledger, drawdown_drain_result* result,
                       drawdown_error* error) {
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    const auto drained = l.Drain();
    if (!drained.ok()) return drained.status();
    if (result == nullptr) return {};
    if (!drained->gpu_time.valid()) {
      return {DRAWDOWN_OVERFLOW, "what was drained does not fit 128 bits"};
    }
    drawdown_drain_result ours = DRAWDOWN_DRAIN_RESULT_INIT;
    ours.flipped = drained->flipped ? 1 : 0;
    ours.meters = drained->meters;
    ours.gpu_us = FromInt128(drained->gpu_time.count());
    ours.files = drained->files;
    ours.retired = drained->retired;
    ours.regressions = drained->regressions;
    return WriteStruct("result", ours, result, kDrainResultV1);
  });
}

int32_t drawdown_live(drawdown_ledger ledger, drawdown_table* out,
                      drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    const auto live = l.Live();
    if (!live.ok()) return live.status();
    TableBuilder table({TextColumn("tenant"), TextColumn("pool"),
                        MicroColumn("open"), MicroColumn("undrained")});
    for (const drawdown::LiveMeter& meter : live->meters) {
      table.Text(meter.tenant).Text(meter.pool);
      table.Decimal(meter.open).Decimal(meter.undrained);
    }
    if (!live->drain_error.empty()) table.Note(live->drain_error);
    if (live->rejected > 0) {
      table.Note(std::to_string(live->rejected) +
                 " negative amount(s) were given to record and not added");
    }
    return table.Finish(out);
  });
}
