// Which path a tenant's usage counts at, and when: tenants that were moved.
//
// An id stays what it was named. What is derived from facts (cells, accounts,
// what is held) is kept under the id of the path it counts at in its bucket;
// moves lie on the edges of buckets, so that there is one.
// docs/design/quotas.md says why.
//
// Table::kNames: "m" + instant + number -> the move.
#ifndef DRAWDOWN_SRC_LEDGER_TENANT_MOVES_H_
#define DRAWDOWN_SRC_LEDGER_TENANT_MOVES_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/hash_map.h"
#include "drawdown/tenant.h"
#include "ledger/buckets.h"
#include "ledger/live_amounts.h"
#include "ledger/records.h"
#include "ledger/store.h"

namespace drawdown {

// By instant, then in the order in which they were said. Pure.
class MoveList {
 public:
  MoveList() = default;
  explicit MoveList(std::vector<TenantMove> moves) : moves_(std::move(moves)) {}

  bool empty() const { return moves_.empty(); }
  const std::vector<TenantMove>& moves() const { return moves_; }
  // The list with one more, said last.
  MoveList With(TenantMove move) const;
  // What `path` is at an instant.
  std::string PathAt(std::string_view path, int64_t at_us) const;
  std::string PathNow(std::string_view path) const {
    return PathAt(path, std::numeric_limits<int64_t>::max());
  }
  // When what is named `path` goes elsewhere, ascending.
  std::vector<int64_t> EdgesOf(std::string_view path) const;

 private:
  std::vector<TenantMove> moves_;
};
absl::StatusOr<MoveList> ReadMoves(ReadTransaction* books);
absl::Status PutMove(WriteTransaction* transaction, uint64_t number,
                     const TenantMove& move);

// The last instant of a run that a tenant answers for: it is listed there.
int64_t LastInstantOf(const Run& run);

// From [from_us, to_us) a tenant's usage is under the id.
struct TenantPiece {
  static constexpr int64_t kBegin = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();

  int64_t from_us = kBegin;
  int64_t to_us = kEnd;
  uint32_t tenant = 0;

  BucketRange Buckets(int64_t bucket_us) const {
    BucketRange range;
    if (from_us != kBegin) range.first = from_us / bucket_us;
    if (to_us != kEnd) range.end = to_us / bucket_us;
    return range;
  }
};

// The same for ids. Reads the books when asked, once each. Not thread-safe.
class TenantMoves {
 public:
  // What was read, which follows from the journal alone.
  struct Known {
    std::optional<MoveList> list;
    HashMap<uint32_t, std::vector<TenantPiece>> pieces;
  };

  explicit TenantMoves(ReadTransaction* books) : TenantMoves(books, Known()) {}
  TenantMoves(ReadTransaction* books, Known known)
      : books_(books), known_(std::move(known)) {}

  absl::StatusOr<const MoveList*> List();
  absl::StatusOr<bool> any();
  // Ascending, without gaps; one where the tenant was never moved. Valid until
  // the next call.
  absl::StatusOr<const std::vector<TenantPiece>*> PiecesOf(uint32_t tenant);
  absl::StatusOr<uint32_t> At(uint32_t tenant, int64_t at_us);
  absl::StatusOr<uint32_t> Now(uint32_t tenant) {
    return At(tenant, TenantPiece::kEnd);
  }
  absl::StatusOr<std::string> PathNow(std::string_view path);
  // Puts amounts under the tenants that they count for in their buckets.
  absl::Status Place(int64_t bucket_us, LiveAmounts* amounts);
  // What a posting has changed: read anew.
  void Forget() { known_ = {}; }
  // It has read nothing then.
  Known Release() { return std::exchange(known_, {}); }

 private:
  absl::StatusOr<std::vector<TenantPiece>> MakePieces(uint32_t tenant);
  absl::StatusOr<uint32_t> IdOf(std::string_view path);

  ReadTransaction* const books_;
  Known known_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_TENANT_MOVES_H_
