#include "ledger/entry.h"

#include <iterator>

#include "base/coding.h"
#include "base/crc32c.h"
#include "base/error.h"
#include "ledger/entry_body.h"

namespace drawdown {
namespace {

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
