#include "ledger/capacity.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "base/coding.h"
#include "base/error.h"
#include "base/path.h"
#include "ledger/seal.h"
#include "ledger/series.h"

namespace drawdown {
namespace {

constexpr size_t kPoolBytes = sizeof(uint32_t);
constexpr size_t kStartBytes = sizeof(uint64_t);

absl::Status Conflict(const CapacityNeighbor& known, const CapacityStated& row,
                      const NameOf& name_of) {
  std::string what = std::string(CapacityStateName(row.state)) +
                     " capacity of pool " + name_of(NameKind::kPool, row.pool);
  if (!row.capacity_id.empty()) {
    what += " (" + std::string(row.capacity_id) + ")";
  }
  return MakeError(
      ErrorCode::kConflict,
      what + " is stated as " +
          DescribeCapacity(known.second.micro_gpus, known.first,
                           known.second.end_us) +
          "; this says " +
          DescribeCapacity(row.micro_gpus, row.start_us, row.end_us));
}

bool Contradicts(const std::optional<CapacityNeighbor>& known,
                 const CapacityStated& row) {
  return known && known->first < row.end_us &&
         row.start_us < known->second.end_us;
}

absl::StatusOr<std::optional<CapacityNeighbor>> NeighborAt(
    const Cursor& cursor, bool found, std::string_view series) {
  if (!found || SeriesOf(cursor.key()) != series) {
    return std::optional<CapacityNeighbor>();
  }
  ASSIGN_OR_RETURN(const CapacityKey at, DecodeCapacityKey(cursor.key()));
  ASSIGN_OR_RETURN(const StoredCapacity stored,
                   DecodeCapacity(cursor.key(), cursor.value()));
  return std::optional<CapacityNeighbor>({at.start_us, stored});
}

// Pools that the selector covers, in order of their paths.
std::vector<std::pair<std::string, uint32_t>> PoolsOf(
    const NameTables& names, const std::string& selector) {
  std::vector<std::pair<std::string, uint32_t>> pools;
  for (uint32_t id = 0; id < names.pools.size(); ++id) {
    if (!SelectorCovers(selector, names.pools[id])) continue;
    pools.emplace_back(names.pools[id], id);
  }
  std::sort(pools.begin(), pools.end());
  return pools;
}

// From a record of a series that ends before the query begins to the last that
// starts before that: no record between the two reaches into it.
absl::StatusOr<bool> SkipTo(int64_t from_us, CapacityKey key, Cursor* cursor) {
  key.start_us = from_us;
  const std::string first = EncodeCapacityKey(key);
  ASSIGN_OR_RETURN(const bool found, cursor->SeekAtLeast(first));
  return found ? cursor->Previous() : cursor->SeekLast();
}

bool Selects(const CapacityQuery& query, const CapacityRecord& record) {
  return (!query.state || record.state == *query.state) &&
         (!query.from_us || *query.from_us < record.end_us) &&
         (!query.to_us || record.start_us < *query.to_us);
}

}  // namespace

std::string EncodeCapacityKey(const CapacityKey& key) {
  std::string out;
  AppendKey32(key.pool, &out);
  out.push_back(static_cast<char>(key.state));
  out.append(key.capacity_id);
  out.push_back('\0');
  AppendInstantKey(key.start_us, &out);
  return out;
}

std::string_view SeriesOf(std::string_view key) {
  return key.substr(0, key.size() - std::min(key.size(), kStartBytes));
}

absl::StatusOr<CapacityKey> DecodeCapacityKey(std::string_view key) {
  constexpr size_t kLeast = kPoolBytes + 1 + 1 + kStartBytes;
  if (key.size() < kLeast) return MalformedRecord("capacity");
  const auto state = static_cast<CapacityState>(key[kPoolBytes]);
  if (state > CapacityState::kReplaced) return MalformedRecord("capacity");
  const std::string_view id = key.substr(kPoolBytes + 1, key.size() - kLeast);
  const char* const start = key.data() + key.size() - kStartBytes;
  return CapacityKey{ReadKey32(key.data()), state, id, ReadInstantKey(start)};
}

std::string EncodeCapacity(std::string_view key,
                           const StoredCapacity& capacity) {
  std::string out;
  AppendFixed(capacity.end_us, &out);
  AppendVarint(static_cast<uint64_t>(capacity.micro_gpus), &out);
  AppendVarint(capacity.sequence, &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<StoredCapacity> DecodeCapacity(std::string_view key,
                                              std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "capacity"));
  ByteReader in(body);
  StoredCapacity capacity;
  capacity.end_us = in.Fixed<int64_t>();
  capacity.micro_gpus = static_cast<int64_t>(in.Varint());
  capacity.sequence = in.Varint();
  if (!in.done()) return MalformedRecord("capacity");
  return capacity;
}

absl::Status CheckCapacity(const CapacityStated& row) {
  if (!row.capacity_id.empty()) {
    RETURN_IF_ERROR(CheckId("capacity_id", row.capacity_id));
  }
  RETURN_IF_ERROR(CheckMicroGpus(row.micro_gpus));
  RETURN_IF_ERROR(CheckInstant("start", row.start_us));
  RETURN_IF_ERROR(CheckInstant("end", row.end_us));
  if (row.state > CapacityState::kReplaced) {
    return MakeError(ErrorCode::kBadRow,
                     "capacity: state " +
                         std::to_string(static_cast<int>(row.state)) +
                         " is not one of 0 to 2");
  }
  if (row.start_us < row.end_us) return absl::OkStatus();
  return MakeError(ErrorCode::kBadRow,
                   "capacity: end " + FormatInstant(row.end_us) +
                       " is not after start " + FormatInstant(row.start_us));
}

void CapacityPlace::Add(const CapacityPlace& other) {
  if (!before || (other.before && before->first < other.before->first)) {
    before = other.before;
  }
  if (!after || (other.after && other.after->first < after->first)) {
    after = other.after;
  }
}

absl::StatusOr<CapacityPlace> FindCapacityPlace(ReadTransaction* books,
                                                std::string_view key) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kCapacity));
  const std::string_view series = SeriesOf(key);
  CapacityPlace place;
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(key));
  if (found && cursor->key() == key) {
    ASSIGN_OR_RETURN(place.before, NeighborAt(*cursor, true, series));
    ASSIGN_OR_RETURN(found, cursor->Next());
    ASSIGN_OR_RETURN(place.after, NeighborAt(*cursor, found, series));
    return place;
  }
  ASSIGN_OR_RETURN(place.after, NeighborAt(*cursor, found, series));
  // From nowhere there is no previous one.
  ASSIGN_OR_RETURN(found, found ? cursor->Previous() : cursor->SeekLast());
  ASSIGN_OR_RETURN(place.before, NeighborAt(*cursor, found, series));
  return place;
}

CapacityPlace FindCapacityPlace(const CapacityMap& records,
                                const std::string& key) {
  const auto neighbor = [&](const CapacityMap::value_type& record) {
    std::optional<CapacityNeighbor> found;
    if (SeriesOf(record.first) != SeriesOf(key)) return found;
    const char* const start =
        record.first.data() + record.first.size() - kStartBytes;
    found = {ReadInstantKey(start), record.second};
    return found;
  };
  CapacityPlace place;
  const auto after = records.upper_bound(key);
  if (after != records.end()) place.after = neighbor(*after);
  if (after != records.begin()) place.before = neighbor(*std::prev(after));
  return place;
}

absl::StatusOr<Verdict> JudgeCapacity(const CapacityPlace& place,
                                      const CapacityStated& row,
                                      const NameOf& name_of) {
  if (place.before && place.before->first == row.start_us &&
      place.before->second.end_us == row.end_us &&
      place.before->second.micro_gpus == row.micro_gpus) {
    return Verdict::kUnchanged;
  }
  for (const auto* known : {&place.before, &place.after}) {
    if (Contradicts(*known, row)) return Conflict(**known, row, name_of);
  }
  return Verdict::kNew;
}

std::string DescribeCapacity(int64_t micro_gpus, int64_t start_us,
                             int64_t end_us) {
  return FormatGpus(micro_gpus) + " GPUs [" + FormatInstant(start_us) + ", " +
         FormatInstant(end_us) + ")";
}

absl::Status VisitCapacity(
    ReadTransaction* books, const CapacityQuery& query,
    const std::function<bool(const CapacityInfo&)>& visit) {
  RETURN_IF_ERROR(CheckStars(query.pool));
  ASSIGN_OR_RETURN(const NameTables names, ReadNames(books));
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kCapacity));
  uint64_t visited = 0;
  std::string skipped;  // the series whose records before the query are
  for (const auto& [path, id] : PoolsOf(names, query.pool)) {
    std::string pool_key;
    AppendKey32(id, &pool_key);
    ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(pool_key));
    for (; found && cursor->key().starts_with(pool_key);) {
      ASSIGN_OR_RETURN(const CapacityKey key, DecodeCapacityKey(cursor->key()));
      ASSIGN_OR_RETURN(const StoredCapacity stored,
                       DecodeCapacity(cursor->key(), cursor->value()));
      const CapacityInfo info = {
          {path, key.start_us, stored.end_us, stored.micro_gpus, key.state,
           std::string(key.capacity_id)},
          stored.sequence};
      if (Selects(query, info.record)) {
        if (!visit(info) || ++visited == query.limit) return absl::OkStatus();
      }
      if (query.to_us && *query.to_us <= key.start_us) {  // the next series
        const CapacityKey last = {key.pool, key.state, info.record.capacity_id,
                                  std::numeric_limits<int64_t>::max()};
        ASSIGN_OR_RETURN(found, cursor->SeekAtLeast(EncodeCapacityKey(last)));
        continue;
      }
      if (query.from_us && stored.end_us <= *query.from_us &&
          SeriesOf(cursor->key()) != skipped) {
        skipped = SeriesOf(cursor->key());
        ASSIGN_OR_RETURN(found, SkipTo(*query.from_us, key, cursor.get()));
        continue;
      }
      ASSIGN_OR_RETURN(found, cursor->Next());
    }
  }
  return absl::OkStatus();
}

}  // namespace drawdown
