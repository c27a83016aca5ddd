// Closing a posting: the link of the chain, then every record in key order.
#include <algorithm>

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
  if (journal_ends_.empty() && live_.empty()) {
    transaction_.reset();
    return false;
  }
  RETURN_IF_ERROR(FlushLive());
  if (journal_ends_.empty()) {  // The tip is about the journal.
    RETURN_IF_ERROR(transaction_->Commit());
    return true;
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
