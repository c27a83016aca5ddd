#include "ledger/series.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "base/coding.h"
#include "base/error.h"
#include "base/path.h"
#include "ledger/buckets.h"

namespace drawdown {
namespace {

absl::Status ReadNamesOf(ReadTransaction* transaction, NameKind kind,
                         std::vector<std::string>* paths) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   transaction->NewCursor(Table::kNames));
  const std::string first = NameByIdKey(kind, 0);
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(first));
  while (found && cursor->key().front() == first.front()) {
    ASSIGN_OR_RETURN(const Name name,
                     DecodeName(cursor->key(), cursor->value()));
    paths->emplace_back(name.path);
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return absl::OkStatus();
}

// The level at the start of `bucket`, without the bucket's own change: whole
// chunks first, then the cells of the last chunk. Leaves `cells` at the first
// cell at or after `bucket`; *at_cell tells whether there is one in the table.
absl::StatusOr<Int128> LevelBefore(ReadTransaction* transaction,
                                   const Series& series, int32_t bucket,
                                   Cursor* cells, bool* at_cell) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> levels,
                   transaction->NewCursor(Table::kLevels));
  const int32_t chunk = ChunkOf(bucket);
  Int128 level = 0;
  constexpr int32_t kFirst = std::numeric_limits<int32_t>::min();
  ASSIGN_OR_RETURN(
      bool found,
      levels->SeekAtLeast(EncodeCellKey({series.tenant, series.pool, kFirst})));
  while (found) {
    const CellKey key = DecodeCellKey(levels->key());
    if (key.tenant != series.tenant || key.pool != series.pool) break;
    if (key.bucket >= chunk) break;
    ASSIGN_OR_RETURN(const Int128 change,
                     DecodeLevel(levels->key(), levels->value()));
    level += change;
    ASSIGN_OR_RETURN(found, levels->Next());
  }
  const int32_t chunk_start = chunk << kBucketsPerChunkLog2;
  ASSIGN_OR_RETURN(*at_cell, cells->SeekAtLeast(EncodeCellKey(
                                 {series.tenant, series.pool, chunk_start})));
  Cell cell;
  while (*at_cell) {
    const std::string_view bytes = cells->key();
    const CellKey key = DecodeCellKey(bytes);
    if (key.tenant != series.tenant || key.pool != series.pool) break;
    if (key.bucket >= bucket) break;
    RETURN_IF_ERROR(DecodeCellInto(bytes, cells->value(), &cell));
    level += cell.level_change;
    ASSIGN_OR_RETURN(*at_cell, cells->Next());
  }
  return level;
}

// The cells of one series, one at a time, with a look at the next.
class CellWalk {
 public:
  CellWalk(const Series& series, Cursor* cells)
      : series_(series), cells_(cells) {}

  absl::Status Load(bool at_cell) {
    standing_ = false;
    if (!at_cell) return absl::OkStatus();
    const std::string_view bytes = cells_->key();
    const CellKey key = DecodeCellKey(bytes);
    if (key.tenant != series_.tenant || key.pool != series_.pool) {
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(DecodeCellInto(bytes, cells_->value(), &cell_));
    bucket_ = key.bucket;
    standing_ = true;
    return absl::OkStatus();
  }
  absl::Status Advance() {
    ASSIGN_OR_RETURN(const bool found, cells_->Next());
    return Load(found);
  }
  bool done() const { return !standing_; }
  int32_t bucket() const { return bucket_; }
  const Cell& cell() const { return cell_; }
  // The level change of `bucket` if the walk stands on it.
  Int128 ChangeAt(int64_t bucket) const {
    return standing_ && bucket_ == bucket ? cell_.level_change : 0;
  }

 private:
  const Series series_;
  Cursor* cells_;
  bool standing_ = false;
  int32_t bucket_ = 0;
  Cell cell_;
};

// The new index of each old one once `names` is sorted, and sorts it.
std::vector<uint32_t> SortNames(std::vector<std::string>* names) {
  std::vector<uint32_t> order(names->size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [names](uint32_t a, uint32_t b) {
    return (*names)[a] < (*names)[b];
  });
  std::vector<uint32_t> position(names->size());
  std::vector<std::string> sorted;
  sorted.reserve(names->size());
  for (uint32_t i = 0; i < order.size(); ++i) {
    position[order[i]] = i;
    sorted.push_back((*names)[order[i]]);
  }
  *names = std::move(sorted);
  return position;
}

}  // namespace

absl::StatusOr<NameTables> ReadNames(ReadTransaction* transaction) {
  NameTables names;
  RETURN_IF_ERROR(ReadNamesOf(transaction, NameKind::kTenant, &names.tenants));
  RETURN_IF_ERROR(ReadNamesOf(transaction, NameKind::kPool, &names.pools));
  ASSIGN_OR_RETURN(names.moves, ReadMoves(transaction));
  return names;
}

absl::StatusOr<PathsById> ReadPathsBelow(ReadTransaction* transaction,
                                         NameKind kind,
                                         std::string_view ancestor) {
  PathsById paths;
  if (ancestor.size() > kMaxPathBytes) return paths;
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   transaction->NewCursor(Table::kNames));
  const std::string self = NameByPathKey(kind, ancestor);
  const std::string below = ancestor.empty() ? self : self + "/";
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(self));
  if (found && cursor->key() == self) {
    ASSIGN_OR_RETURN(const Name name, DecodeName(self, cursor->value()));
    paths.emplace(name.id, name.path);
  }
  ASSIGN_OR_RETURN(found, cursor->SeekAtLeast(below));
  while (found && cursor->key().starts_with(below)) {
    ASSIGN_OR_RETURN(const Name name,
                     DecodeName(cursor->key(), cursor->value()));
    paths.emplace(name.id, name.path);
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return paths;
}

absl::StatusOr<std::vector<Series>> ReadSeries(ReadTransaction* transaction,
                                               std::optional<uint32_t> tenant) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   transaction->NewCursor(Table::kLevels));
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cells,
                   transaction->NewCursor(Table::kCells));
  constexpr int32_t kFirst = std::numeric_limits<int32_t>::min();
  constexpr int32_t kLast = std::numeric_limits<int32_t>::max();
  std::vector<Series> all;
  ASSIGN_OR_RETURN(
      bool found,
      cursor->SeekAtLeast(EncodeCellKey({tenant.value_or(0), 0, kFirst})));
  while (found) {
    const CellKey key = DecodeCellKey(cursor->key());
    if (tenant && key.tenant != *tenant) break;
    ASSIGN_OR_RETURN(
        const bool has_cell,
        cells->SeekAtLeast(EncodeCellKey({key.tenant, key.pool, kFirst})));
    CHECK(has_cell);  // A level is written only beside its cells.
    all.push_back({key.tenant, key.pool, DecodeCellKey(cells->key()).bucket});
    ASSIGN_OR_RETURN(found, cursor->SeekAtLeast(
                                EncodeCellKey({key.tenant, key.pool, kLast})));
  }
  return all;
}

absl::Status VisitBuckets(ReadTransaction* transaction, const Series& series,
                          int64_t bucket_us, int64_t from, int64_t to,
                          const SpanVisitor& visit) {
  from = std::max<int64_t>(from, series.first_bucket);
  if (from >= to) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   transaction->NewCursor(Table::kCells));
  bool at_cell = false;
  ASSIGN_OR_RETURN(Int128 level,
                   LevelBefore(transaction, series, static_cast<int32_t>(from),
                               cursor.get(), &at_cell));
  CellWalk walk(series, cursor.get());
  RETURN_IF_ERROR(walk.Load(at_cell));
  for (int64_t bucket = from; bucket < to;) {
    const int64_t next =
        walk.done() ? to : std::min<int64_t>(walk.bucket(), to);
    if (next > bucket) {
      if (level != 0) {
        RETURN_IF_ERROR(
            visit({bucket, next - bucket, LevelTime(level, bucket_us),
                   GpuTime(), level, walk.ChangeAt(next), 0}));
      }
      bucket = next;
      continue;
    }
    const Cell cell = walk.cell();
    level += cell.level_change;
    RETURN_IF_ERROR(walk.Advance());
    RETURN_IF_ERROR(visit(
        {bucket, 1, cell.partial + LevelTime(level, bucket_us), cell.recorded,
         level, walk.ChangeAt(bucket + 1), cell.last_edge_us}));
    ++bucket;
  }
  return absl::OkStatus();
}

namespace {

// Sorts cells, and makes one of those of one (bucket, tenant, pool).
absl::Status OrderCells(std::vector<UsageCell>* cells) {
  const auto place = [](const UsageCell& cell) {
    return std::tie(cell.bucket_us, cell.tenant, cell.pool);
  };
  std::sort(cells->begin(), cells->end(),
            [&](const UsageCell& a, const UsageCell& b) {
              return place(a) < place(b);
            });
  size_t kept = 0;
  for (const UsageCell& cell : *cells) {
    if (kept > 0 && place((*cells)[kept - 1]) == place(cell)) {
      (*cells)[kept - 1].gpu_time += cell.gpu_time;
    } else {
      (*cells)[kept++] = cell;
    }
    if (!(*cells)[kept - 1].gpu_time.valid()) {
      return MakeError(ErrorCode::kOverflow,
                       "usage of a bucket does not fit 128 bits");
    }
  }
  cells->resize(kept);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<UsageTable> ReadUsageTable(ReadTransaction* transaction,
                                          int64_t bucket_us,
                                          const LiveAmounts& live,
                                          int64_t from_us, int64_t to_us) {
  CHECK(FloorTo(from_us, bucket_us) == from_us);
  CHECK(FloorTo(to_us, bucket_us) == to_us);
  ASSIGN_OR_RETURN(NameTables names, ReadNames(transaction));
  ASSIGN_OR_RETURN(const std::vector<Series> all, ReadSeries(transaction));
  UsageTable table;
  table.bucket_length_us = bucket_us;
  table.tenants = std::move(names.tenants);
  table.pools = std::move(names.pools);
  const std::vector<uint32_t> tenant_of = SortNames(&table.tenants);
  const std::vector<uint32_t> pool_of = SortNames(&table.pools);
  const auto add = [&](int64_t bucket, uint32_t tenant, uint32_t pool,
                       GpuTime gpu_time) {
    table.cells.push_back({BucketStart(bucket, bucket_us), tenant_of[tenant],
                           pool_of[pool], gpu_time});
  };
  for (const Series& series : all) {
    RETURN_IF_ERROR(
        VisitBuckets(transaction, series, bucket_us, from_us / bucket_us,
                     to_us / bucket_us, [&](const BucketSpan& span) {
                       const GpuTime each = span.from_runs + span.recorded;
                       if (each.valid() && each.zero()) return absl::OkStatus();
                       for (int64_t i = 0; i < span.count; ++i) {
                         add(span.first + i, series.tenant, series.pool, each);
                       }
                       return absl::OkStatus();
                     }));
  }
  for (const LiveAmount& amount : live.amounts) {
    const int64_t start_us = BucketStart(amount.at.bucket, bucket_us);
    if (start_us < from_us || start_us >= to_us) continue;
    add(amount.at.bucket, amount.at.tenant, amount.at.pool, amount.gpu_time);
  }
  RETURN_IF_ERROR(OrderCells(&table.cells));
  return table;
}

}  // namespace drawdown
