// Posting that a tenant was moved: what it has from an instant on goes where it
// counts from then on, and so do the limits that were said of it.
#include <algorithm>

#include "base/error.h"
#include "base/path.h"
#include "ledger/buckets.h"
#include "ledger/posting.h"
#include "ledger/quota_rules.h"
#include "ledger/series.h"

namespace drawdown {
namespace {

bool Overlaps(std::string_view a, std::string_view b) {
  return IsAtOrBelow(a, b) || IsAtOrBelow(b, a);
}

std::string Describe(const TenantMove& move) {
  return "move of tenant " + move.old_path + " to " + move.new_path + " from " +
         FormatInstant(move.from_us);
}

absl::Status CheckInstantOf(const TenantMove& move, int64_t bucket_us,
                            int64_t now_us) {
  RETURN_IF_ERROR(CheckInstant("from", move.from_us));
  const int64_t bucket_start_us = FloorTo(move.from_us, bucket_us);
  if (bucket_start_us != move.from_us) {
    return MakeError(ErrorCode::kInvalidArgument,
                     Describe(move) +
                         ": that is inside a bucket of the ledger; it can be " +
                         FormatInstant(bucket_start_us) + " or " +
                         FormatInstant(bucket_start_us + bucket_us));
  }
  if (move.from_us <= now_us) return absl::OkStatus();
  return MakeError(ErrorCode::kInvalidArgument,
                   Describe(move) +
                       ": that is still to come; say it then, or any time "
                       "later, it counts from there all the same");
}

// Moves of one subtree are said in the order in which they happen, and never to
// a name that means something else by then.
absl::Status CheckOrder(const MoveList& before, const TenantMove& move) {
  for (const TenantMove& known : before.moves()) {
    if (known.from_us <= move.from_us) continue;
    for (const std::string* const path : {&known.old_path, &known.new_path}) {
      if (!Overlaps(*path, move.old_path) && !Overlaps(*path, move.new_path)) {
        continue;
      }
      return MakeError(ErrorCode::kWrongState,
                       Describe(move) + ": the " + Describe(known) +
                           " is later and in the books already");
    }
  }
  const std::string old_now = before.PathAt(move.old_path, move.from_us);
  if (old_now != move.old_path) {
    return MakeError(
        ErrorCode::kWrongState,
        Describe(move) + ": by then " + move.old_path + " is " + old_now);
  }
  const std::string new_then =
      before.With(move).PathAt(move.new_path, move.from_us);
  if (new_then == move.new_path) return absl::OkStatus();
  if (Overlaps(move.new_path, move.old_path)) {
    return MakeError(ErrorCode::kInvalidArgument,
                     Describe(move) + ": a tenant cannot be below itself");
  }
  return MakeError(
      ErrorCode::kWrongState,
      Describe(move) + ": by then " + move.new_path + " is " + new_then);
}

// What holds of a quota at the instant and later; nothing when that is no
// limit.
std::vector<QuotaVersion> VersionsFrom(const StoredQuota& quota,
                                       int64_t from_us) {
  std::vector<QuotaVersion> versions;
  const QuotaVersion* const now = quota.At(from_us);
  if (now != nullptr) versions.push_back({from_us, now->limit});
  for (const QuotaVersion& version : quota.versions) {
    if (version.from_us > from_us) versions.push_back(version);
  }
  const bool any = std::any_of(
      versions.begin(), versions.end(),
      [](const QuotaVersion& one) { return one.limit.has_value(); });
  if (!any) versions.clear();
  return versions;
}

}  // namespace

absl::StatusOr<Verdict> Posting::MoveTenant(const TenantMove& move,
                                            int64_t now_us) {
  RETURN_IF_ERROR(ValidatePath(move.old_path, "tenant"));
  RETURN_IF_ERROR(ValidatePath(move.new_path, "tenant"));
  if (move.old_path == move.new_path) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "tenant " + move.old_path + " is there already");
  }
  RETURN_IF_ERROR(
      CheckInstantOf(move, bucket_us_, std::max(now_us, tip_.recorded_us)));
  ASSIGN_OR_RETURN(const MoveList* const list, quotas_->index.moves().List());
  for (const TenantMove& known : list->moves()) {
    if (known.from_us == move.from_us && known.old_path == move.old_path &&
        known.new_path == move.new_path) {
      return Verdict::kUnchanged;
    }
  }
  ASSIGN_OR_RETURN(
      const PathsById below,
      ReadPathsBelow(transaction_.get(), NameKind::kTenant, move.old_path));
  if (below.empty()) {
    return MakeError(ErrorCode::kNotFound,
                     "tenant \"" + move.old_path + "\" is not in the books");
  }
  RETURN_IF_ERROR(CheckOrder(*list, move));
  for (const auto& [contract, mark] : closes_.marks()) {
    if (move.from_us >= mark.closed_until_us) continue;
    return MakeError(ErrorCode::kWrongState,
                     Describe(move) + ": contract " + contract +
                         " is closed until " +
                         FormatInstant(mark.closed_until_us) +
                         ", and what is closed keeps the old path: say it "
                         "from then on");
  }
  TenantMoved moved;
  moved.from_us = move.from_us;
  ASSIGN_OR_RETURN(moved.from_tenant,
                   Intern(NameKind::kTenant, move.old_path, false));
  ASSIGN_OR_RETURN(moved.to_tenant,
                   Intern(NameKind::kTenant, move.new_path, false));
  RETURN_IF_ERROR(Post(moved));
  RETURN_IF_ERROR(MoveLimits(move));
  return Verdict::kNew;
}

TenantMove Posting::MoveOf(const TenantMoved& moved) {
  return {PathOf(NameKind::kTenant, moved.from_tenant),
          PathOf(NameKind::kTenant, moved.to_tenant), moved.from_us};
}

absl::Status Posting::AddMove(const TenantMove& move) {
  // Before anything is journalled: what is read from here on is of books that
  // may never be.
  memory_ = nullptr;
  ASSIGN_OR_RETURN(const MoveList* const list, quotas_->index.moves().List());
  RETURN_IF_ERROR(PutMove(transaction_.get(), list->moves().size(), move));
  quotas_->index.Forget();
  return absl::OkStatus();
}

absl::Status Posting::Post(const TenantMoved& moved) {
  const TenantMove move = MoveOf(moved);
  RETURN_IF_ERROR(AddMove(move));
  ASSIGN_OR_RETURN(
      const PathsById below,
      ReadPathsBelow(transaction_.get(), NameKind::kTenant, move.old_path));
  // In the order of ids, so that the same books again get the same ids. What is
  // new below the old path gets its own new path with it.
  const std::map<uint32_t, std::string> in_order(below.begin(), below.end());
  for (const auto& [id, path] : in_order) RETURN_IF_ERROR(InternMoved(path));
  Journal(moved);
  return Apply(moved);
}

absl::Status Posting::InternMoved(std::string_view tenant) {
  ASSIGN_OR_RETURN(const MoveList* const list, quotas_->index.moves().List());
  for (const int64_t edge_us : list->EdgesOf(tenant)) {
    RETURN_IF_ERROR(
        Intern(NameKind::kTenant, list->PathAt(tenant, edge_us), false)
            .status());
  }
  return absl::OkStatus();
}

// REQUIRES: AddMove of it.
absl::Status Posting::Apply(const TenantMoved& moved) {
  const TenantMove move = MoveOf(moved);
  // What was posted here before it was posted where the tenants were.
  RETURN_IF_ERROR(FlushCells());
  cells_ = CellDeltas();
  ASSIGN_OR_RETURN(
      const PathsById below,
      ReadPathsBelow(transaction_.get(), NameKind::kTenant, move.old_path));
  TenantIds to;
  for (const auto& [id, path] : below) {
    ASSIGN_OR_RETURN(const std::optional<uint32_t> to_id,
                     LookUp(NameKind::kTenant,
                            move.new_path + path.substr(move.old_path.size())));
    // None: nobody's usage is at the path by then, it had gone elsewhere.
    if (to_id) to.emplace(id, *to_id);
  }
  RETURN_IF_ERROR(MoveCells(to, moved.from_us));
  quotas_->make_held |= quotas_->any_holds;
  if (!quotas_->any) return absl::OkStatus();
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas all, quotas_->index.All());
  for (const StoredQuota* const quota : all) quotas_->made.insert(quota->id);
  quotas_->limits = true;
  return absl::OkStatus();
}

// Cells of the instant and after it, and the level that they begin with.
absl::Status Posting::MoveCells(const TenantIds& to, int64_t from_us) {
  const int32_t first = BucketOf(from_us, bucket_us_);
  std::map<std::pair<uint32_t, uint32_t>, Int128> before;  // levels by series
  RETURN_IF_ERROR(
      VisitCells(transaction_.get(),
                 [&](const CellKey& at, const Cell& cell) -> absl::Status {
                   const auto found = to.find(at.tenant);
                   if (found == to.end()) return absl::OkStatus();
                   if (at.bucket < first) {
                     before[{at.tenant, at.pool}] += cell.level_change;
                     return absl::OkStatus();
                   }
                   Cell taken;
                   taken.recorded = -cell.recorded;
                   taken.partial = -cell.partial;
                   taken.level_change = -cell.level_change;
                   cells_.Add(at, taken);
                   cells_.Add({found->second, at.pool, at.bucket}, cell);
                   return absl::OkStatus();
                 }));
  for (const auto& [series, level] : before) {
    if (level == 0) continue;
    Cell cell;
    cell.level_change = level;
    cells_.Add({to.at(series.first), series.second, first}, cell);
    cell.level_change = -level;
    cells_.Add({series.first, series.second, first}, cell);
  }
  return absl::OkStatus();
}

// A limit that stayed behind would limit nothing, and a slice that stayed would
// set aside what nobody uses.
absl::Status Posting::MoveLimits(const TenantMove& move) {
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas all, quotas_->index.All());
  std::vector<QuotaScope> limited;  // of the new path, before
  std::vector<StoredQuota> leaving;
  for (const StoredQuota* const quota : all) {
    if (VersionsFrom(*quota, move.from_us).empty()) continue;
    if (IsAtOrBelow(quota->scope.tenant, move.old_path)) {
      leaving.push_back(*quota);
    } else {
      limited.push_back(quota->scope);
    }
  }
  std::vector<QuotaScope> arrived;
  for (const StoredQuota& quota : leaving) {
    QuotaScope scope = quota.scope;
    scope.tenant =
        move.new_path + quota.scope.tenant.substr(move.old_path.size());
    const bool stays =
        std::find(limited.begin(), limited.end(), scope) != limited.end();
    for (const QuotaVersion& version : VersionsFrom(quota, move.from_us)) {
      RETURN_IF_ERROR(
          PostLimit(quota, quota.scope, {version.from_us, std::nullopt}));
      if (!stays) RETURN_IF_ERROR(PostLimit(quota, scope, version));
    }
    if (!stays) arrived.push_back(scope);
  }
  if (leaving.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas now, quotas_->index.All());
  for (const QuotaScope& scope : arrived) {
    RETURN_IF_ERROR(CheckGuarantees(now, scope, move.from_us));
  }
  return CheckQuotaCount(now.size());
}

absl::Status Posting::PostLimit(const StoredQuota& quota,
                                const QuotaScope& scope,
                                const QuotaVersion& version) {
  QuotaSet set;
  ASSIGN_OR_RETURN(set.tenant, Intern(NameKind::kTenant, scope.tenant, false));
  const std::string edges = PackEdges(quota.edges);
  set.pool = scope.pool;
  set.period = scope.period;
  set.rolling_us = scope.rolling_us;
  set.contract = scope.contract;
  set.commitment = scope.commitment;
  set.edges = edges;
  set.from_us = version.from_us;
  set.limit = version.limit;
  return Post(set);
}

}  // namespace drawdown
