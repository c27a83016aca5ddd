// Bodies of what usage is counted by: names, contracts, policies, closes.
#include "base/coding.h"
#include "ledger/entry_body.h"

namespace drawdown {

void Append(const NameAdded& body, std::string* out) {
  AppendFixed(body.kind, out);
  AppendFixed(body.id, out);
  AppendString(body.path, out);
}
void Read(ByteReader* in, NameAdded* body) {
  body->kind = in->Fixed<NameKind>();
  body->id = in->Fixed<uint32_t>();
  body->path = in->String();
}

void Append(const ContractApplied& body, std::string* out) {
  AppendString(body.id, out);
  AppendVarint(body.version, out);
  AppendString(body.file_name, out);
  AppendString(body.text, out);
}
void Read(ByteReader* in, ContractApplied* body) {
  body->id = in->String();
  body->version = static_cast<uint32_t>(in->Varint());
  body->file_name = in->String();
  body->text = in->String();
}

void Append(const CommitLink& body, std::string* out) {
  AppendVarint(body.entries, out);
  AppendFixed(body.chain, out);
}
void Read(ByteReader* in, CommitLink* body) {
  body->entries = in->Varint();
  body->chain = in->Fixed<Sha256Digest>();
}

void Append(const CapacityStated& body, std::string* out) {
  AppendFixed(body.state, out);
  AppendVarint(body.pool, out);
  AppendString(body.capacity_id, out);
  AppendFixed(body.start_us, out);
  AppendVarint(Distance(body.start_us, body.end_us), out);
  AppendVarint(static_cast<uint64_t>(body.micro_gpus), out);
}
void Read(ByteReader* in, CapacityStated* body) {
  body->state = in->Fixed<CapacityState>();
  body->pool = static_cast<uint32_t>(in->Varint());
  body->capacity_id = in->String();
  body->start_us = in->Fixed<int64_t>();
  body->end_us = static_cast<int64_t>(static_cast<uint64_t>(body->start_us) +
                                      in->Varint());
  body->micro_gpus = static_cast<int64_t>(in->Varint());
}

void Append(const PoolPolicySet& body, std::string* out) {
  AppendString(body.pool, out);
  AppendFixed(body.from_us, out);
  AppendFixed(body.setting, out);
  AppendFixed(body.value, out);
}
void Read(ByteReader* in, PoolPolicySet* body) {
  body->pool = in->String();
  body->from_us = in->Fixed<int64_t>();
  body->setting = in->Fixed<PoolSetting>();
  body->value = in->Fixed<int64_t>();
}

void Append(const Ratio& ratio, std::string* out) {
  AppendVarint(static_cast<uint64_t>(ratio.num), out);
  AppendVarint(static_cast<uint64_t>(ratio.den), out);
}
void Read(ByteReader* in, Ratio* ratio) {
  ratio->num = static_cast<int64_t>(in->Varint());
  ratio->den = static_cast<int64_t>(in->Varint());
}

void Append(const WaiverPolicySet& body, std::string* out) {
  AppendString(body.tenant, out);
  AppendString(body.pool, out);
  AppendFixed(body.reason, out);
  AppendFixed(body.from_us, out);
  Append(body.share, out);
  AppendFixed(static_cast<uint8_t>(body.last_us.has_value()), out);
  if (body.last_us) AppendFixed(*body.last_us, out);
}
void Read(ByteReader* in, WaiverPolicySet* body) {
  body->tenant = in->String();
  body->pool = in->String();
  body->reason = in->Fixed<StopReason>();
  body->from_us = in->Fixed<int64_t>();
  Read(in, &body->share);
  if (in->Fixed<uint8_t>() != 0) body->last_us = in->Fixed<int64_t>();
}

void Append(const PeriodClosed& body, std::string* out) {
  AppendString(body.contract, out);
  AppendString(body.period, out);
  AppendFixed(body.start_us, out);
  AppendFixed(body.end_us, out);
  AppendVarint(body.version, out);
  AppendString(body.frozen, out);
}
void Read(ByteReader* in, PeriodClosed* body) {
  body->contract = in->String();
  body->period = in->String();
  body->start_us = in->Fixed<int64_t>();
  body->end_us = in->Fixed<int64_t>();
  body->version = static_cast<uint32_t>(in->Varint());
  body->frozen = in->String();
}

void Append(const TenantMoved& body, std::string* out) {
  AppendVarint(body.from_tenant, out);
  AppendVarint(body.to_tenant, out);
  AppendFixed(body.from_us, out);
}
void Read(ByteReader* in, TenantMoved* body) {
  body->from_tenant = static_cast<uint32_t>(in->Varint());
  body->to_tenant = static_cast<uint32_t>(in->Varint());
  body->from_us = in->Fixed<int64_t>();
}

}  // namespace drawdown
