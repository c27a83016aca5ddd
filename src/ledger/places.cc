#include "ledger/places.h"

#include <limits>

#include "base/coding.h"
#include "base/error.h"
#include "ledger/seal.h"

namespace drawdown {
namespace {

constexpr uint64_t kOpenEnd = std::numeric_limits<uint64_t>::max();

// Sorts as the instant does.
uint64_t Biased(int64_t instant_us) {
  return static_cast<uint64_t>(instant_us) ^ (uint64_t{1} << 63);
}

std::string PlaceKey(std::string_view run_key) {
  return "r" + std::string(run_key);
}

std::string DevicePrefix(std::string_view device) {
  std::string prefix = "d";
  prefix.append(device);
  prefix.push_back('\0');
  return prefix;
}

std::string UseKey(std::string_view device, std::optional<int64_t> end_us,
                   std::string_view run_key) {
  std::string key = DevicePrefix(device);
  AppendKey64(end_us ? Biased(*end_us) : kOpenEnd, &key);
  key.append(run_key);
  return key;
}

void AppendRatio(const Ratio& ratio, std::string* out) {
  AppendVarint(static_cast<uint64_t>(ratio.num), out);
  AppendVarint(static_cast<uint64_t>(ratio.den), out);
}

Ratio ReadRatio(ByteReader* in) {
  Ratio ratio;
  ratio.num = static_cast<int64_t>(in->Varint());
  ratio.den = static_cast<int64_t>(in->Varint());
  return ratio;
}

absl::StatusOr<DeviceUse> DecodeUse(std::string_view key,
                                    std::string_view bytes,
                                    size_t prefix_bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "device"));
  ByteReader in(body);
  DeviceUse use;
  use.share = ReadRatio(&in);
  use.micro_gpus = in.Fixed<int64_t>();
  use.start_us = in.Fixed<int64_t>();
  if (!in.done() || use.share.den <= 0) return MalformedRecord("device");
  const uint64_t end = ReadKey64(key.data() + prefix_bytes);
  if (end != kOpenEnd) {
    use.end_us = static_cast<int64_t>(end ^ (uint64_t{1} << 63));
  }
  use.run = DecodeRunKey(key.substr(prefix_bytes + sizeof end));
  return use;
}

absl::Status PutUse(WriteTransaction* transaction, std::string_view run_key,
                    const DevicePlace& place, const Run& run) {
  if (run.segments.empty()) return absl::OkStatus();
  const std::string key =
      UseKey(place.device, run.segments.back().end_us, run_key);
  std::string value;
  AppendRatio(place.share, &value);
  AppendFixed(run.micro_gpus, &value);
  AppendFixed(run.segments.front().start_us, &value);
  SealRecord(key, &value);
  return transaction->Put(Table::kDevices, key, value);
}

}  // namespace

absl::StatusOr<std::optional<DevicePlace>> ReadPlace(ReadTransaction* books,
                                                     std::string_view run_key) {
  const std::string key = PlaceKey(run_key);
  ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kDevices, key));
  if (!bytes) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, *bytes, "device"));
  ByteReader in(body);
  DevicePlace place;
  place.device = in.String();
  place.share = ReadRatio(&in);
  if (!in.done()) return MalformedRecord("device");
  return place;
}

absl::StatusOr<std::vector<DeviceUse>> ReadDeviceUses(ReadTransaction* books,
                                                      std::string_view device,
                                                      int64_t after_us) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kDevices));
  const std::string prefix = DevicePrefix(device);
  std::vector<DeviceUse> uses;
  ASSIGN_OR_RETURN(bool found,
                   cursor->SeekAtLeast(UseKey(device, after_us + 1, "")));
  while (found && cursor->key().starts_with(prefix)) {
    ASSIGN_OR_RETURN(DeviceUse use,
                     DecodeUse(cursor->key(), cursor->value(), prefix.size()));
    uses.push_back(std::move(use));
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return uses;
}

absl::Status PutPlace(WriteTransaction* transaction, std::string_view run_key,
                      const DevicePlace& place, const Run& run) {
  const std::string key = PlaceKey(run_key);
  std::string value;
  AppendString(place.device, &value);
  AppendRatio(place.share, &value);
  SealRecord(key, &value);
  RETURN_IF_ERROR(transaction->Put(Table::kDevices, key, value));
  return PutUse(transaction, run_key, place, run);
}

absl::Status MovePlace(WriteTransaction* transaction, std::string_view run_key,
                       const Run& before, const Run& after) {
  ASSIGN_OR_RETURN(const auto place, ReadPlace(transaction, run_key));
  if (!place) return absl::OkStatus();
  if (!before.segments.empty()) {
    RETURN_IF_ERROR(transaction->Delete(
        Table::kDevices,
        UseKey(place->device, before.segments.back().end_us, run_key)));
  }
  return PutUse(transaction, run_key, *place, after);
}

}  // namespace drawdown
