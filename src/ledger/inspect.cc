#include "ledger/inspect.h"

#include <algorithm>

#include "base/error.h"
#include "base/path.h"
#include "ledger/capacity.h"
#include "ledger/frozen.h"
#include "ledger/journal.h"
#include "ledger/places.h"
#include "ledger/run_policies.h"
#include "ledger/run_rules.h"
#include "ledger/waivers.h"

namespace drawdown {
namespace {

std::string PathAt(const std::vector<std::string>& paths, uint32_t id) {
  return id < paths.size() ? paths[id] : "#" + std::to_string(id);
}

std::string_view LossReasonText(LossReason reason) {
  switch (reason) {
    case LossReason::kPowerLoss:
      return "the machine lost power or crashed";
    case LossReason::kDamaged:
      return "the lanes file is damaged";
    case LossReason::kGone:
      return "the lanes file was removed";
  }
  return "?";
}

std::string DescribeFrozen(const PeriodClosed& entry) {
  const auto closed = DecodeFrozen(entry, 0);
  if (!closed.ok()) return "what was closed cannot be read";
  const Statement& statement = closed->statement;
  return "version " + std::to_string(statement.contract_version) + ", " +
         std::to_string(statement.lines.size()) + " lines, " +
         FormatMoney(statement.total) + " " + statement.currency.ToString() +
         ", of chain " + closed->chain_hash;
}

// What an entry says, in one line.
class Describer {
 public:
  Describer(const NameTables& names, JournalEntry* out)
      : names_(names), out_(*out) {}

  void operator()(const NameAdded& name) const {
    Say(name.kind == NameKind::kTenant ? "tenant" : "pool", name.path,
        "id " + std::to_string(name.id));
  }
  void operator()(const RunImported& row) const {
    Say("run_import", DescribeRun(row.run_id, row.attempt), Describe(row));
  }
  void operator()(const RunChanged& change) const {
    static constexpr std::string_view kKinds[] = {"run_start",   "run_resize",
                                                  "run_suspend", "run_resume",
                                                  "run_stop",    "run_suspend"};
    std::string detail = "at " + FormatInstant(change.at_us);
    if (change.change == RunChange::kStart) {
      detail += ", " + Place(change.tenant, change.pool);
    }
    if (change.change <= RunChange::kResize || change.micro_gpus > 0) {
      detail += ", " + FormatGpus(change.micro_gpus) + " GPUs";
    }
    if (change.change == RunChange::kStop) {
      detail += ", " + std::string(StopReasonName(change.reason));
    }
    if (change.change == RunChange::kSuspendAccruing) detail += ", accrues";
    Say(kKinds[static_cast<int>(change.change)],
        DescribeRun(change.run_id, change.attempt), detail);
  }
  void operator()(const RunCorrected& correction) const {
    const RunImported& row = correction.replacement;
    Say("correction", DescribeRun(row.run_id, row.attempt),
        (correction.voided ? "voided" : Describe(row)) + ", corrects entry " +
            std::to_string(correction.corrects) + ": " +
            std::string(correction.reason));
  }
  void operator()(const UsageAdded& usage) const {
    Say("usage", usage.usage_id,
        Place(usage.tenant, usage.pool) + ", " +
            FormatGpuSeconds(usage.gpu_time) + " GPU-seconds [" +
            FormatInstant(usage.start_us) + ", " + FormatInstant(usage.end_us) +
            ")" +
            (usage.source.empty() ? "" : ", by " + std::string(usage.source)));
  }
  void operator()(const ContractApplied& contract) const {
    Say("contract", contract.id,
        "version " + std::to_string(contract.version) + " from " +
            std::string(contract.file_name));
  }
  void operator()(const UsageDrained& usage) const {
    Say("meter", FormatInstant(usage.bucket_us),
        Place(usage.tenant, usage.pool) + ", " +
            FormatGpuSeconds(usage.gpu_time) + " GPU-seconds");
  }
  void operator()(const UsageLost& loss) const {
    Say("regression", loss.file,
        std::string(LossReasonText(loss.reason)) + ": the counters of " +
            std::to_string(loss.meters) + " meter(s) of process " +
            std::to_string(loss.pid) + " are behind the books by " +
            FormatGpuSeconds(loss.behind) + " GPU-seconds, " +
            FormatGpuSeconds(loss.uncounted) +
            " GPU-seconds have no name; usage may be missing");
  }
  void operator()(const QuotaSet& set) const {
    std::string detail = "on " + std::string(set.pool) + ", " +
                         std::string(QuotaPeriodName(set.period)) + ", from " +
                         FormatInstant(set.from_us) + ": ";
    if (!set.limit) {
      detail += "no limit";
    } else if (set.period == QuotaPeriod::kAtOnce) {
      detail += FormatGpus(static_cast<int64_t>(set.limit->nominal)) + " GPUs";
    } else {
      detail += FormatGpuSeconds(GpuTime(set.limit->nominal)) + " GPU-seconds";
    }
    Say("quota", PathAt(names_.tenants, set.tenant), detail);
  }
  void operator()(const HoldPlaced& placed) const {
    Say("hold", placed.hold_id,
        Place(placed.tenant, placed.pool) + ", " +
            FormatGpuSeconds(placed.gpu_time) + " GPU-seconds, " +
            FormatGpus(placed.micro_gpus) + " GPUs, until " +
            FormatInstant(placed.at_us + placed.ttl_us));
  }
  void operator()(const HoldRenewed& renewed) const {
    Say("hold_renewal", renewed.hold_id,
        "renewal " + std::to_string(renewed.renewal) + ", charged " +
            FormatGpuSeconds(renewed.charge) + ", extended by " +
            FormatGpuSeconds(renewed.extend) + " GPU-seconds, until " +
            (renewed.ttl_us == 0
                 ? FormatInstant(renewed.at_us + kMicrosPerHour) +
                       ", or as before where that is later"
                 : FormatInstant(renewed.at_us + renewed.ttl_us)));
  }
  void operator()(const HoldClosed& closed) const {
    Say(closed.settled ? "hold_settle" : "hold_release", closed.hold_id,
        "at " + FormatInstant(closed.at_us) + ", " +
            FormatGpuSeconds(closed.charge) + " GPU-seconds");
  }
  void operator()(const HoldDrawn& drawn) const {
    Say("hold_drawn", drawn.hold_id,
        "by run " + DescribeRun(drawn.run_id, drawn.attempt));
  }
  void operator()(const CapacityStated& row) const {
    std::string detail =
        std::string(CapacityStateName(row.state)) + " " +
        DescribeCapacity(row.micro_gpus, row.start_us, row.end_us);
    if (!row.capacity_id.empty()) {
      detail += ", " + std::string(row.capacity_id);
    }
    Say("capacity", PathAt(names_.pools, row.pool), std::move(detail));
  }
  void operator()(const PoolPolicySet& policy) const {
    Say("pool_policy", policy.pool,
        DescribeSetting(policy.setting, policy.value) + ", from " +
            FormatInstant(policy.from_us));
  }
  void operator()(const WaiverPolicySet& policy) const {
    Say("waiver_policy", policy.tenant.empty() ? "*" : policy.tenant,
        DescribeWaiver(policy) + " on " + std::string(policy.pool) + ", from " +
            FormatInstant(policy.from_us));
  }
  void operator()(const RunRefunded& refund) const {
    const std::string share =
        refund.share.zero() ? "" : ", " + FormatRatio(refund.share);
    Say("refund", refund.refund_id,
        "run " + DescribeRun(refund.run_id, refund.attempt) + ", " +
            FormatGpuSeconds(refund.amount) + " GPU-seconds" + share + ": " +
            std::string(refund.reason));
  }
  void operator()(const RunPlaced& placed) const {
    Say("run_place", DescribeRun(placed.run_id, placed.attempt),
        FormatRatio(placed.share) + " of device " + std::string(placed.device));
  }
  void operator()(const PeriodClosed& closed) const {
    Say("close", closed.contract,
        std::string(closed.period) + " [" + FormatInstant(closed.start_us) +
            ", " + FormatInstant(closed.end_us) + "), " +
            DescribeFrozen(closed));
  }
  void operator()(const TenantMoved& moved) const {
    Say("tenant_move", PathAt(names_.tenants, moved.from_tenant),
        "to " + PathAt(names_.tenants, moved.to_tenant) + ", from " +
            FormatInstant(moved.from_us));
  }
  void operator()(const CommitLink& link) const {
    Say("commit", HexOf(link.chain), std::to_string(link.entries) + " entries");
  }

 private:
  void Say(std::string_view kind, std::string_view subject,
           std::string detail) const {
    out_.kind = kind;
    out_.subject = subject;
    out_.detail = std::move(detail);
  }
  std::string Place(uint32_t tenant, uint32_t pool) const {
    return PathAt(names_.tenants, tenant) + " on " + PathAt(names_.pools, pool);
  }
  std::string Describe(const RunImported& row) const {
    const auto instant = [](const std::optional<int64_t>& at,
                            const char* none) {
      return at ? FormatInstant(*at) : std::string(none);
    };
    return Place(row.tenant, row.pool) + ", " + FormatGpus(row.micro_gpus) +
           " GPUs [" + instant(row.start_us, "never started") + ", " +
           instant(row.end_us, "open") + ")";
  }

  const NameTables& names_;
  JournalEntry& out_;
};

}  // namespace

bool IsTaskOf(std::string_view run_id, std::string_view parent) {
  if (!run_id.starts_with(parent)) return false;
  const std::string_view index = run_id.substr(parent.size());
  if (index.size() < 3 || index.front() != '[' || index.back() != ']') {
    return false;
  }
  const std::string_view digits = index.substr(1, index.size() - 2);
  return digits.find_first_not_of("0123456789") == digits.npos;
}

std::string TenantOf(const Run& run, const NameTables& names) {
  return names.moves.PathAt(PathAt(names.tenants, run.tenant),
                            LastInstantOf(run));
}

RunInfo MakeRunInfo(const RunKey& key, const Run& run,
                    const NameTables& names) {
  RunInfo info;
  info.key = key;
  info.tenant = TenantOf(run, names);
  info.pool = PathAt(names.pools, run.pool);
  info.state = run.state;
  info.reason = ReasonOf(run);
  info.source_state = run.source_state;
  info.segments = run.segments;
  info.journal_sequence = run.sequence;
  return info;
}

bool Selects(const RunQuery& query, const RunInfo& info) {
  return (query.run_id.empty() || info.key.run_id == query.run_id) &&
         (query.array.empty() || IsTaskOf(info.key.run_id, query.array)) &&
         (!query.state || info.state == *query.state) &&
         IsAtOrBelow(info.tenant, query.tenant) &&
         SelectorCovers(query.pool, info.pool);
}

absl::Status VisitRuns(ReadTransaction* books, const RunQuery& query,
                       const std::function<bool(const RunInfo&)>& visit) {
  RETURN_IF_ERROR(CheckStars(query.pool));
  ASSIGN_OR_RETURN(const NameTables names, ReadNames(books));
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kRuns));
  // An id and its end, or what all tasks of an array begin with.
  std::string first = query.run_id + '\0';
  if (!query.array.empty()) first = query.array + "[";
  const bool prefixed = !query.run_id.empty() || !query.array.empty();
  std::string from = first;
  if (query.after) {
    // The least key behind it.
    from = std::max(
        from, EncodeRunKey(query.after->run_id, query.after->attempt) + '\0');
  }
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(from));
  uint64_t visited = 0;
  while (found) {
    if (prefixed && !cursor->key().starts_with(first)) break;
    ASSIGN_OR_RETURN(const Run run, DecodeRun(cursor->key(), cursor->value()));
    RunInfo info = MakeRunInfo(DecodeRunKey(cursor->key()), run, names);
    if (Selects(query, info)) {
      ASSIGN_OR_RETURN(const auto place, ReadPlace(books, cursor->key()));
      if (place) {
        info.device = place->device;
        info.share = place->share;
      }
      if (!visit(info)) break;
      if (++visited == query.limit) break;
    }
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return absl::OkStatus();
}

absl::Status VisitJournal(
    ReadTransaction* books, uint64_t from,
    const std::function<bool(const JournalEntry&)>& visit) {
  ASSIGN_OR_RETURN(const NameTables names, ReadNames(books));
  ASSIGN_OR_RETURN(JournalCursor cursor, JournalCursor::Make(books));
  ASSIGN_OR_RETURN(bool found, cursor.SeekAtLeast(from));
  while (found) {
    JournalEntry described;
    described.sequence = cursor.sequence();
    ASSIGN_OR_RETURN(const Entry entry,
                     DecodeEntry(described.sequence, cursor.entry()));
    described.recorded_us = entry.recorded_us;
    std::visit(Describer(names, &described), entry.body);
    if (!visit(described)) break;
    ASSIGN_OR_RETURN(found, cursor.Next());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<StoredContract>> ReadContracts(
    ReadTransaction* books) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kContracts));
  std::vector<StoredContract> contracts;
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(std::string(1, '\0')));
  while (found) {
    ASSIGN_OR_RETURN(StoredContract contract,
                     DecodeContract(cursor->key(), cursor->value()));
    contracts.push_back(std::move(contract));
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return contracts;
}

}  // namespace drawdown
