#include "ledger/series.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <tuple>

#include "base/check.h"
#include "base/coding.h"
#include "base/error.h"
#include "base/path.h"
#include "ledger/buckets.h"
#include "ledger/cell_order.h"
#include "ledger/seal.h"

namespace drawdown {
namespace {

constexpr int32_t kFirst = std::numeric_limits<int32_t>::min();
constexpr int32_t kLast = std::numeric_limits<int32_t>::max();

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

bool OfSeries(const CellKey& key, const Series& series) {
  return key.tenant == series.tenant && key.pool == series.pool;
}

// The level at the end of the chunks before `chunk`.
absl::StatusOr<Int128> LevelBefore(ReadTransaction* transaction,
                                   const Series& series, int32_t chunk) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   transaction->NewCursor(Table::kLevels));
  Int128 level = 0;
  CellStretch chunks;
  ASSIGN_OR_RETURN(
      bool found,
      cursor->SeekAtLeast(StretchKey({series.tenant, series.pool, kFirst})));
  while (found) {
    const std::string_view bytes = cursor->key();
    const CellKey first = FirstOfStretch(bytes);
    if (!OfSeries(first, series) || first.bucket >= chunk) break;
    RETURN_IF_ERROR(DecodeStretch(bytes, cursor->value(), &chunks));
    for (uint32_t left = chunks.present; left != 0; left &= left - 1) {
      const int at = std::countr_zero(left);
      if (first.bucket + at < chunk) level += chunks.cells[at].level_change;
    }
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return level;
}

// The cells of one series, one at a time, with a look at the next.
class CellWalk {
 public:
  CellWalk(const Series& series, Cursor* cursor)
      : series_(series), cursor_(cursor) {}

  // To the first cell at or after `bucket`, the first of a stretch.
  absl::Status Start(int32_t bucket) {
    ASSIGN_OR_RETURN(const bool found,
                     cursor_->SeekAtLeast(
                         StretchKey({series_.tenant, series_.pool, bucket})));
    return Load(found);
  }
  absl::Status Advance() {
    left_ &= left_ - 1;
    if (left_ != 0) return absl::OkStatus();
    ASSIGN_OR_RETURN(const bool found, cursor_->Next());
    return Load(found);
  }
  bool done() const { return left_ == 0; }
  int32_t bucket() const { return first_ + at(); }
  const Cell& cell() const { return stretch_.cells[at()]; }
  // The level change of `bucket` if the walk stands on it.
  Int128 ChangeAt(int64_t bucket) const {
    return !done() && this->bucket() == bucket ? cell().level_change : 0;
  }

 private:
  int at() const { return std::countr_zero(left_); }

  absl::Status Load(bool found) {
    left_ = 0;
    if (!found) return absl::OkStatus();
    const std::string_view bytes = cursor_->key();
    const CellKey first = FirstOfStretch(bytes);
    if (!OfSeries(first, series_)) return absl::OkStatus();
    RETURN_IF_ERROR(DecodeStretch(bytes, cursor_->value(), &stretch_));
    if (stretch_.present == 0) return MalformedRecord("cell");
    first_ = first.bucket;
    left_ = stretch_.present;
    return absl::OkStatus();
  }

  const Series series_;
  Cursor* cursor_;
  int32_t first_ = 0;  // of the stretch
  uint32_t left_ = 0;  // of its cells, those not walked past
  CellStretch stretch_;
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
  std::vector<Series> all;
  CellStretch stretch;
  ASSIGN_OR_RETURN(
      bool found,
      cursor->SeekAtLeast(StretchKey({tenant.value_or(0), 0, kFirst})));
  while (found) {
    const CellKey at = FirstOfStretch(cursor->key());
    if (tenant && at.tenant != *tenant) break;
    Series one = {at.tenant, at.pool, 0};
    ASSIGN_OR_RETURN(
        const bool has_cell,
        cells->SeekAtLeast(StretchKey({at.tenant, at.pool, kFirst})));
    // A level is written only beside its cells.
    if (!has_cell || !OfSeries(FirstOfStretch(cells->key()), one)) {
      return MakeError(ErrorCode::kCorrupt, "the cells of a level are missing");
    }
    RETURN_IF_ERROR(DecodeStretch(cells->key(), cells->value(), &stretch));
    one.first_bucket =
        FirstOfStretch(cells->key()).bucket + std::countr_zero(stretch.present);
    all.push_back(one);
    ASSIGN_OR_RETURN(
        found, cursor->SeekAtLeast(StretchKey({at.tenant, at.pool, kLast})));
  }
  return all;
}

absl::Status VisitCells(ReadTransaction* transaction,
                        const CellVisitor& visit) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   transaction->NewCursor(Table::kCells));
  CellStretch stretch;
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(""));
  while (found) {
    CellKey key = FirstOfStretch(cursor->key());
    const int32_t first = key.bucket;
    RETURN_IF_ERROR(DecodeStretch(cursor->key(), cursor->value(), &stretch));
    for (uint32_t left = stretch.present; left != 0; left &= left - 1) {
      const int at = std::countr_zero(left);
      key.bucket = first + at;
      RETURN_IF_ERROR(visit(key, stretch.cells[at]));
    }
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return absl::OkStatus();
}

absl::Status VisitBuckets(ReadTransaction* transaction, const Series& series,
                          int64_t bucket_us, int64_t from, int64_t to,
                          const SpanVisitor& visit) {
  from = std::max<int64_t>(from, series.first_bucket);
  if (from >= to) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   transaction->NewCursor(Table::kCells));
  const int32_t chunk = ChunkOf(static_cast<int32_t>(from));
  ASSIGN_OR_RETURN(Int128 level, LevelBefore(transaction, series, chunk));
  CellWalk walk(series, cursor.get());
  RETURN_IF_ERROR(walk.Start(chunk << kBucketsPerChunkLog2));
  while (!walk.done() && walk.bucket() < from) {
    level += walk.cell().level_change;
    RETURN_IF_ERROR(walk.Advance());
  }
  for (int64_t bucket = from; bucket < to;) {
    const int64_t next =
        walk.done() ? to : std::min<int64_t>(walk.bucket(), to);
    if (next > bucket) {
      if (level != 0) {
        RETURN_IF_ERROR(
            visit({bucket, next - bucket, LevelTimeOfBucket(level, bucket_us),
                   GpuTime(), level, walk.ChangeAt(next), 0}));
      }
      bucket = next;
      continue;
    }
    const Cell cell = walk.cell();
    level += cell.level_change;
    RETURN_IF_ERROR(walk.Advance());
    RETURN_IF_ERROR(visit(
        {bucket, 1, cell.partial + LevelTimeOfBucket(level, bucket_us),
         cell.recorded, level, walk.ChangeAt(bucket + 1), cell.last_edge_us}));
    ++bucket;
  }
  return absl::OkStatus();
}

absl::StatusOr<UsageTable> ReadUsageTable(ReadTransaction* transaction,
                                          int64_t bucket_us,
                                          const LiveAmounts& live,
                                          int64_t from_us, int64_t to_us) {
  CHECK(FloorTo(from_us, bucket_us) == from_us);
  CHECK(FloorTo(to_us, bucket_us) == to_us);
  ASSIGN_OR_RETURN(NameTables names, ReadNames(transaction));
  ASSIGN_OR_RETURN(std::vector<Series> all, ReadSeries(transaction));
  UsageTable table;
  table.bucket_length_us = bucket_us;
  table.tenants = std::move(names.tenants);
  table.pools = std::move(names.pools);
  const std::vector<uint32_t> tenant_of = SortNames(&table.tenants);
  const std::vector<uint32_t> pool_of = SortNames(&table.pools);
  // In the order of names, so that each bucket's cells come sorted.
  std::sort(all.begin(), all.end(), [&](const Series& a, const Series& b) {
    return std::tie(tenant_of[a.tenant], pool_of[a.pool]) <
           std::tie(tenant_of[b.tenant], pool_of[b.pool]);
  });
  CellOrder order(from_us, to_us, bucket_us);
  const auto add = [&](int64_t bucket, uint32_t tenant, uint32_t pool,
                       GpuTime gpu_time) {
    order.Add({BucketStart(bucket, bucket_us), tenant_of[tenant], pool_of[pool],
               gpu_time});
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
  ASSIGN_OR_RETURN(table.cells, order.Take());
  return table;
}

}  // namespace drawdown
