// Closing a posting: the link of the chain, then every record in key order.
#include <algorithm>
#include <bit>

#include "base/check.h"
#include "base/error.h"
#include "ledger/posting.h"

namespace drawdown {
namespace {

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

  // What the table holds under a key.
  absl::StatusOr<std::optional<std::string_view>> Read(std::string_view key) {
    if (key > last_key_) return std::nullopt;
    return transaction_->Get(table_, key);
  }
  absl::Status Write(std::string_view key, std::string_view value) {
    if (key > last_key_) return transaction_->AppendLate(table_, key, value);
    return transaction_->PutLate(table_, key, value);
  }

 private:
  OrderedWriter(WriteTransaction* transaction, Table table)
      : transaction_(transaction), table_(table) {}

  WriteTransaction* transaction_;
  Table table_;
  std::string last_key_;
};

// Adds to cells in the order of their keys, a stretch at a time.
class StretchWriter {
 public:
  static absl::StatusOr<StretchWriter> For(WriteTransaction* transaction,
                                           Table table, NameOf name_of) {
    ASSIGN_OR_RETURN(OrderedWriter writer,
                     OrderedWriter::For(transaction, table));
    return StretchWriter(std::move(writer), std::move(name_of));
  }

  // Keys ascend, or repeat.
  absl::Status Add(const CellKey& key, const Cell& delta) {
    const int at = PlaceInStretch(key.bucket);
    const CellKey first = {key.tenant, key.pool, key.bucket - at};
    if (first != first_) {
      RETURN_IF_ERROR(Finish());
      first_ = first;
    }
    Merge(at, delta);
    return absl::OkStatus();
  }
  // Writes what was added. kOverflow.
  absl::Status Finish() {
    if (sums_.present == 0) return absl::OkStatus();
    const std::string key = StretchKey(first_);
    ASSIGN_OR_RETURN(const auto bytes, writer_.Read(key));
    if (bytes) {
      RETURN_IF_ERROR(DecodeStretch(key, *bytes, &stored_));
      for (uint32_t left = stored_.present; left != 0; left &= left - 1) {
        const int at = std::countr_zero(left);
        Merge(at, stored_.cells[at]);
      }
    }
    for (uint32_t left = sums_.present; left != 0; left &= left - 1) {
      if (!sums_.cells[std::countr_zero(left)].valid()) {
        return MakeError(ErrorCode::kOverflow,
                         "usage of tenant " +
                             name_of_(NameKind::kTenant, first_.tenant) +
                             " in one bucket does not fit 128 bits");
      }
    }
    value_.clear();
    AppendStretch(key, sums_, &value_);
    sums_.present = 0;
    return writer_.Write(key, value_);
  }

 private:
  StretchWriter(OrderedWriter writer, NameOf name_of)
      : writer_(std::move(writer)), name_of_(std::move(name_of)) {}

  void Merge(int at, const Cell& cell) {
    const uint32_t bit = uint32_t{1} << at;
    if ((sums_.present & bit) != 0) {
      sums_.cells[at].Add(cell);
    } else {
      sums_.cells[at] = cell;
      sums_.present |= bit;
    }
  }

  OrderedWriter writer_;
  NameOf name_of_;
  CellKey first_;       // of the stretch at hand
  CellStretch sums_;    // of it
  CellStretch stored_;  // scratch
  std::string value_;   // scratch
};

}  // namespace

void Posting::CloseCommit(const Sha256Digest& chain) {
  journal_.AddLink(tip_.recorded_us, {journal_.open_entries(), chain});
  last_sequence_ = tip_.next_sequence++;
  tip_.chain = chain;
}

absl::StatusOr<bool> Posting::Commit() {
  CHECK(transaction_ != nullptr);
  const bool journalled = tip_.next_sequence != first_sequence_;
  if (!journalled) KeepKnown(tip_before_);
  if (!journalled && live_.empty() && !beside_journal_) {
    transaction_.reset();
    return false;
  }
  RETURN_IF_ERROR(FlushLive());
  RETURN_IF_ERROR(clock_.Flush(transaction_.get()));
  if (!journalled) {  // The tip is about the journal.
    // What was left out of what is held needs no entry.
    RETURN_IF_ERROR(quotas_->held.Flush(transaction_.get()));
    RETURN_IF_ERROR(transaction_->Commit());
    return true;
  }
  if (journal_.open_entries() > 0) CloseCommit(journal_.Chain());
  RETURN_IF_ERROR(failure_);
  RETURN_IF_ERROR(journal_.Close());
  RETURN_IF_ERROR(FlushRuns());
  RETURN_IF_ERROR(FlushUsage());
  RETURN_IF_ERROR(FlushCells());
  RETURN_IF_ERROR(FlushCapacity());
  RETURN_IF_ERROR(FlushSmall());
  RETURN_IF_ERROR(closes_.Flush(transaction_.get()));
  RETURN_IF_ERROR(FlushQuotas());
  RETURN_IF_ERROR(
      transaction_->PutLate(Table::kMeta, kTipKey, EncodeTip(tip_)));
  RETURN_IF_ERROR(TellLiveQuotas());
  // Before it, while nobody else can post: of no use where it fails.
  KeepKnown(tip_);
  const absl::Status committed = transaction_->Commit();
  if (live_quotas_ != nullptr) {
    committed.ok() ? live_quotas_->Committed() : live_quotas_->NotKnown();
  }
  RETURN_IF_ERROR(committed);
  return true;
}

absl::Status Posting::AppendRuns() {
  CHECK(started_.empty());  // Who starts a run asks for it twice: no order.
  for (const RunRecord& record : runs_) {
    if (!record.dirty) continue;
    RETURN_IF_ERROR(
        transaction_->Append(Table::kRuns, record.key, *record.bytes));
    last_run_key_.assign(record.key);
  }
  runs_.clear();
  none_stored_.clear();
  kept_.Clear();
  return absl::OkStatus();
}

absl::Status Posting::FlushRuns() {
  if (in_order_) return AppendRuns();
  ASSIGN_OR_RETURN(OrderedWriter writer,
                   OrderedWriter::For(transaction_.get(), Table::kRuns));
  const auto by_key = [](const RunRecord& a, const RunRecord& b) {
    return a.key < b.key;
  };
  run_index_.clear();  // Sorting moves what it names.
  std::sort(runs_.begin(), runs_.end(), by_key);
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
    if (item->second.sequence < first_sequence_) continue;  // Only looked up.
    RETURN_IF_ERROR(
        writer.Write(item->first, EncodeUsage(item->first, item->second)));
  }
  return absl::OkStatus();
}

absl::Status Posting::FlushCells() {
  ASSIGN_OR_RETURN(
      StretchWriter cells,
      StretchWriter::For(transaction_.get(), Table::kCells, Names()));
  ASSIGN_OR_RETURN(
      StretchWriter levels,
      StretchWriter::For(transaction_.get(), Table::kLevels, Names()));
  Cell level;
  RETURN_IF_ERROR(cells_.VisitInOrder(
      [&](const CellKey& at, const Cell& delta) -> absl::Status {
        level.level_change = delta.level_change;
        RETURN_IF_ERROR(
            levels.Add({at.tenant, at.pool, ChunkOf(at.bucket)}, level));
        return cells.Add(at, delta);
      }));
  RETURN_IF_ERROR(cells.Finish());
  return levels.Finish();
}

absl::Status Posting::FlushSmall() {
  for (const SmallRecord& record : small_) {
    RETURN_IF_ERROR(
        transaction_->PutLate(record.table, record.key, record.value));
  }
  return absl::OkStatus();
}

}  // namespace drawdown
