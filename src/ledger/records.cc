#include "ledger/records.h"

#include <algorithm>

#include "base/coding.h"
#include "base/error.h"
#include "ledger/seal.h"

namespace drawdown {
namespace {

constexpr std::string_view kMagic = "drawdown";

void AppendGpuTime(GpuTime time, std::string* out) {
  AppendFixed(time.count(), out);
}

// What a segment's first byte says.
enum SegmentFlag : uint8_t {
  kSegmentEnded = 1,
  kSegmentOwnGpus = 2,  // not the run's
  kSegmentSuspended = 4,
};

void AppendSegment(const Run& run, const Segment& segment, std::string* out) {
  const bool own_gpus = segment.micro_gpus != run.micro_gpus;
  const int flags = (segment.end_us ? kSegmentEnded : 0) |
                    (own_gpus ? kSegmentOwnGpus : 0) |
                    (segment.suspended ? kSegmentSuspended : 0);
  SmallBytes<1 + 8 + 10 + 10> bytes;
  bytes.Fixed(static_cast<uint8_t>(flags)).Fixed(segment.start_us);
  if (segment.end_us) {
    bytes.Varint(Distance(segment.start_us, *segment.end_us));
  }
  if (own_gpus) bytes.Varint(static_cast<uint64_t>(segment.micro_gpus));
  bytes.AppendTo(out);
}

Segment ReadSegment(const Run& run, ByteReader* in) {
  Segment segment;
  const auto flags = in->Fixed<uint8_t>();
  segment.start_us = in->Fixed<int64_t>();
  if ((flags & kSegmentEnded) != 0) {
    segment.end_us = static_cast<int64_t>(
        static_cast<uint64_t>(segment.start_us) + in->Varint());
  }
  segment.micro_gpus = (flags & kSegmentOwnGpus) != 0
                           ? static_cast<int64_t>(in->Varint())
                           : run.micro_gpus;
  segment.suspended = (flags & kSegmentSuspended) != 0;
  return segment;
}

}  // namespace

std::string EncodeHeader(const Header& header) {
  std::string out(kMagic);
  AppendFixed(header.format, &out);
  AppendFixed(header.bucket_us, &out);
  AppendFixed(header.created_us, &out);
  AppendString(header.uuid, &out);
  AppendString(header.boot_id, &out);
  AppendString(header.lmdb_version, &out);
  SealRecord(kHeaderKey, &out);
  return out;
}

absl::StatusOr<Header> DecodeHeader(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) {
    return MakeError(ErrorCode::kCorrupt, "header record is not a ledger's");
  }
  Header header;
  ByteReader format(bytes.substr(kMagic.size()));
  header.format = format.Fixed<uint32_t>();
  // Checked before the checksum: another format may checksum otherwise.
  if (format.ok() && header.format != kLedgerFormat &&
      header.format != kUpgradedFormat) {
    return MakeError(ErrorCode::kLedgerVersion,
                     "ledger has format " + std::to_string(header.format) +
                         "; this library reads formats " +
                         std::to_string(kUpgradedFormat) + " and " +
                         std::to_string(kLedgerFormat));
  }
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(kHeaderKey, bytes, "header"));
  ByteReader in(body.substr(kMagic.size() + sizeof(uint32_t)));
  header.bucket_us = in.Fixed<int64_t>();
  header.created_us = in.Fixed<int64_t>();
  header.uuid = in.String();
  header.boot_id = in.String();
  header.lmdb_version = in.String();
  if (!in.done() || header.bucket_us <= 0) return MalformedRecord("header");
  return header;
}

std::string EncodeTip(const Tip& tip) {
  std::string out;
  AppendFixed(tip.next_sequence, &out);
  AppendFixed(tip.recorded_us, &out);
  AppendFixed(tip.chain, &out);
  AppendFixed(tip.tenants, &out);
  AppendFixed(tip.pools, &out);
  AppendFixed(tip.runs, &out);
  AppendFixed(tip.usage_records, &out);
  SealRecord(kTipKey, &out);
  return out;
}

absl::StatusOr<Tip> DecodeTip(std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(kTipKey, bytes, "tip"));
  ByteReader in(body);
  Tip tip;
  tip.next_sequence = in.Fixed<uint64_t>();
  tip.recorded_us = in.Fixed<int64_t>();
  tip.chain = in.Fixed<Sha256Digest>();
  tip.tenants = in.Fixed<uint32_t>();
  tip.pools = in.Fixed<uint32_t>();
  tip.runs = in.Fixed<uint64_t>();
  tip.usage_records = in.Fixed<uint64_t>();
  if (!in.done()) return MalformedRecord("tip");
  return tip;
}

std::string NameByPathKey(NameKind kind, std::string_view path) {
  std::string key(kind == NameKind::kTenant ? "t" : "p");
  key.append(path);
  return key;
}

std::string NameByIdKey(NameKind kind, uint32_t id) {
  std::string key(kind == NameKind::kTenant ? "T" : "P");
  AppendKey32(id, &key);
  return key;
}

std::string EncodeName(std::string_view key, std::string_view path,
                       uint32_t id) {
  std::string out;
  AppendFixed(id, &out);
  out.append(path);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<Name> DecodeName(std::string_view key, std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body, OpenRecord(key, bytes, "name"));
  ByteReader in(body);
  Name name;
  name.id = in.Fixed<uint32_t>();
  name.path = in.rest();
  if (!in.ok()) return MalformedRecord("name");
  return name;
}

const Segment* OpenSegment(const Run& run) {
  if (run.segments.empty() || run.segments.back().end_us) return nullptr;
  return &run.segments.back();
}

void AppendRunKey(std::string_view run_id, uint32_t attempt, std::string* out) {
  out->append(run_id);
  out->push_back('\0');
  AppendKey32(attempt, out);
}

RunKey DecodeRunKey(std::string_view key) {
  const size_t id_bytes = key.size() - 1 - sizeof(uint32_t);
  return {std::string(key.substr(0, id_bytes)),
          ReadKey32(key.data() + id_bytes + 1)};
}

void AppendRun(std::string_view key, const Run& run, std::string* out) {
  const size_t start = out->size();
  SmallBytes<4 * 10 + 2> bytes;
  bytes.Varint(run.tenant)
      .Varint(run.pool)
      .Fixed(run.state)
      .Fixed(run.reason)
      .Varint(run.sequence)
      .Varint(static_cast<uint64_t>(run.micro_gpus))
      .AppendTo(out);
  AppendString(run.source_state, out);
  AppendVarint(run.segments.size(), out);
  for (const Segment& segment : run.segments) AppendSegment(run, segment, out);
  SealRecord(key, out, start);
}

absl::StatusOr<Run> DecodeRun(std::string_view key, std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body, OpenRecord(key, bytes, "run"));
  ByteReader in(body);
  Run run;
  run.tenant = static_cast<uint32_t>(in.Varint());
  run.pool = static_cast<uint32_t>(in.Varint());
  run.state = in.Fixed<RunState>();
  run.reason = in.Fixed<StopReason>();
  run.sequence = in.Varint();
  run.micro_gpus = static_cast<int64_t>(in.Varint());
  run.source_state = in.String();
  const uint64_t count = in.Varint();
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    run.segments.push_back(ReadSegment(run, &in));
  }
  if (!in.done()) return MalformedRecord("run");
  return run;
}

bool StoredUsage::SameAs(const StoredUsage& other) const {
  return tenant == other.tenant && pool == other.pool &&
         start_us == other.start_us && end_us == other.end_us &&
         gpu_time == other.gpu_time;
}

std::string EncodeUsage(std::string_view key, const StoredUsage& usage) {
  std::string out;
  AppendFixed(usage.tenant, &out);
  AppendFixed(usage.pool, &out);
  AppendFixed(usage.start_us, &out);
  AppendFixed(usage.end_us, &out);
  AppendGpuTime(usage.gpu_time, &out);
  AppendFixed(usage.sequence, &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<StoredUsage> DecodeUsage(std::string_view key,
                                        std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "usage"));
  ByteReader in(body);
  StoredUsage usage;
  usage.tenant = in.Fixed<uint32_t>();
  usage.pool = in.Fixed<uint32_t>();
  usage.start_us = in.Fixed<int64_t>();
  usage.end_us = in.Fixed<int64_t>();
  usage.gpu_time = GpuTime(in.Fixed<Int128>());
  usage.sequence = in.Fixed<uint64_t>();
  if (!in.done()) return MalformedRecord("usage");
  return usage;
}

std::string ContractKey(std::string_view id, uint32_t version) {
  std::string key(id);
  key.push_back('\0');
  AppendKey32(version, &key);
  return key;
}

std::string EncodeContract(std::string_view key,
                           const StoredContract& contract) {
  std::string out;
  AppendString(contract.id, &out);
  AppendFixed(contract.version, &out);
  AppendFixed(contract.applied_us, &out);
  AppendString(contract.file_name, &out);
  AppendString(contract.text, &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<StoredContract> DecodeContract(std::string_view key,
                                              std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "contract"));
  ByteReader in(body);
  StoredContract contract;
  contract.id = in.String();
  contract.version = in.Fixed<uint32_t>();
  contract.applied_us = in.Fixed<int64_t>();
  contract.file_name = in.String();
  contract.text = in.String();
  if (!in.done()) return MalformedRecord("contract");
  return contract;
}

}  // namespace drawdown
