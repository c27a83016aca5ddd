#include "ledger/tenant_moves.h"

#include <algorithm>
#include <map>

#include "base/coding.h"
#include "base/error.h"
#include "base/path.h"
#include "ledger/seal.h"

namespace drawdown {
namespace {

constexpr char kPrefix = 'm';

std::string MoveKey(int64_t from_us, uint64_t number) {
  std::string key(1, kPrefix);
  AppendInstantKey(from_us, &key);
  AppendKey64(number, &key);
  return key;
}

absl::StatusOr<TenantMove> DecodeMove(std::string_view key,
                                      std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body, OpenRecord(key, bytes, "move"));
  ByteReader in(body);
  TenantMove move;
  move.from_us = in.Fixed<int64_t>();
  move.old_path = std::string(in.String());
  move.new_path = std::string(in.String());
  if (!in.done()) return MalformedRecord("move");
  return move;
}

absl::Status LostName(std::string_view what) {
  return MakeError(ErrorCode::kCorrupt,
                   "tenant " + std::string(what) + " is lost");
}

}  // namespace

// --- paths -------------------------------------------------------------------

MoveList MoveList::With(TenantMove move) const {
  std::vector<TenantMove> all = moves_;
  const auto at = std::upper_bound(
      all.begin(), all.end(), move.from_us,
      [](int64_t us, const TenantMove& one) { return us < one.from_us; });
  all.insert(at, std::move(move));
  return MoveList(std::move(all));
}

std::string MoveList::PathAt(std::string_view path, int64_t at_us) const {
  std::string at(path);
  for (const TenantMove& move : moves_) {
    if (move.from_us > at_us) break;
    if (IsAtOrBelow(at, move.old_path)) {
      at.replace(0, move.old_path.size(), move.new_path);
    }
  }
  return at;
}

std::vector<int64_t> MoveList::EdgesOf(std::string_view path) const {
  std::vector<int64_t> edges;
  for (const TenantMove& move : moves_) {
    const bool known = !edges.empty() && edges.back() == move.from_us;
    if (known || PathAt(path, move.from_us) == PathAt(path, move.from_us - 1)) {
      continue;
    }
    edges.push_back(move.from_us);
  }
  return edges;
}

absl::StatusOr<MoveList> ReadMoves(ReadTransaction* books) {
  std::vector<TenantMove> moves;
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kNames));
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(std::string(1, kPrefix)));
  while (found && cursor->key().front() == kPrefix) {
    ASSIGN_OR_RETURN(TenantMove move,
                     DecodeMove(cursor->key(), cursor->value()));
    moves.push_back(std::move(move));
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return MoveList(std::move(moves));
}

absl::Status PutMove(WriteTransaction* transaction, uint64_t number,
                     const TenantMove& move) {
  const std::string key = MoveKey(move.from_us, number);
  std::string value;
  AppendFixed(move.from_us, &value);
  AppendString(move.old_path, &value);
  AppendString(move.new_path, &value);
  SealRecord(key, &value);
  return transaction->Put(Table::kNames, key, value);
}

int64_t LastInstantOf(const Run& run) {
  if (run.segments.empty() || !run.segments.back().end_us ||
      run.state == RunState::kSuspended) {
    return TenantPiece::kEnd;
  }
  // Half-open: an end at a move is before it.
  return std::max(run.segments.back().start_us,
                  *run.segments.back().end_us - 1);
}

// --- ids ---------------------------------------------------------------------

absl::StatusOr<const MoveList*> TenantMoves::List() {
  if (!known_.list) {
    ASSIGN_OR_RETURN(known_.list, ReadMoves(books_));
  }
  return &*known_.list;
}

absl::StatusOr<bool> TenantMoves::any() {
  ASSIGN_OR_RETURN(const MoveList* const list, List());
  return !list->empty();
}

absl::StatusOr<std::string> TenantMoves::PathNow(std::string_view path) {
  ASSIGN_OR_RETURN(const MoveList* const list, List());
  return list->PathNow(path);
}

absl::StatusOr<uint32_t> TenantMoves::IdOf(std::string_view path) {
  const std::string key = NameByPathKey(NameKind::kTenant, path);
  ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kNames, key));
  if (!bytes) return LostName(path);
  ASSIGN_OR_RETURN(const Name name, DecodeName(key, *bytes));
  return name.id;
}

absl::StatusOr<std::vector<TenantPiece>> TenantMoves::MakePieces(
    uint32_t tenant) {
  std::vector<TenantPiece> pieces;
  pieces.push_back({.tenant = tenant});
  const std::string key = NameByIdKey(NameKind::kTenant, tenant);
  ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kNames, key));
  if (!bytes) return LostName("#" + std::to_string(tenant));
  ASSIGN_OR_RETURN(const Name name, DecodeName(key, *bytes));
  const std::string path(name.path);
  for (const int64_t edge_us : known_.list->EdgesOf(path)) {
    pieces.back().to_us = edge_us;
    ASSIGN_OR_RETURN(const uint32_t then,
                     IdOf(known_.list->PathAt(path, edge_us)));
    pieces.push_back({edge_us, TenantPiece::kEnd, then});
  }
  return pieces;
}

absl::StatusOr<const std::vector<TenantPiece>*> TenantMoves::PiecesOf(
    uint32_t tenant) {
  const auto found = known_.pieces.find(tenant);
  if (found != known_.pieces.end()) return &found->second;
  ASSIGN_OR_RETURN(const bool some, any());
  std::vector<TenantPiece> pieces;
  if (some) {
    ASSIGN_OR_RETURN(pieces, MakePieces(tenant));
  } else {
    pieces.push_back({.tenant = tenant});
  }
  return &known_.pieces.insert_or_assign(tenant, std::move(pieces))
              .first->second;
}

absl::StatusOr<uint32_t> TenantMoves::At(uint32_t tenant, int64_t at_us) {
  ASSIGN_OR_RETURN(const bool some, any());
  if (!some) return tenant;
  ASSIGN_OR_RETURN(const auto* const pieces, PiecesOf(tenant));
  uint32_t at = tenant;
  for (const TenantPiece& piece : *pieces) {
    if (piece.from_us <= at_us) at = piece.tenant;
  }
  return at;
}

absl::Status TenantMoves::Place(int64_t bucket_us, LiveAmounts* amounts) {
  ASSIGN_OR_RETURN(const bool some, any());
  if (!some) return absl::OkStatus();
  std::map<CellKey, GpuTime> placed;
  for (const LiveAmount& amount : amounts->amounts) {
    CellKey at = amount.at;
    ASSIGN_OR_RETURN(at.tenant,
                     At(at.tenant, BucketStart(at.bucket, bucket_us)));
    placed[at] += amount.gpu_time;
  }
  amounts->amounts.clear();
  for (const auto& [at, gpu_time] : placed) {
    amounts->amounts.push_back({at, gpu_time});
  }
  return absl::OkStatus();
}

}  // namespace drawdown
