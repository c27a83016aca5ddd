#include "ledger/quota_books.h"

#include <algorithm>
#include <map>
#include <string>

#include "base/error.h"
#include "base/path.h"
#include "ledger/hold_rules.h"
#include "ledger/quota_windows.h"

namespace drawdown {
namespace {

absl::StatusOr<std::optional<Run>> RunDrawing(ReadTransaction* books,
                                              const StoredHold& hold) {
  if (hold.run.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kRuns, hold.run));
  if (!bytes) return std::nullopt;
  ASSIGN_OR_RETURN(Run run, DecodeRun(hold.run, *bytes));
  return run;
}

// Rounded down, as everything shown of fine time.
GpuTime Shown(FineTime time) {
  return GpuTime(WholeUnits(QuotaPeriod::kTotal, time));
}

HoldInfo MakeHoldInfo(std::string_view hold_id, const StoredHold& hold,
                      const Run* run, const NameOf& name_of,
                      const MoveList& moves, int64_t at_us, int64_t draws_us) {
  HoldInfo info;
  info.hold_id = std::string(hold_id);
  info.tenant = moves.PathNow(name_of(NameKind::kTenant, hold.tenant));
  info.pool = name_of(NameKind::kPool, hold.pool);
  info.state = StateAt(hold, at_us);
  info.gpu_time = hold.total();
  info.charged = hold.charged;
  info.micro_gpus = hold.micro_gpus;
  info.placed_us = hold.placed_us;
  info.expires_us = hold.expires_us;
  info.renewals = hold.renewals;
  if (!hold.run.empty()) info.run = DecodeRunKey(hold.run);
  if (run != nullptr) info.drawn = Shown(AccruedBy(*run, at_us));
  if (const std::optional<HeldUntil> held = HeldBy(hold, run)) {
    info.held = Shown(held->At(QuotaPeriod::kTotal, at_us, draws_us));
    info.held_micro_gpus = static_cast<int64_t>(
        held->At(QuotaPeriod::kAtOnce, at_us, draws_us).count());
  }
  return info;
}

bool Selects(const HoldQuery& query, const HoldInfo& info) {
  return (!query.state || info.state == *query.state) &&
         IsAtOrBelow(info.tenant, query.tenant) &&
         SelectorCovers(query.pool, info.pool);
}

}  // namespace

NameOf NamesOf(ReadTransaction* books) {
  return [books](NameKind kind, uint32_t id) {
    const std::string key = NameByIdKey(kind, id);
    const auto bytes = books->Get(Table::kNames, key);
    if (bytes.ok() && *bytes) {
      const auto name = DecodeName(key, **bytes);
      if (name.ok()) return std::string(name->path);
    }
    return "#" + std::to_string(id);
  };
}

absl::StatusOr<std::optional<StoredHold>> ReadHold(ReadTransaction* books,
                                                   std::string_view hold_id) {
  const std::string key = HoldKey(hold_id);
  ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kHolds, key));
  if (!bytes) return std::nullopt;
  ASSIGN_OR_RETURN(StoredHold hold, DecodeHold(key, *bytes));
  return hold;
}

absl::StatusOr<std::vector<NamedLine>> LinesFrom(QuotaBooks* quotas,
                                                 int64_t at_us) {
  std::vector<NamedLine> lines;
  RETURN_IF_ERROR(quotas->held.VisitLines(
      at_us, [&](std::string_view hold_id, const HeldUntil& held) {
        lines.push_back({std::string(hold_id), held});
        return true;
      }));
  return lines;
}

absl::Status VisitHolds(ReadTransaction* books, const HoldQuery& query,
                        int64_t at_us,
                        const std::function<bool(const HoldInfo&)>& visit) {
  RETURN_IF_ERROR(CheckStars(query.pool));
  const NameOf name_of = NamesOf(books);
  ASSIGN_OR_RETURN(const MoveList moves, ReadMoves(books));
  LaterStarts later(books);
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kHolds));
  const std::string first = HoldKey(query.hold_id);
  std::string from = first;
  // The least key behind it.
  if (!query.after.empty()) from = std::max(from, HoldKey(query.after) + '\0');
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(from));
  uint64_t visited = 0;
  while (found && cursor->key().starts_with("h")) {
    if (!query.hold_id.empty() && cursor->key() != first) break;
    ASSIGN_OR_RETURN(const StoredHold hold,
                     DecodeHold(cursor->key(), cursor->value()));
    ASSIGN_OR_RETURN(const std::optional<Run> run, RunDrawing(books, hold));
    ASSIGN_OR_RETURN(const int64_t draws_us, later.BeginsAt(hold.run, at_us));
    const HoldInfo info =
        MakeHoldInfo(cursor->key().substr(1), hold, run ? &*run : nullptr,
                     name_of, moves, at_us, draws_us);
    if (Selects(query, info)) {
      if (!visit(info)) break;
      if (++visited == query.limit) break;
    }
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<QuotaHolder>> HoldersUnder(ReadTransaction* books,
                                                      int64_t bucket_us,
                                                      const QuotaScope& scope,
                                                      int64_t at_us) {
  const NameOf name_of = NamesOf(books);
  QuotaBooks quotas(books, bucket_us, name_of);
  ASSIGN_OR_RETURN(const std::vector<NamedLine> lines,
                   LinesFrom(&quotas, at_us));
  Admitter admitter = quotas.AdmitterAt(at_us);
  std::vector<QuotaHolder> holders;
  for (const NamedLine& line : lines) {
    QuotaHolder holder;
    holder.tenant = name_of(NameKind::kTenant, line.held.line.tenant);
    holder.pool = name_of(NameKind::kPool, line.held.line.pool);
    if (!IsAtOrBelow(holder.tenant, scope.tenant) ||
        !SelectorCovers(scope.pool, holder.pool)) {
      continue;
    }
    ASSIGN_OR_RETURN(const std::optional<StoredHold> hold,
                     ReadHold(books, line.hold_id));
    int64_t draws_us = at_us;
    if (hold && !hold->run.empty()) {
      holder.run = DecodeRunKey(hold->run);
      ASSIGN_OR_RETURN(draws_us, quotas.later.BeginsAt(hold->run, at_us));
    }
    holder.held =
        WholeUnits(scope.period, line.held.At(scope.period, at_us, draws_us));
    if (holder.held <= 0) continue;
    holder.hold_id = line.hold_id;
    holder.period = scope.period;
    holder.expires_at_us = line.held.until_us;
    ASSIGN_OR_RETURN(holder.borrows,
                     admitter.Borrows(holder.tenant, holder.pool, scope));
    holders.push_back(std::move(holder));
  }
  return holders;
}

}  // namespace drawdown
