#include "ledger/quota_records.h"

#include <algorithm>
#include <cstring>

#include "base/coding.h"
#include "base/error.h"
#include "ledger/seal.h"

namespace drawdown {
namespace {

constexpr char kLaterStart = 'l';

enum LimitFlag : uint8_t {
  kLimited = 1,
  kSoft = 2,
  kSlice = 4,
  kLends = 8,
};

std::string KeyOf(char table, uint32_t id) {
  std::string key(1, table);
  AppendKey32(id, &key);
  return key;
}

}  // namespace

const QuotaVersion* StoredQuota::At(int64_t at_us) const {
  const auto after = std::upper_bound(
      versions.begin(), versions.end(), at_us,
      [](int64_t at, const QuotaVersion& one) { return at < one.from_us; });
  return after == versions.begin() ? nullptr : &*(after - 1);
}

void Account::Add(const Account& delta, int sign) {
  amount += delta.amount * sign;
  level_change += delta.level_change * sign;
  level_moment += delta.level_moment * sign;
  open += delta.open * sign;
  open_moment += delta.open_moment * sign;
}

std::string QuotaKey(uint32_t quota) { return KeyOf('q', quota); }

std::string QuotasOfTenantKey(uint32_t tenant, uint32_t quota) {
  std::string key = KeyOf('t', tenant);
  AppendKey32(quota, &key);
  return key;
}

std::string AccountKey(uint32_t quota, int64_t window_us) {
  std::string key = KeyOf('a', quota);
  AppendInstantKey(window_us, &key);
  return key;
}

int64_t WindowOfAccountKey(std::string_view key) {
  return ReadInstantKey(key.data() + 1 + sizeof(uint32_t));
}

std::string OpenLevelKey(uint32_t quota) { return KeyOf('o', quota); }

std::string LaterStartKey(int64_t start_us, std::string_view run_key) {
  std::string key(1, kLaterStart);
  AppendInstantKey(start_us, &key);
  key.append(run_key);
  return key;
}

bool IsLaterStartKey(std::string_view key) {
  return key.starts_with(kLaterStart);
}

void AppendLimit(const std::optional<QuotaLimit>& limit, std::string* out) {
  if (!limit) return AppendFixed(uint8_t{0}, out);
  const int flags = kLimited | (limit->soft ? kSoft : 0) |
                    (limit->slice ? kSlice : 0) | (limit->lending ? kLends : 0);
  AppendFixed(static_cast<uint8_t>(flags), out);
  AppendFixed(limit->nominal, out);
  AppendFixed(limit->borrowing, out);
  if (limit->lending) AppendFixed(*limit->lending, out);
}

std::optional<QuotaLimit> ReadLimit(ByteReader* in) {
  const auto flags = in->Fixed<uint8_t>();
  if ((flags & kLimited) == 0) return std::nullopt;
  QuotaLimit limit;
  limit.soft = (flags & kSoft) != 0;
  limit.slice = (flags & kSlice) != 0;
  limit.nominal = in->Fixed<Int128>();
  limit.borrowing = in->Fixed<Int128>();
  if ((flags & kLends) != 0) limit.lending = in->Fixed<Int128>();
  return limit;
}

std::string PackEdges(const std::vector<int64_t>& edges) {
  if (edges.empty()) return "";
  return {reinterpret_cast<const char*>(edges.data()),
          edges.size() * sizeof(int64_t)};
}

std::vector<int64_t> UnpackEdges(std::string_view packed) {
  std::vector<int64_t> edges(packed.size() / sizeof(int64_t));
  if (!edges.empty()) {
    std::memcpy(edges.data(), packed.data(), edges.size() * sizeof(int64_t));
  }
  return edges;
}

std::string EncodeQuota(std::string_view key, const StoredQuota& quota) {
  std::string out;
  AppendVarint(quota.tenant, &out);
  AppendString(quota.scope.tenant, &out);
  AppendString(quota.scope.pool, &out);
  AppendFixed(quota.scope.period, &out);
  AppendFixed(quota.scope.rolling_us, &out);
  AppendString(quota.scope.contract, &out);
  AppendString(quota.scope.commitment, &out);
  AppendVarint(quota.edges.size(), &out);
  for (const int64_t edge : quota.edges) AppendFixed(edge, &out);
  AppendVarint(quota.versions.size(), &out);
  for (const QuotaVersion& version : quota.versions) {
    AppendFixed(version.from_us, &out);
    AppendLimit(version.limit, &out);
  }
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<StoredQuota> DecodeQuota(std::string_view key,
                                        std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "quota"));
  if (key.size() != 1 + sizeof(uint32_t)) return MalformedRecord("quota");
  ByteReader in(body);
  StoredQuota quota;
  quota.id = ReadKey32(key.data() + 1);
  quota.tenant = static_cast<uint32_t>(in.Varint());
  quota.scope.tenant = in.String();
  quota.scope.pool = in.String();
  quota.scope.period = in.Fixed<QuotaPeriod>();
  quota.scope.rolling_us = in.Fixed<int64_t>();
  quota.scope.contract = in.String();
  quota.scope.commitment = in.String();
  for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    quota.edges.push_back(in.Fixed<int64_t>());
  }
  for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    QuotaVersion& version = quota.versions.emplace_back();
    version.from_us = in.Fixed<int64_t>();
    version.limit = ReadLimit(&in);
  }
  if (!in.done()) return MalformedRecord("quota");
  return quota;
}

std::string EncodeAccount(std::string_view key, const Account& account) {
  std::string out;
  AppendFixed(account.amount.count(), &out);
  AppendFixed(account.level_change, &out);
  AppendFixed(account.level_moment.count(), &out);
  AppendFixed(account.open, &out);
  AppendFixed(account.open_moment.count(), &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<Account> DecodeAccount(std::string_view key,
                                      std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "account"));
  ByteReader in(body);
  Account account;
  account.amount = GpuTime(in.Fixed<Int128>());
  account.level_change = in.Fixed<Int128>();
  account.level_moment = FineTime(in.Fixed<Int128>());
  account.open = in.Fixed<Int128>();
  account.open_moment = FineTime(in.Fixed<Int128>());
  if (!in.done()) return MalformedRecord("account");
  return account;
}

std::string EncodeOpenLevel(std::string_view key, Int128 micro_gpus) {
  std::string out;
  AppendFixed(micro_gpus, &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<Int128> DecodeOpenLevel(std::string_view key,
                                       std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "open level"));
  ByteReader in(body);
  const auto micro_gpus = in.Fixed<Int128>();
  if (!in.done()) return MalformedRecord("open level");
  return micro_gpus;
}

std::string EncodeLaterStart(std::string_view key, const LaterStart& start) {
  std::string out;
  AppendVarint(start.tenant, &out);
  AppendVarint(start.pool, &out);
  AppendFixed(start.micro_gpus, &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<LaterStart> DecodeLaterStart(std::string_view key,
                                            std::string_view bytes) {
  constexpr size_t kRunAt = 1 + sizeof(int64_t);
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "later start"));
  if (key.size() <= kRunAt) return MalformedRecord("later start");
  ByteReader in(body);
  LaterStart start;
  start.run = std::string(key.substr(kRunAt));
  start.start_us = ReadInstantKey(key.data() + 1);
  start.tenant = static_cast<uint32_t>(in.Varint());
  start.pool = static_cast<uint32_t>(in.Varint());
  start.micro_gpus = in.Fixed<int64_t>();
  if (!in.done()) return MalformedRecord("later start");
  return start;
}

std::string EncodeQuotaIds(std::string_view key,
                           const std::vector<uint32_t>& ids) {
  std::string out;
  for (const uint32_t id : ids) AppendFixed(id, &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<std::vector<uint32_t>> DecodeQuotaIds(std::string_view key,
                                                     std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "quota list"));
  ByteReader in(body);
  std::vector<uint32_t> ids;
  while (in.ok() && !in.done()) ids.push_back(in.Fixed<uint32_t>());
  if (!in.done()) return MalformedRecord("quota list");
  return ids;
}

}  // namespace drawdown
