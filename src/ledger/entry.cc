#include "ledger/entry.h"

#include <iterator>

#include "base/coding.h"
#include "base/crc32c.h"
#include "base/error.h"
#include "ledger/quota_records.h"

namespace drawdown {
namespace {

// Which instants of an imported run are given.
enum TimesFlag : uint8_t {
  kHasStart = 1,
  kHasEnd = 2,
};

// One overload of Append and Read per alternative of EntryBody, in its order:
// the index of the alternative is the kind byte of the format.
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

template <typename Body>
EntryBody ReadBody(ByteReader* in) {
  Body body;
  Read(in, &body);
  return body;
}

std::optional<EntryBody> ReadBodyOfKind(uint8_t kind, ByteReader* in) {
  switch (kind) {
    case 0:
      return ReadBody<NameAdded>(in);
    case 1:
      return ReadBody<RunImported>(in);
    case 2:
      return ReadBody<RunChanged>(in);
    case 3:
      return ReadBody<RunCorrected>(in);
    case 4:
      return ReadBody<UsageAdded>(in);
    case 5:
      return ReadBody<ContractApplied>(in);
    case 6:
      return ReadBody<CommitLink>(in);
    case 7:
      return ReadBody<UsageDrained>(in);
    case 8:
      return ReadBody<UsageLost>(in);
    case 9:
      return ReadBody<QuotaSet>(in);
    case 10:
      return ReadBody<HoldPlaced>(in);
    case 11:
      return ReadBody<HoldRenewed>(in);
    case 12:
      return ReadBody<HoldClosed>(in);
    case 13:
      return ReadBody<HoldDrawn>(in);
    case 14:
      return ReadBody<CapacityStated>(in);
    case 15:
      return ReadBody<PoolPolicySet>(in);
    case 16:
      return ReadBody<WaiverPolicySet>(in);
    case 17:
      return ReadBody<RunRefunded>(in);
    case 18:
      return ReadBody<RunPlaced>(in);
    case 19:
      return ReadBody<PeriodClosed>(in);
    case 20:
      return ReadBody<TenantMoved>(in);
    default:
      return std::nullopt;
  }
}

absl::Status Damaged(uint64_t sequence, std::string_view how) {
  return MakeError(
      ErrorCode::kCorrupt,
      "journal entry " + std::to_string(sequence) + " " + std::string(how));
}

// The sequence is in the checksum so that a moved entry is a damaged one.
uint32_t SeedOf(uint64_t sequence) {
  const uint64_t big = __builtin_bswap64(sequence);
  return Crc32c({reinterpret_cast<const char*>(&big), sizeof big});
}

}  // namespace

std::string SequenceKey(uint64_t sequence) {
  std::string key;
  AppendKey64(sequence, &key);
  return key;
}

void AppendEntry(uint64_t sequence, int64_t recorded_us, const EntryBody& body,
                 std::string* out) {
  const size_t start = out->size();
  AppendFixed(static_cast<uint8_t>(body.index()), out);
  AppendFixed(recorded_us, out);
  std::visit([out](const auto& one) { Append(one, out); }, body);
  AppendFixed(Crc32c(std::string_view(*out).substr(start), SeedOf(sequence)),
              out);
}

absl::StatusOr<Entry> DecodeEntry(uint64_t sequence, std::string_view bytes) {
  if (bytes.size() < sizeof(uint32_t)) return Damaged(sequence, "is cut short");
  const std::string_view sealed =
      bytes.substr(0, bytes.size() - sizeof(uint32_t));
  uint32_t crc = 0;
  std::memcpy(&crc, bytes.data() + sealed.size(), sizeof crc);
  if (crc != Crc32c(sealed, SeedOf(sequence))) {
    return Damaged(sequence, "fails its checksum");
  }
  ByteReader in(sealed);
  const auto kind = in.Fixed<uint8_t>();
  Entry entry;
  entry.recorded_us = in.Fixed<int64_t>();
  std::optional<EntryBody> body = ReadBodyOfKind(kind, &in);
  if (!body) return Damaged(sequence, "is of an unknown kind");
  if (!in.done()) return Damaged(sequence, "has not the layout of its kind");
  entry.body = *body;
  return entry;
}

}  // namespace drawdown
