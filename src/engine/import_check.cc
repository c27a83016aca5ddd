#include "engine/import_check.h"

#include <functional>

#include "absl/hash/hash.h"
#include "base/error.h"
#include "base/path.h"
#include "engine/event_bound.h"
#include "ledger/usage_rules.h"

namespace drawdown {
namespace {

// The id of a path the books do not have yet.
constexpr uint32_t kNewName = 0xffffffff;

std::pair<uint64_t, uint64_t> HashId(std::string_view id, uint32_t attempt) {
  return {absl::HashOf(AbslView(id), attempt),
          std::hash<std::string_view>()(id) * 31 + attempt};
}

absl::Status ConflictInFile(std::string_view what, const std::string& id) {
  return MakeError(ErrorCode::kConflict,
                   std::string(what) + " " + id +
                       " appears more than once in the input, with different "
                       "content");
}

// Whether two statements of one instant agree: equal, or one does not know.
bool Agree(const std::optional<int64_t>& a, const std::optional<int64_t>& b) {
  return !a || !b || *a == *b;
}

}  // namespace

ImportChecker::ImportChecker(ReadTransaction* books,
                             const ImportOptions& options, int64_t now_us)
    : books_(books), strict_(options.strict), now_us_(now_us) {}

absl::StatusOr<ImportChecker> ImportChecker::Make(ReadTransaction* books,
                                                  const ImportOptions& options,
                                                  int64_t now_us) {
  ImportChecker checker(books, options, now_us);
  ASSIGN_OR_RETURN(checker.names_, ReadNames(books));
  const std::vector<std::string>* const paths[] = {&checker.names_.tenants,
                                                   &checker.names_.pools};
  for (int kind = 0; kind < 2; ++kind) {
    for (uint32_t id = 0; id < paths[kind]->size(); ++id) {
      checker.ids_[kind].emplace((*paths[kind])[id], id);
    }
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> runs,
                   books->NewCursor(Table::kRuns));
  ASSIGN_OR_RETURN(const bool any, runs->SeekLast());
  checker.no_runs_ = !any;
  return checker;
}

absl::StatusOr<uint32_t> ImportChecker::IdOf(NameKind kind,
                                             std::string_view path) {
  auto& ids = ids_[static_cast<int>(kind)];
  const auto found = ids.find(AbslView(path));
  if (found != ids.end()) return found->second;
  const std::string_view what = kind == NameKind::kTenant ? "tenant" : "pool";
  RETURN_IF_ERROR(ValidatePath(path, what));
  if (strict_) {
    return MakeError(ErrorCode::kUnknownName, std::string(what) + " \"" +
                                                  std::string(path) +
                                                  "\" is not in the books");
  }
  ids.emplace(path, kNewName);
  return kNewName;
}

absl::Status ImportChecker::Check(const RunRowView& row) {
  RunImported stated = {row.run_id,     row.attempt,  0,          0,
                        row.micro_gpus, row.start_us, row.end_us, row.state};
  ASSIGN_OR_RETURN(stated.tenant, IdOf(NameKind::kTenant, row.tenant));
  ASSIGN_OR_RETURN(stated.pool, IdOf(NameKind::kPool, row.pool));
  RETURN_IF_ERROR(CheckRun(stated));
  RETURN_IF_ERROR(CheckNotAhead(row, now_us_));
  RETURN_IF_ERROR(CheckAgainstFile(row));
  if (no_runs_) return absl::OkStatus();
  key_.clear();
  AppendRunKey(row.run_id, row.attempt, &key_);
  ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kRuns, key_));
  if (!bytes) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Run known, DecodeRun(key_, *bytes));
  stated.tenant = AsKnown(known.tenant, stated.tenant, row.tenant);
  return JudgeImport(&known, stated, NamesWith(row.tenant, row.pool)).status();
}

NameOf ImportChecker::NamesWith(std::string_view tenant,
                                std::string_view pool) const {
  return [this, tenant, pool](NameKind kind, uint32_t id) {
    if (id == kNewName) {
      return std::string(kind == NameKind::kTenant ? tenant : pool);
    }
    return kind == NameKind::kTenant ? names_.tenants[id] : names_.pools[id];
  };
}

uint32_t ImportChecker::AsKnown(uint32_t known, uint32_t tenant,
                                std::string_view path) const {
  if (known == tenant || names_.moves.empty()) return tenant;
  const bool same =
      names_.moves.PathNow(names_.tenants[known]) == names_.moves.PathNow(path);
  return same ? known : tenant;
}

uint64_t ImportChecker::HashTenant(std::string_view path) const {
  if (names_.moves.empty()) return absl::HashOf(AbslView(path));
  return absl::HashOf(AbslView(names_.moves.PathNow(path)));
}

absl::Status ImportChecker::CheckAgainstFile(const RunRowView& row) {
  const uint64_t payload =
      absl::HashOf(HashTenant(row.tenant), AbslView(row.pool), row.micro_gpus);
  const uint64_t state =
      row.state.empty() ? 0 : absl::HashOf(AbslView(row.state)) | 1;
  // A run that never started has no end either, whatever the row says.
  const std::optional<int64_t> end_us =
      row.start_us ? row.end_us : std::nullopt;
  const auto [it, first] =
      said_.try_emplace(HashId(row.run_id, row.attempt),
                        Said{payload, state, row.start_us, end_us});
  if (first) return absl::OkStatus();
  Said& said = it->second;
  const bool same_times =
      said.start_us == row.start_us && said.end_us == end_us;
  const bool same_state = said.state == 0 || state == 0 || said.state == state;
  if (said.payload != payload || !Agree(said.start_us, row.start_us) ||
      !Agree(said.end_us, end_us) || (same_times && !same_state)) {
    return ConflictInFile("run", DescribeRun(row.run_id, row.attempt));
  }
  if (!said.start_us) said.start_us = row.start_us;
  if (!said.end_us) said.end_us = end_us;
  if (!same_times) said.state = 0;  // Either may be the newer one's.
  return absl::OkStatus();
}

absl::Status ImportChecker::Check(const UsageRowView& row) {
  UsageAdded stated = {row.usage_id, 0,          0,
                       row.start_us, row.end_us, row.gpu_time};
  ASSIGN_OR_RETURN(stated.tenant, IdOf(NameKind::kTenant, row.tenant));
  ASSIGN_OR_RETURN(stated.pool, IdOf(NameKind::kPool, row.pool));
  RETURN_IF_ERROR(CheckUsage(stated));
  RETURN_IF_ERROR(CheckNotAhead(row, now_us_));
  const uint64_t payload =
      absl::HashOf(HashTenant(row.tenant), AbslView(row.pool), row.start_us,
                   row.end_us, static_cast<uint64_t>(row.gpu_time.count()),
                   static_cast<uint64_t>(row.gpu_time.count() >> 64));
  const auto [it, first] =
      said_.try_emplace(HashId(row.usage_id, 0), Said{payload, 0, {}, {}});
  if (!first && it->second.payload != payload) {
    return ConflictInFile("usage", std::string(row.usage_id));
  }
  ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kUsage, row.usage_id));
  if (!bytes) return absl::OkStatus();
  ASSIGN_OR_RETURN(const StoredUsage known, DecodeUsage(row.usage_id, *bytes));
  stated.tenant = AsKnown(known.tenant, stated.tenant, row.tenant);
  return JudgeUsage(row.usage_id, known,
                    {stated.tenant, stated.pool, stated.start_us, stated.end_us,
                     stated.gpu_time, 0},
                    NamesWith(row.tenant, row.pool));
}

// May lie ahead: what a provider announces is no event, and is drawn or owed by
// nobody before it is there.
absl::Status ImportChecker::Check(const CapacityRowView& row) {
  ASSIGN_OR_RETURN(const uint32_t pool, IdOf(NameKind::kPool, row.pool));
  RETURN_IF_ERROR(capacity_.Add(row));
  if (pool == kNewName) return absl::OkStatus();
  const CapacityStated stated = {pool,         row.state,  row.capacity_id,
                                 row.start_us, row.end_us, row.micro_gpus};
  ASSIGN_OR_RETURN(const CapacityPlace place,
                   FindCapacityPlace(books_, EncodeCapacityKey(KeyOf(stated))));
  return JudgeCapacity(place, stated, NamesWith("", row.pool)).status();
}

}  // namespace drawdown
