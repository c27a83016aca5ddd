#include "ledger/posting.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/path.h"
#include "base/wide.h"
#include "ledger/buckets.h"
#include "ledger/usage_rules.h"

namespace drawdown {
namespace {

// Runs in order that are kept before they are written: so many that disorder is
// noticed, few enough to stay in the cache.
constexpr size_t kRunsInOrder = 1'024;

// `known` where `tenant` is the same by now, whatever it is called; else that.
absl::StatusOr<uint32_t> AsKnown(uint32_t known, uint32_t tenant,
                                 TenantMoves* moves) {
  if (known == tenant) return known;
  ASSIGN_OR_RETURN(const uint32_t known_now, moves->Now(known));
  ASSIGN_OR_RETURN(const uint32_t now, moves->Now(tenant));
  return known_now == now ? known : tenant;
}

}  // namespace

Posting::Posting(std::unique_ptr<WriteTransaction> transaction,
                 const Header& header, const Tip& tip, CloseMarks marks,
                 PostingMemory* memory)
    : transaction_(std::move(transaction)),
      bucket_us_(header.bucket_us),
      tip_(tip),
      first_sequence_(tip.next_sequence),
      journal_(transaction_.get(), tip.next_sequence, tip.chain),
      closes_(std::move(marks)),
      memory_(memory),
      tip_before_(tip) {}

Posting::~Posting() {
  if (tip_.next_sequence == first_sequence_) KeepKnown(tip_before_);
}

void Posting::KeepKnown(const Tip& tip) {
  if (memory_ == nullptr || quotas_ == nullptr) return;
  known_.quotas = quotas_->index.Release();
  std::exchange(memory_, nullptr)->Keep(tip, std::move(known_));
}

absl::StatusOr<std::unique_ptr<Posting>> Posting::Begin(
    std::unique_ptr<WriteTransaction> transaction, const Header& header,
    int64_t now_us, PostingMemory* memory) {
  ASSIGN_OR_RETURN(const auto bytes, transaction->Get(Table::kMeta, kTipKey));
  Tip tip;
  if (bytes) {
    ASSIGN_OR_RETURN(tip, DecodeTip(*bytes));
  }
  tip.recorded_us = std::max(tip.recorded_us, now_us);
  ASSIGN_OR_RETURN(CloseMarks marks, ReadCloseMarks(transaction.get()));
  std::unique_ptr<Posting> posting(new Posting(std::move(transaction), header,
                                               tip, std::move(marks), memory));
  if (memory != nullptr) posting->known_ = memory->Take(tip);
  ASSIGN_OR_RETURN(posting->run_cursor_,
                   posting->transaction_->NewCursor(Table::kRuns));
  ASSIGN_OR_RETURN(const bool any, posting->run_cursor_->SeekLast());
  if (any) posting->last_run_key_ = std::string(posting->run_cursor_->key());
  RETURN_IF_ERROR(posting->OpenQuotas());
  return posting;
}

absl::StatusOr<uint32_t> Posting::Intern(NameKind kind, std::string_view path,
                                         bool strict) {
  LastName& last = last_names_[static_cast<int>(kind)];
  if (path == last.path && !path.empty()) return last.id;
  auto& known = known_.names[static_cast<int>(kind)];
  const auto found = known.find(AbslView(path));
  if (found != known.end()) {
    last.path.assign(path);
    return last.id = found->second;
  }
  const std::string_view what = kind == NameKind::kTenant ? "tenant" : "pool";
  RETURN_IF_ERROR(ValidatePath(path, what));
  const std::string key = NameByPathKey(kind, path);
  ASSIGN_OR_RETURN(const auto bytes, transaction_->Get(Table::kNames, key));
  if (bytes) {
    ASSIGN_OR_RETURN(const Name name, DecodeName(key, *bytes));
    known.emplace(path, name.id);
    return name.id;
  }
  if (strict) {
    return MakeError(ErrorCode::kUnknownName, std::string(what) + " \"" +
                                                  std::string(path) +
                                                  "\" is not in the books");
  }
  const NameAdded added = {
      kind, kind == NameKind::kTenant ? tip_.tenants : tip_.pools, path};
  Journal(added);
  ApplyName(added);
  if (kind == NameKind::kTenant) RETURN_IF_ERROR(InternMoved(path));
  return added.id;
}

std::string Posting::PathOf(NameKind kind, uint32_t id) {
  auto& known = known_.paths[static_cast<int>(kind)];
  const auto found = known.find(id);
  if (found != known.end()) return found->second;
  const std::string key = NameByIdKey(kind, id);
  const auto bytes = transaction_->Get(Table::kNames, key);
  if (bytes.ok() && *bytes) {
    const auto name = DecodeName(key, **bytes);
    if (name.ok())
      return known.emplace(id, std::string(name->path)).first->second;
  }
  return absl::StrCat("#", id);
}

NameOf Posting::Names() {
  return [this](NameKind kind, uint32_t id) { return PathOf(kind, id); };
}

void Posting::IndexRuns() {
  in_order_ = false;
  for (size_t i = 0; i < runs_.size(); ++i) {
    run_index_.emplace(AbslView(runs_[i].key), i);
  }
}

absl::StatusOr<Posting::KnownRun> Posting::FindRun(std::string_view run_id,
                                                   uint32_t attempt) {
  RETURN_IF_ERROR(failure_);
  run_key_.clear();
  AppendRunKey(run_id, attempt, &run_key_);
  KnownRun known;
  known.index = runs_.size();
  if (in_order_) {
    const std::string_view newest =
        runs_.empty() ? last_run_key_ : runs_.back().key;
    if (run_key_ > newest) {
      runs_.push_back({kept_.Keep(run_key_), std::nullopt});
      return known;
    }
    IndexRuns();
  }
  std::optional<std::string_view> bytes;
  const auto found = run_index_.find(run_key_);
  if (found != run_index_.end()) {
    known.index = found->second;
    bytes = runs_[known.index].bytes;
  } else {
    if (run_key_ <= last_run_key_ && run_id != none_stored_) {
      ASSIGN_OR_RETURN(const auto stored,
                       transaction_->Get(Table::kRuns, run_key_));
      if (stored) bytes = kept_.Keep(*stored);
    }
    runs_.push_back({kept_.Keep(run_key_), bytes});
    run_index_.emplace(AbslView(runs_.back().key), known.index);
  }
  if (!bytes) return known;
  ASSIGN_OR_RETURN(known.run, DecodeRun(run_key_, *bytes));
  return known;
}

absl::StatusOr<Verdict> Posting::Post(RunChanged change) {
  RETURN_IF_ERROR(CheckChange(change));
  ASSIGN_OR_RETURN(const KnownRun known,
                   FindRun(change.run_id, change.attempt));
  ASSIGN_OR_RETURN(const Verdict verdict,
                   JudgeChange(known.known(), change, Names()));
  if (verdict == Verdict::kUnchanged) return verdict;
  if (change.change == RunChange::kSuspend) {
    ASSIGN_OR_RETURN(change.change,
                     SuspensionOf(known.run->pool, change.at_us));
  }
  if (change.change == RunChange::kResize) {
    RETURN_IF_ERROR(CheckResizable(runs_[known.index].key, change));
  }
  Journal(change);
  Run run = AfterChange(known.known(), change);
  StoreRun(known, &run);
  RETURN_IF_ERROR(FollowRun({std::string(change.run_id), change.attempt}, run));
  return verdict;
}

absl::StatusOr<Verdict> Posting::Post(const RunImported& row) {
  RETURN_IF_ERROR(CheckRun(row));
  ASSIGN_OR_RETURN(const KnownRun known, FindRun(row.run_id, row.attempt));
  if (known.run) {
    ASSIGN_OR_RETURN(
        const uint32_t tenant,
        AsKnown(known.run->tenant, row.tenant, &quotas_->index.moves()));
    if (tenant != row.tenant) {
      RunImported same = row;
      same.tenant = tenant;
      return Post(same);
    }
    ASSIGN_OR_RETURN(const Verdict verdict,
                     JudgeImport(&*known.run, row, Names()));
    if (verdict == Verdict::kUnchanged) return verdict;
  }
  const Verdict verdict = known.run ? Verdict::kUpdate : Verdict::kNew;
  quotas_->facts = true;
  Journal(row);
  SetImported(row, &imported_);
  StoreRun(known, &imported_);
  if (verdict == Verdict::kUpdate) {
    RETURN_IF_ERROR(
        FollowRun({std::string(row.run_id), row.attempt}, imported_));
  }
  return verdict;
}

absl::StatusOr<Verdict> Posting::Post(RunCorrected correction) {
  RETURN_IF_ERROR(CheckRun(correction.replacement));
  ASSIGN_OR_RETURN(
      const KnownRun known,
      FindRun(correction.replacement.run_id, correction.replacement.attempt));
  ASSIGN_OR_RETURN(const Verdict verdict,
                   JudgeCorrection(known.known(), correction));
  if (verdict == Verdict::kUnchanged) return verdict;
  correction.corrects = known.run->sequence;
  quotas_->facts = true;
  Journal(correction);
  Run run = AfterCorrection(correction);
  StoreRun(known, &run);
  RETURN_IF_ERROR(FollowRun({std::string(correction.replacement.run_id),
                             correction.replacement.attempt},
                            run));
  return verdict;
}

absl::StatusOr<StoredUsage*> Posting::FindUsage(std::string_view usage_id) {
  const auto found = usage_.find(AbslView(usage_id));
  if (found != usage_.end()) return &found->second;
  ASSIGN_OR_RETURN(const auto bytes,
                   transaction_->Get(Table::kUsage, usage_id));
  if (!bytes) return nullptr;
  ASSIGN_OR_RETURN(const StoredUsage stored, DecodeUsage(usage_id, *bytes));
  return &usage_.emplace(usage_id, stored).first->second;
}

absl::StatusOr<Verdict> Posting::Post(const UsageAdded& usage) {
  RETURN_IF_ERROR(CheckUsage(usage));
  StoredUsage stated = {usage.tenant, usage.pool,     usage.start_us,
                        usage.end_us, usage.gpu_time, tip_.next_sequence};
  ASSIGN_OR_RETURN(StoredUsage* const known, FindUsage(usage.usage_id));
  if (known != nullptr) {
    ASSIGN_OR_RETURN(stated.tenant, AsKnown(known->tenant, stated.tenant,
                                            &quotas_->index.moves()));
    RETURN_IF_ERROR(JudgeUsage(usage.usage_id, *known, stated, Names()));
    return Verdict::kUnchanged;
  }
  RETURN_IF_ERROR(AddUsageCells(usage));
  quotas_->facts = true;
  Journal(usage);
  usage_.emplace(usage.usage_id, stated);
  ++tip_.usage_records;
  return Verdict::kNew;
}

absl::StatusOr<uint32_t> Posting::LatestContractVersion(std::string_view id) {
  const auto found = contract_versions_.find(AbslView(id));
  if (found != contract_versions_.end()) return found->second;
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   transaction_->NewCursor(Table::kContracts));
  uint32_t latest = 0;
  const std::string first = ContractKey(id, 0);
  const std::string_view prefix =
      std::string_view(first).substr(0, id.size() + 1);
  ASSIGN_OR_RETURN(bool found_one, cursor->SeekAtLeast(first));
  while (found_one && cursor->key().starts_with(prefix)) {
    ++latest;
    ASSIGN_OR_RETURN(found_one, cursor->Next());
  }
  return latest;
}

absl::Status Posting::Post(const ContractApplied& contract) {
  ASSIGN_OR_RETURN(const uint32_t latest, LatestContractVersion(contract.id));
  CHECK(contract.version == latest + 1);
  Journal(contract);
  ApplyContract(contract, tip_.recorded_us);
  return absl::OkStatus();
}

void Posting::Journal(const EntryBody& body) {
  journal_.Add(tip_.recorded_us, body);
  last_sequence_ = tip_.next_sequence++;
}

void Posting::StoreRun(const KnownRun& known, Run* run) {
  if (known.run) {
    AddRunCells(*known.run, -1);
  } else {
    ++tip_.runs;
  }
  run->sequence = last_sequence_;
  AddRunCells(*run, +1);
  TouchRun(known.known(), *run);
  RunRecord& record = runs_[known.index];
  run_bytes_.clear();
  AppendRun(record.key, *run, &run_bytes_);
  record.bytes = kept_.Keep(run_bytes_);
  record.dirty = true;
  if (known.run && failure_.ok()) {
    failure_ = FollowChange(record.key, *known.run, *run);
  }
  if (failure_.ok()) {
    failure_ = quotas_->later.Follow(transaction_.get(), record.key,
                                     known.known(), *run, tip_.recorded_us);
  }
  // What fails is kept for Commit: a full disk is not a bad row.
  if (in_order_ && runs_.size() >= kRunsInOrder) failure_ = AppendRuns();
}

void Posting::AddRunCells(const Run& run, int sign) {
  if (quotas_->any && failure_.ok()) {
    failure_ = quotas_->accounts.AddRun(run, sign);
  }
  const auto pieces = quotas_->index.moves().PiecesOf(run.tenant);
  if (!pieces.ok()) {
    if (failure_.ok()) failure_ = pieces.status();
    return;
  }
  for (const Segment& segment : run.segments) {
    if ((*pieces)->size() == 1) {  // Nearly always, and imports are many.
      VisitSegmentEdges(segment, bucket_us_, sign,
                        [&](const SegmentEdge& edge) {
                          cells_.AddEdge(run.tenant, run.pool, edge);
                        });
      continue;
    }
    for (const TenantPiece& piece : **pieces) {
      VisitSegmentCellsWithin(
          segment, bucket_us_, sign, piece.Buckets(bucket_us_),
          [&](int32_t bucket, const Cell& cell) {
            cells_.Add({piece.tenant, run.pool, bucket}, cell);
          });
    }
  }
}

absl::Status Posting::AddUsageCells(const UsageAdded& usage) {
  const int32_t first = BucketOf(usage.start_us, bucket_us_);
  const int32_t last = BucketOf(usage.end_us - 1, bucket_us_);
  const int64_t count = static_cast<int64_t>(last) - first + 1;
  if (count > kMaxUsageBuckets) {
    return MakeError(ErrorCode::kBadRow,
                     "usage " + std::string(usage.usage_id) + " spans " +
                         std::to_string(count) + " buckets; at most " +
                         std::to_string(kMaxUsageBuckets) + " are spread");
  }
  std::vector<Int128> weights;
  weights.reserve(count);
  for (int64_t bucket = first; bucket <= last; ++bucket) {
    const int64_t from =
        std::max(usage.start_us, BucketStart(bucket, bucket_us_));
    const int64_t to =
        std::min(usage.end_us, BucketStart(bucket + 1, bucket_us_));
    weights.push_back(to - from);
  }
  ASSIGN_OR_RETURN(const std::vector<Int128> parts,
                   SplitLargestRemainder(usage.gpu_time.count(), weights));
  closes_.Touch(usage.start_us);
  for (int64_t i = 0; i < count; ++i) {
    const auto bucket = static_cast<int32_t>(first + i);
    RETURN_IF_ERROR(
        AddAmount(usage.tenant, usage.pool, bucket, GpuTime(parts[i])));
  }
  return absl::OkStatus();
}

absl::Status Posting::AddAmount(uint32_t tenant, uint32_t pool, int32_t bucket,
                                GpuTime amount) {
  const int64_t start_us = BucketStart(bucket, bucket_us_);
  ASSIGN_OR_RETURN(tenant, quotas_->index.moves().At(tenant, start_us));
  cells_.AddRecorded({tenant, pool, bucket}, amount);
  closes_.Touch(start_us);
  if (!quotas_->any) return absl::OkStatus();
  return quotas_->accounts.AddAmount(tenant, pool, start_us, amount);
}

void Posting::ApplyName(const NameAdded& name) {
  (name.kind == NameKind::kTenant ? tip_.tenants : tip_.pools) = name.id + 1;
  known_.names[static_cast<int>(name.kind)].emplace(name.path, name.id);
  for (const std::string& key :
       {NameByPathKey(name.kind, name.path), NameByIdKey(name.kind, name.id)}) {
    const std::string value = EncodeName(key, name.path, name.id);
    if (failure_.ok()) failure_ = transaction_->Put(Table::kNames, key, value);
  }
}

void Posting::ApplyContract(const ContractApplied& contract,
                            int64_t recorded_us) {
  const StoredContract stored = {std::string(contract.id), contract.version,
                                 recorded_us, std::string(contract.file_name),
                                 std::string(contract.text)};
  std::string key = ContractKey(contract.id, contract.version);
  std::string value = EncodeContract(key, stored);
  small_.push_back({Table::kContracts, std::move(key), std::move(value)});
  contract_versions_[std::string(contract.id)] = contract.version;
}

}  // namespace drawdown
