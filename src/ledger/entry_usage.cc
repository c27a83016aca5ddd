// Bodies of what was used: runs, and usage that is no run's.
#include "base/coding.h"
#include "ledger/entry_body.h"

namespace drawdown {
namespace {

// Which instants of an imported run are given.
enum TimesFlag : uint8_t {
  kHasStart = 1,
  kHasEnd = 2,
};

}  // namespace

void Append(const RunImported& body, std::string* out) {
  AppendString(body.run_id, out);
  SmallBytes<5 * 10 + 1 + 8> bytes;
  bytes.Varint(body.attempt).Varint(body.tenant).Varint(body.pool);
  bytes.Varint(static_cast<uint64_t>(body.micro_gpus));
  bytes.Fixed(static_cast<uint8_t>((body.start_us ? kHasStart : 0) |
                                   (body.end_us ? kHasEnd : 0)));
  if (body.start_us) bytes.Fixed(*body.start_us);
  if (body.end_us) {
    bytes.Varint(Distance(body.start_us.value_or(0), *body.end_us));
  }
  bytes.AppendTo(out);
  AppendString(body.source_state, out);
}
void Read(ByteReader* in, RunImported* body) {
  body->run_id = in->String();
  body->attempt = static_cast<uint32_t>(in->Varint());
  body->tenant = static_cast<uint32_t>(in->Varint());
  body->pool = static_cast<uint32_t>(in->Varint());
  body->micro_gpus = static_cast<int64_t>(in->Varint());
  const auto times = in->Fixed<uint8_t>();
  if ((times & kHasStart) != 0) body->start_us = in->Fixed<int64_t>();
  if ((times & kHasEnd) != 0) {
    body->end_us = static_cast<int64_t>(
        static_cast<uint64_t>(body->start_us.value_or(0)) + in->Varint());
  }
  body->source_state = in->String();
}

void Append(const RunChanged& body, std::string* out) {
  AppendFixed(body.change, out);
  AppendString(body.run_id, out);
  AppendVarint(body.attempt, out);
  AppendFixed(body.at_us, out);
  AppendVarint(body.tenant, out);
  AppendVarint(body.pool, out);
  AppendFixed(body.micro_gpus, out);
  AppendFixed(body.reason, out);
}
void Read(ByteReader* in, RunChanged* body) {
  body->change = in->Fixed<RunChange>();
  body->run_id = in->String();
  body->attempt = static_cast<uint32_t>(in->Varint());
  body->at_us = in->Fixed<int64_t>();
  body->tenant = static_cast<uint32_t>(in->Varint());
  body->pool = static_cast<uint32_t>(in->Varint());
  body->micro_gpus = in->Fixed<int64_t>();
  body->reason = in->Fixed<StopReason>();
}

void Append(const RunCorrected& body, std::string* out) {
  Append(body.replacement, out);
  AppendFixed(static_cast<uint8_t>(body.voided), out);
  AppendFixed(body.corrects, out);
  AppendString(body.reason, out);
}
void Read(ByteReader* in, RunCorrected* body) {
  Read(in, &body->replacement);
  body->voided = in->Fixed<uint8_t>() != 0;
  body->corrects = in->Fixed<uint64_t>();
  body->reason = in->String();
}

void Append(const RunRefunded& body, std::string* out) {
  AppendString(body.refund_id, out);
  AppendString(body.run_id, out);
  AppendVarint(body.attempt, out);
  AppendFixed(body.amount.count(), out);
  Append(body.share, out);
  AppendString(body.reason, out);
}
void Read(ByteReader* in, RunRefunded* body) {
  body->refund_id = in->String();
  body->run_id = in->String();
  body->attempt = static_cast<uint32_t>(in->Varint());
  body->amount = GpuTime(in->Fixed<Int128>());
  Read(in, &body->share);
  body->reason = in->String();
}

void Append(const RunPlaced& body, std::string* out) {
  AppendString(body.run_id, out);
  AppendVarint(body.attempt, out);
  AppendString(body.device, out);
  Append(body.share, out);
}
void Read(ByteReader* in, RunPlaced* body) {
  body->run_id = in->String();
  body->attempt = static_cast<uint32_t>(in->Varint());
  body->device = in->String();
  Read(in, &body->share);
}

void Append(const UsageAdded& body, std::string* out) {
  AppendString(body.usage_id, out);
  AppendVarint(body.tenant, out);
  AppendVarint(body.pool, out);
  AppendFixed(body.start_us, out);
  AppendFixed(body.end_us, out);
  AppendFixed(body.gpu_time.count(), out);
  if (!body.source.empty()) AppendString(body.source, out);
}
void Read(ByteReader* in, UsageAdded* body) {
  body->usage_id = in->String();
  body->tenant = static_cast<uint32_t>(in->Varint());
  body->pool = static_cast<uint32_t>(in->Varint());
  body->start_us = in->Fixed<int64_t>();
  body->end_us = in->Fixed<int64_t>();
  body->gpu_time = GpuTime(in->Fixed<Int128>());
  if (!in->done()) body->source = in->String();
}

void Append(const UsageDrained& body, std::string* out) {
  AppendVarint(body.tenant, out);
  AppendVarint(body.pool, out);
  AppendFixed(body.bucket_us, out);
  AppendFixed(body.gpu_time.count(), out);
}
void Read(ByteReader* in, UsageDrained* body) {
  body->tenant = static_cast<uint32_t>(in->Varint());
  body->pool = static_cast<uint32_t>(in->Varint());
  body->bucket_us = in->Fixed<int64_t>();
  body->gpu_time = GpuTime(in->Fixed<Int128>());
}

void Append(const UsageLost& body, std::string* out) {
  AppendFixed(body.reason, out);
  AppendString(body.file, out);
  AppendVarint(body.pid, out);
  AppendVarint(body.meters, out);
  AppendFixed(body.behind.count(), out);
  AppendFixed(body.uncounted.count(), out);
}
void Read(ByteReader* in, UsageLost* body) {
  body->reason = in->Fixed<LossReason>();
  body->file = in->String();
  body->pid = static_cast<uint32_t>(in->Varint());
  body->meters = in->Varint();
  body->behind = GpuTime(in->Fixed<Int128>());
  body->uncounted = GpuTime(in->Fixed<Int128>());
}

}  // namespace drawdown
