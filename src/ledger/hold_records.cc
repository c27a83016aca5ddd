#include "ledger/hold_records.h"

#include "base/coding.h"
#include "base/error.h"
#include "ledger/seal.h"

namespace drawdown {
namespace {

std::string KeyOf(char table, std::string_view rest) {
  std::string key(1, table);
  key.append(rest);
  return key;
}

}  // namespace

void HeldSum::Add(const HeldLine& line, int sign) {
  constant += line.constant * sign;
  rate += line.rate * sign;
  micro_gpus += Int128{line.micro_gpus} * sign;
}

void HeldSum::Add(const HeldSum& other) {
  constant += other.constant;
  rate += other.rate;
  micro_gpus += other.micro_gpus;
}

std::string HoldKey(std::string_view hold_id) { return KeyOf('h', hold_id); }
std::string HoldOfRunKey(std::string_view run_key) {
  return KeyOf('r', run_key);
}

std::string HeldLineKey(int64_t until_us, std::string_view hold_id) {
  std::string key = "e";
  AppendInstantKey(until_us, &key);
  key.append(hold_id);
  return key;
}

int64_t UntilOfHeldLineKey(std::string_view key) {
  return ReadInstantKey(key.data() + 1);
}

std::string_view HoldOfHeldLineKey(std::string_view key) {
  return key.substr(1 + sizeof(int64_t));
}

std::string HeldUntilKey(std::string_view hold_id) {
  return KeyOf('i', hold_id);
}

std::string HeldSumKey(uint32_t quota) {
  std::string key = "s";
  AppendKey32(quota, &key);
  return key;
}

std::string EncodeHold(std::string_view key, const StoredHold& hold) {
  std::string out;
  AppendVarint(hold.tenant, &out);
  AppendVarint(hold.pool, &out);
  AppendFixed(hold.state, &out);
  AppendFixed(hold.placed.count(), &out);
  AppendFixed(hold.micro_gpus, &out);
  AppendFixed(hold.placed_us, &out);
  AppendFixed(hold.ttl_us, &out);
  AppendFixed(hold.expires_us, &out);
  AppendFixed(hold.extended.count(), &out);
  AppendFixed(hold.charged.count(), &out);
  AppendVarint(hold.renewals, &out);
  AppendFixed(hold.last_charge.count(), &out);
  AppendFixed(hold.last_extend.count(), &out);
  AppendFixed(hold.last_ttl_us, &out);
  AppendFixed(hold.settled.count(), &out);
  AppendString(hold.run, &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<StoredHold> DecodeHold(std::string_view key,
                                      std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body, OpenRecord(key, bytes, "hold"));
  ByteReader in(body);
  StoredHold hold;
  hold.tenant = static_cast<uint32_t>(in.Varint());
  hold.pool = static_cast<uint32_t>(in.Varint());
  hold.state = in.Fixed<HoldState>();
  hold.placed = GpuTime(in.Fixed<Int128>());
  hold.micro_gpus = in.Fixed<int64_t>();
  hold.placed_us = in.Fixed<int64_t>();
  hold.ttl_us = in.Fixed<int64_t>();
  hold.expires_us = in.Fixed<int64_t>();
  hold.extended = GpuTime(in.Fixed<Int128>());
  hold.charged = GpuTime(in.Fixed<Int128>());
  hold.renewals = static_cast<uint32_t>(in.Varint());
  hold.last_charge = GpuTime(in.Fixed<Int128>());
  hold.last_extend = GpuTime(in.Fixed<Int128>());
  hold.last_ttl_us = in.Fixed<int64_t>();
  hold.settled = GpuTime(in.Fixed<Int128>());
  hold.run = in.String();
  if (!in.done()) return MalformedRecord("hold");
  return hold;
}

std::string EncodeHeldLine(std::string_view key, const HeldLine& line) {
  std::string out;
  AppendVarint(line.tenant, &out);
  AppendVarint(line.pool, &out);
  AppendFixed(line.constant.count(), &out);
  AppendFixed(line.rate, &out);
  AppendFixed(line.micro_gpus, &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<HeldLine> DecodeHeldLine(std::string_view key,
                                        std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "held amount"));
  ByteReader in(body);
  HeldLine line;
  line.tenant = static_cast<uint32_t>(in.Varint());
  line.pool = static_cast<uint32_t>(in.Varint());
  line.constant = FineTime(in.Fixed<Int128>());
  line.rate = in.Fixed<Int128>();
  line.micro_gpus = in.Fixed<int64_t>();
  if (!in.done()) return MalformedRecord("held amount");
  return line;
}

std::string EncodeHeldSum(std::string_view key, const HeldSum& sum) {
  std::string out;
  AppendFixed(sum.constant.count(), &out);
  AppendFixed(sum.rate, &out);
  AppendFixed(sum.micro_gpus, &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<HeldSum> DecodeHeldSum(std::string_view key,
                                      std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "held sum"));
  ByteReader in(body);
  HeldSum sum;
  sum.constant = FineTime(in.Fixed<Int128>());
  sum.rate = in.Fixed<Int128>();
  sum.micro_gpus = in.Fixed<Int128>();
  if (!in.done()) return MalformedRecord("held sum");
  return sum;
}

std::string EncodeHeldInstant(std::string_view key, int64_t instant_us) {
  std::string out;
  AppendFixed(instant_us, &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<int64_t> DecodeHeldInstant(std::string_view key,
                                          std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "instant of a hold"));
  ByteReader in(body);
  const auto instant_us = in.Fixed<int64_t>();
  if (!in.done()) return MalformedRecord("instant of a hold");
  return instant_us;
}

std::string EncodeSealed(std::string_view key, std::string_view text) {
  std::string out(text);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<std::string_view> DecodeSealed(std::string_view key,
                                              std::string_view bytes) {
  return OpenRecord(key, bytes, "hold index");
}

}  // namespace drawdown
