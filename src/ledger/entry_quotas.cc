// Bodies of quotas and of what is held of them.
#include "base/coding.h"
#include "ledger/entry_body.h"
#include "ledger/quota_records.h"

namespace drawdown {

void Append(const QuotaSet& body, std::string* out) {
  AppendVarint(body.tenant, out);
  AppendString(body.pool, out);
  AppendFixed(body.period, out);
  AppendFixed(body.rolling_us, out);
  AppendString(body.contract, out);
  AppendString(body.commitment, out);
  AppendString(body.edges, out);
  AppendFixed(body.from_us, out);
  AppendLimit(body.limit, out);
}
void Read(ByteReader* in, QuotaSet* body) {
  body->tenant = static_cast<uint32_t>(in->Varint());
  body->pool = in->String();
  body->period = in->Fixed<QuotaPeriod>();
  body->rolling_us = in->Fixed<int64_t>();
  body->contract = in->String();
  body->commitment = in->String();
  body->edges = in->String();
  body->from_us = in->Fixed<int64_t>();
  body->limit = ReadLimit(in);
}

void Append(const HoldPlaced& body, std::string* out) {
  AppendString(body.hold_id, out);
  AppendVarint(body.tenant, out);
  AppendVarint(body.pool, out);
  AppendFixed(body.gpu_time.count(), out);
  AppendFixed(body.micro_gpus, out);
  AppendFixed(body.at_us, out);
  AppendFixed(body.ttl_us, out);
}
void Read(ByteReader* in, HoldPlaced* body) {
  body->hold_id = in->String();
  body->tenant = static_cast<uint32_t>(in->Varint());
  body->pool = static_cast<uint32_t>(in->Varint());
  body->gpu_time = GpuTime(in->Fixed<Int128>());
  body->micro_gpus = in->Fixed<int64_t>();
  body->at_us = in->Fixed<int64_t>();
  body->ttl_us = in->Fixed<int64_t>();
}

void Append(const HoldRenewed& body, std::string* out) {
  AppendString(body.hold_id, out);
  AppendVarint(body.renewal, out);
  AppendFixed(body.charge.count(), out);
  AppendFixed(body.extend.count(), out);
  AppendFixed(body.at_us, out);
  AppendFixed(body.ttl_us, out);
}
void Read(ByteReader* in, HoldRenewed* body) {
  body->hold_id = in->String();
  body->renewal = static_cast<uint32_t>(in->Varint());
  body->charge = GpuTime(in->Fixed<Int128>());
  body->extend = GpuTime(in->Fixed<Int128>());
  body->at_us = in->Fixed<int64_t>();
  body->ttl_us = in->Fixed<int64_t>();
}

void Append(const HoldClosed& body, std::string* out) {
  AppendString(body.hold_id, out);
  AppendFixed(static_cast<uint8_t>(body.settled), out);
  AppendFixed(body.charge.count(), out);
  AppendFixed(body.at_us, out);
}
void Read(ByteReader* in, HoldClosed* body) {
  body->hold_id = in->String();
  body->settled = in->Fixed<uint8_t>() != 0;
  body->charge = GpuTime(in->Fixed<Int128>());
  body->at_us = in->Fixed<int64_t>();
}

void Append(const HoldDrawn& body, std::string* out) {
  AppendString(body.hold_id, out);
  AppendString(body.run_id, out);
  AppendVarint(body.attempt, out);
}
void Read(ByteReader* in, HoldDrawn* body) {
  body->hold_id = in->String();
  body->run_id = in->String();
  body->attempt = static_cast<uint32_t>(in->Varint());
}

}  // namespace drawdown
