#include "ledger/posting.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/path.h"
#include "base/wide.h"
#include "ledger/buckets.h"

namespace drawdown {
namespace {

absl::string_view AbslView(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

// The keys of a map in key order.
template <typename Map>
std::vector<const typename Map::value_type*> Sorted(const Map& map) {
  std::vector<const typename Map::value_type*> items;
  items.reserve(map.size());
  for (const auto& item : map) items.push_back(&item);
  std::sort(items.begin(), items.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  return items;
}

// Writes records in ascending key order: appends past the table's end, which
// packs pages, and inserts before it.
class OrderedWriter {
 public:
  static absl::StatusOr<OrderedWriter> For(WriteTransaction* transaction,
                                           Table table) {
    OrderedWriter writer(transaction, table);
    ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                     transaction->NewCursor(table));
    ASSIGN_OR_RETURN(const bool any, cursor->SeekLast());
    if (any) writer.last_key_ = std::string(cursor->key());
    return writer;
  }

  absl::Status Write(std::string_view key, std::string_view value) {
    if (key > last_key_) return transaction_->Append(table_, key, value);
    return transaction_->Put(table_, key, value);
  }

 private:
  OrderedWriter(WriteTransaction* transaction, Table table)
      : transaction_(transaction), table_(table) {}

  WriteTransaction* transaction_;
  Table table_;
  std::string last_key_;
};

}  // namespace

Posting::Posting(std::unique_ptr<WriteTransaction> transaction,
                 const Header& header)
    : transaction_(std::move(transaction)), bucket_us_(header.bucket_us) {}

absl::StatusOr<std::unique_ptr<Posting>> Posting::Begin(
    std::unique_ptr<WriteTransaction> transaction, const Header& header,
    int64_t now_us) {
  std::unique_ptr<Posting> posting(new Posting(std::move(transaction), header));
  ASSIGN_OR_RETURN(const auto bytes,
                   posting->transaction_->Get(Table::kMeta, kTipKey));
  if (bytes) {
    ASSIGN_OR_RETURN(posting->tip_, DecodeTip(*bytes));
  }
  Tip& tip = posting->tip_;
  tip.recorded_us = std::max(tip.recorded_us, now_us);
  posting->journal_first_ = tip.next_sequence;
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   posting->transaction_->NewCursor(Table::kRuns));
  ASSIGN_OR_RETURN(const bool any, cursor->SeekLast());
  if (any) posting->last_run_key_ = std::string(cursor->key());
  return posting;
}

// --- judging -----------------------------------------------------------------

absl::StatusOr<uint32_t> Posting::Intern(NameKind kind, std::string_view path,
                                         bool strict) {
  auto& known = names_[static_cast<int>(kind)];
  const auto found = known.find(AbslView(path));
  if (found != known.end()) return found->second;
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
  return added.id;
}

std::string Posting::PathOf(NameKind kind, uint32_t id) {
  for (const auto& [path, known_id] : names_[static_cast<int>(kind)]) {
    if (known_id == id) return path;
  }
  const std::string key = NameByIdKey(kind, id);
  const auto bytes = transaction_->Get(Table::kNames, key);
  if (bytes.ok() && *bytes) {
    const auto name = DecodeName(key, **bytes);
    if (name.ok()) return std::string(name->path);
  }
  return absl::StrCat("#", id);
}

NameOf Posting::Names() {
  return [this](NameKind kind, uint32_t id) { return PathOf(kind, id); };
}

absl::StatusOr<Posting::KnownRun> Posting::FindRun(std::string_view run_id,
                                                   uint32_t attempt) {
  scratch_key_.clear();
  AppendRunKey(run_id, attempt, &scratch_key_);
  KnownRun known;
  std::optional<std::string_view> bytes;
  const auto found = run_index_.find(scratch_key_);
  if (found != run_index_.end()) {
    known.index = found->second;
    bytes = runs_[known.index].bytes;
  } else {
    if (scratch_key_ <= last_run_key_) {
      ASSIGN_OR_RETURN(const auto stored,
                       transaction_->Get(Table::kRuns, scratch_key_));
      if (stored) bytes = run_bytes_.Keep(*stored);
    }
    known.index = runs_.size();
    runs_.push_back({run_bytes_.Keep(scratch_key_), bytes});
    run_index_.emplace(AbslView(runs_.back().key), known.index);
  }
  if (!bytes) return known;
  ASSIGN_OR_RETURN(known.run, DecodeRun(scratch_key_, *bytes));
  known.exists = true;
  return known;
}

absl::StatusOr<Verdict> Posting::Post(const RunChanged& change) {
  RETURN_IF_ERROR(CheckChange(change));
  ASSIGN_OR_RETURN(const KnownRun known,
                   FindRun(change.run_id, change.attempt));
  ASSIGN_OR_RETURN(const Verdict verdict,
                   JudgeChange(known.known(), change, Names()));
  if (verdict == Verdict::kUnchanged) return verdict;
  Journal(change);
  StoreRun(known, AfterChange(known.known(), change));
  return verdict;
}

absl::StatusOr<Verdict> Posting::Post(const RunImported& row) {
  RETURN_IF_ERROR(CheckRun(row));
  ASSIGN_OR_RETURN(const KnownRun known, FindRun(row.run_id, row.attempt));
  if (known.exists) {
    ASSIGN_OR_RETURN(const Verdict verdict,
                     JudgeImport(&known.run, row, Names()));
    if (verdict == Verdict::kUnchanged) return verdict;
  }
  const Verdict verdict = known.exists ? Verdict::kUpdate : Verdict::kNew;
  Journal(row);
  StoreRun(known, AfterImport(row));
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
  correction.corrects = known.run.sequence;
  Journal(correction);
  StoreRun(known, AfterCorrection(correction));
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
  const StoredUsage stated = {usage.tenant, usage.pool,     usage.start_us,
                              usage.end_us, usage.gpu_time, tip_.next_sequence};
  ASSIGN_OR_RETURN(StoredUsage* const known, FindUsage(usage.usage_id));
  if (known != nullptr) {
    if (known->SameAs(stated)) return Verdict::kUnchanged;
    const auto describe = [this](const StoredUsage& one) {
      return PathOf(NameKind::kTenant, one.tenant) + " on " +
             PathOf(NameKind::kPool, one.pool) + ", " +
             FormatGpuSeconds(one.gpu_time) + " GPU-seconds [" +
             FormatInstant(one.start_us) + ", " + FormatInstant(one.end_us) +
             ")";
    };
    return MakeError(ErrorCode::kConflict,
                     "usage " + std::string(usage.usage_id) +
                         " is in the books as " + describe(*known) +
                         "; this says " + describe(stated));
  }
  RETURN_IF_ERROR(AddUsageCells(usage));
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

// --- deriving ----------------------------------------------------------------

void Posting::Journal(const EntryBody& body) {
  AppendEntry(tip_.next_sequence, {tip_.recorded_us, body}, &journal_);
  journal_ends_.push_back(journal_.size());
  last_sequence_ = tip_.next_sequence++;
}

void Posting::StoreRun(const KnownRun& known, Run run) {
  if (known.exists) {
    AddRunCells(known.run, -1);
  } else {
    ++tip_.runs;
  }
  run.sequence = last_sequence_;
  AddRunCells(run, +1);
  RunRecord& record = runs_[known.index];
  record.bytes = run_bytes_.Keep(EncodeRun(record.key, run));
  record.dirty = true;
}

void Posting::AddRunCells(const Run& run, int sign) {
  for (const Segment& segment : run.segments) {
    VisitSegmentCells(segment, bucket_us_, sign,
                      [&](int32_t bucket, const Cell& delta) {
                        cells_[{run.tenant, run.pool, bucket}].Add(delta);
                      });
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
  for (int64_t i = 0; i < count; ++i) {
    Cell delta;
    delta.recorded = GpuTime(parts[i]);
    const auto bucket = static_cast<int32_t>(first + i);
    cells_[{usage.tenant, usage.pool, bucket}].Add(delta);
  }
  return absl::OkStatus();
}

void Posting::ApplyName(const NameAdded& name) {
  (name.kind == NameKind::kTenant ? tip_.tenants : tip_.pools) = name.id + 1;
  names_[static_cast<int>(name.kind)].emplace(name.path, name.id);
  for (std::string key :
       {NameByPathKey(name.kind, name.path), NameByIdKey(name.kind, name.id)}) {
    std::string value = EncodeName(key, name.path, name.id);
    small_.push_back({Table::kNames, std::move(key), std::move(value)});
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

// --- replaying ---------------------------------------------------------------

// Derives the records of one journalled entry.
struct Posting::Replayer {
  Posting* posting;
  int64_t recorded_us;

  absl::Status operator()(const NameAdded& name) const {
    posting->ApplyName(name);
    return absl::OkStatus();
  }
  absl::Status operator()(const RunImported& row) const {
    return Store(row.run_id, row.attempt,
                 [&](const Run*) { return AfterImport(row); });
  }
  absl::Status operator()(const RunChanged& change) const {
    return Store(change.run_id, change.attempt,
                 [&](const Run* known) { return AfterChange(known, change); });
  }
  absl::Status operator()(const RunCorrected& correction) const {
    const RunImported& row = correction.replacement;
    return Store(row.run_id, row.attempt,
                 [&](const Run*) { return AfterCorrection(correction); });
  }
  absl::Status operator()(const UsageAdded& usage) const {
    RETURN_IF_ERROR(posting->AddUsageCells(usage));
    posting->usage_.insert_or_assign(
        std::string(usage.usage_id),
        StoredUsage{usage.tenant, usage.pool, usage.start_us, usage.end_us,
                    usage.gpu_time, posting->last_sequence_});
    ++posting->tip_.usage_records;
    return absl::OkStatus();
  }
  absl::Status operator()(const ContractApplied& contract) const {
    posting->ApplyContract(contract, recorded_us);
    return absl::OkStatus();
  }
  absl::Status operator()(const CommitLink& link) const {
    const size_t closed = posting->journal_ends_.size() - 1;
    const Sha256Digest chain = posting->ChainOver(closed);
    if (link.entries != closed - posting->link_first_ || link.chain != chain) {
      return MakeError(ErrorCode::kCorrupt,
                       "the hash chain is broken at journal entry " +
                           std::to_string(posting->last_sequence_));
    }
    posting->tip_.chain = chain;
    posting->link_first_ = closed + 1;
    return absl::OkStatus();
  }

  template <typename After>
  absl::Status Store(std::string_view run_id, uint32_t attempt,
                     const After& after) const {
    ASSIGN_OR_RETURN(const KnownRun known, posting->FindRun(run_id, attempt));
    posting->StoreRun(known, after(known.known()));
    return absl::OkStatus();
  }
};

absl::Status Posting::Replay(uint64_t sequence, const Entry& entry) {
  if (sequence != tip_.next_sequence) {
    return MakeError(
        ErrorCode::kCorrupt,
        "journal entry " + std::to_string(tip_.next_sequence) + " is missing");
  }
  if (entry.recorded_us < tip_.recorded_us) {
    return MakeError(ErrorCode::kCorrupt,
                     "journal entry " + std::to_string(sequence) +
                         " was recorded before the one it follows");
  }
  tip_.recorded_us = entry.recorded_us;
  Journal(entry.body);
  return std::visit(Replayer{this, entry.recorded_us}, entry.body);
}

// --- writing -----------------------------------------------------------------

Sha256Digest Posting::ChainOver(size_t end_entry) const {
  const auto start_of = [this](size_t entry) {
    return entry == 0 ? size_t{0} : journal_ends_[entry - 1];
  };
  Sha256 hash;
  hash.Update(std::string_view(reinterpret_cast<const char*>(tip_.chain.data()),
                               tip_.chain.size()));
  const size_t from = start_of(link_first_);
  hash.Update(
      std::string_view(journal_).substr(from, start_of(end_entry) - from));
  return hash.Finish();
}

void Posting::CloseCommit() {
  const size_t closed = journal_ends_.size();
  const CommitLink link = {closed - link_first_, ChainOver(closed)};
  Journal(link);
  tip_.chain = link.chain;
  link_first_ = closed + 1;
}

absl::StatusOr<bool> Posting::Commit() {
  CHECK(transaction_ != nullptr);
  if (journal_ends_.empty()) {
    transaction_.reset();
    return false;
  }
  if (link_first_ < journal_ends_.size()) CloseCommit();
  RETURN_IF_ERROR(FlushJournal());
  RETURN_IF_ERROR(FlushRuns());
  RETURN_IF_ERROR(FlushUsage());
  RETURN_IF_ERROR(FlushCells());
  RETURN_IF_ERROR(FlushSmall());
  RETURN_IF_ERROR(transaction_->Put(Table::kMeta, kTipKey, EncodeTip(tip_)));
  RETURN_IF_ERROR(transaction_->Commit());
  return true;
}

absl::Status Posting::FlushJournal() {
  std::string_view rest = journal_;
  size_t start = 0;
  for (size_t i = 0; i < journal_ends_.size(); ++i) {
    const size_t end = journal_ends_[i];
    RETURN_IF_ERROR(transaction_->Append(Table::kJournal,
                                         SequenceKey(journal_first_ + i),
                                         rest.substr(start, end - start)));
    start = end;
  }
  return absl::OkStatus();
}

absl::Status Posting::FlushRuns() {
  ASSIGN_OR_RETURN(OrderedWriter writer,
                   OrderedWriter::For(transaction_.get(), Table::kRuns));
  const auto by_key = [](const RunRecord& a, const RunRecord& b) {
    return a.key < b.key;
  };
  run_index_.clear();  // Sorting moves what it names.
  // Most files are in the order of their ids.
  if (!std::is_sorted(runs_.begin(), runs_.end(), by_key)) {
    std::sort(runs_.begin(), runs_.end(), by_key);
  }
  for (const RunRecord& record : runs_) {
    if (!record.dirty) continue;
    RETURN_IF_ERROR(writer.Write(record.key, *record.bytes));
  }
  return absl::OkStatus();
}

absl::Status Posting::FlushUsage() {
  ASSIGN_OR_RETURN(OrderedWriter writer,
                   OrderedWriter::For(transaction_.get(), Table::kUsage));
  for (const auto* item : Sorted(usage_)) {
    if (item->second.sequence < journal_first_) continue;  // Only looked up.
    RETURN_IF_ERROR(
        writer.Write(item->first, EncodeUsage(item->first, item->second)));
  }
  return absl::OkStatus();
}

absl::Status Posting::FlushCells() {
  absl::flat_hash_map<CellKey, Int128> levels;
  ASSIGN_OR_RETURN(OrderedWriter writer,
                   OrderedWriter::For(transaction_.get(), Table::kCells));
  for (const auto* item : Sorted(cells_)) {
    CellKey chunk = item->first;
    chunk.bucket = ChunkOf(chunk.bucket);
    levels[chunk] += item->second.level_change;
    const std::string key = EncodeCellKey(item->first);
    Cell cell = item->second;
    ASSIGN_OR_RETURN(const auto bytes, transaction_->Get(Table::kCells, key));
    if (bytes) {
      ASSIGN_OR_RETURN(const Cell stored, DecodeCell(key, *bytes));
      cell.Add(stored);
    }
    if (!cell.valid()) {
      return MakeError(ErrorCode::kOverflow,
                       "usage of tenant " +
                           PathOf(NameKind::kTenant, item->first.tenant) +
                           " in one bucket does not fit 128 bits");
    }
    RETURN_IF_ERROR(writer.Write(key, EncodeCell(key, cell)));
  }
  return FlushLevels(levels);
}

absl::Status Posting::FlushLevels(
    const absl::flat_hash_map<CellKey, Int128>& levels) {
  ASSIGN_OR_RETURN(OrderedWriter writer,
                   OrderedWriter::For(transaction_.get(), Table::kLevels));
  for (const auto* item : Sorted(levels)) {
    const std::string key = EncodeCellKey(item->first);
    Int128 level = item->second;
    ASSIGN_OR_RETURN(const auto bytes, transaction_->Get(Table::kLevels, key));
    if (bytes) {
      ASSIGN_OR_RETURN(const Int128 stored, DecodeLevel(key, *bytes));
      level += stored;
    }
    RETURN_IF_ERROR(writer.Write(key, EncodeLevel(key, level)));
  }
  return absl::OkStatus();
}

absl::Status Posting::FlushSmall() {
  for (const SmallRecord& record : small_) {
    RETURN_IF_ERROR(transaction_->Put(record.table, record.key, record.value));
  }
  return absl::OkStatus();
}

}  // namespace drawdown
