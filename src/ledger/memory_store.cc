#include "ledger/memory_store.h"

#include <array>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/error.h"

namespace drawdown {
namespace {

constexpr std::chrono::seconds kWriterWait{5};

// A value of nullopt is a deletion; only a transaction's overlay holds those.
using Rows = std::map<std::string, std::optional<std::string>, std::less<>>;
using RowsPointer = std::shared_ptr<Rows>;
using Tables = std::array<RowsPointer, kTableCount>;
using Overlay = std::array<Rows, kTableCount>;

absl::Status CheckKey(std::string_view key) {
  if (!key.empty() && key.size() <= kMaxKeyBytes) return absl::OkStatus();
  return MakeError(ErrorCode::kInvalidArgument,
                   absl::StrCat("key of ", key.size(),
                                " bytes; a key has 1 to ", kMaxKeyBytes));
}

absl::Status EndedError() {
  return MakeError(ErrorCode::kWrongState, "the transaction has ended");
}

// The committed state, shared by the store and its transactions.
class Books {
 public:
  Books() {
    for (RowsPointer& rows : tables_) rows = std::make_shared<Rows>();
  }

  Tables Snapshot() {
    std::lock_guard<std::mutex> lock(mutex_);
    return tables_;
  }

  // Snapshots are dropped under the lock: a commit that finds itself the only
  // owner then also sees that the last reader's reads are over.
  void Drop(Tables* snapshot) {
    std::lock_guard<std::mutex> lock(mutex_);
    *snapshot = Tables();
  }

  bool LockWriter() {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!writer_gone_.wait_for(lock, kWriterWait, [&] { return !writing_; })) {
      return false;
    }
    writing_ = true;
    return true;
  }

  void UnlockWriter() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      writing_ = false;
    }
    writer_gone_.notify_one();
  }

  void Apply(Overlay* overlay) {
    std::lock_guard<std::mutex> lock(mutex_);
    for (int i = 0; i < kTableCount; ++i) {
      if ((*overlay)[i].empty()) continue;
      if (tables_[i].use_count() > 1) {
        tables_[i] = std::make_shared<Rows>(*tables_[i]);
      }
      Merge(&(*overlay)[i], tables_[i].get());
    }
  }

 private:
  // Moves the nodes of `from` into `to`, in key order, so that runs of new
  // neighbouring keys cost constant time each.
  static void Merge(Rows* from, Rows* to) {
    Rows::iterator at = to->begin();
    while (!from->empty()) {
      Rows::node_type node = from->extract(from->begin());
      if (at != to->end() && at->first < node.key()) {
        at = to->lower_bound(node.key());
      }
      if (at != to->end() && at->first == node.key()) at = to->erase(at);
      if (node.mapped().has_value()) to->insert(at, std::move(node));
    }
  }

  std::mutex mutex_;
  std::condition_variable writer_gone_;
  Tables tables_;
  bool writing_ = false;
};

// What a transaction and its cursors see. `overlay` stays empty for readers.
struct View {
  explicit View(std::shared_ptr<Books> of)
      : books(std::move(of)), tables(books->Snapshot()) {}
  ~View() { End(); }
  View(const View&) = delete;  // Ends once.
  View& operator=(const View&) = delete;

  void End() {
    if (ended) return;
    ended = true;
    books->Drop(&tables);
    overlay = Overlay();
  }

  std::shared_ptr<Books> books;
  Tables tables;
  Overlay overlay;
  uint64_t writes = 0;
  bool ended = false;
};

// Walks a table's committed rows and the overlay as one sequence. Both
// iterators stand at the first key not below the current one.
class MemoryCursor : public Cursor {
 public:
  MemoryCursor(std::shared_ptr<View> view, int table)
      : view_(std::move(view)), table_(table) {}

  absl::StatusOr<bool> SeekAtLeast(std::string_view key) override {
    if (view_->ended) return EndedError();
    if (!key.empty()) RETURN_IF_ERROR(CheckKey(key));
    MoveTo(key);
    return SettleForward();
  }

  absl::StatusOr<bool> SeekLast() override {
    if (view_->ended) return EndedError();
    base_ = base().end();
    over_ = overlay().end();
    writes_ = view_->writes;
    return SettleBackward();
  }

  absl::StatusOr<bool> Next() override {
    if (view_->ended) return EndedError();
    if (!standing_) return false;
    if (writes_ != view_->writes) MoveTo(key_);
    StepOver(key_);
    return SettleForward();
  }

  absl::StatusOr<bool> Previous() override {
    if (view_->ended) return EndedError();
    if (!standing_) return false;
    if (writes_ != view_->writes) MoveTo(key_);
    return SettleBackward();
  }

  std::string_view key() const override {
    CHECK(standing_);
    return key_;
  }
  std::string_view value() const override {
    CHECK(standing_);
    return *value_;
  }

 private:
  const Rows& base() const { return *view_->tables[table_]; }
  const Rows& overlay() const { return view_->overlay[table_]; }

  void MoveTo(std::string_view key) {
    base_ = base().lower_bound(key);
    over_ = overlay().lower_bound(key);
    writes_ = view_->writes;
  }

  void StepOver(std::string_view key) {
    if (base_ != base().end() && base_->first == key) ++base_;
    if (over_ != overlay().end() && over_->first == key) ++over_;
  }

  // Stands on the first live row at or after both iterators.
  bool SettleForward() {
    while (base_ != base().end() || over_ != overlay().end()) {
      const bool from_overlay =
          over_ != overlay().end() &&
          (base_ == base().end() || over_->first <= base_->first);
      const Rows::const_iterator row = from_overlay ? over_ : base_;
      if (row->second.has_value()) return StandOn(row);
      StepOver(row->first);
    }
    standing_ = false;
    return false;
  }

  // Stands on the last live row before both iterators.
  bool SettleBackward() {
    while (base_ != base().begin() || over_ != overlay().begin()) {
      const Rows::const_iterator row = StepBack();
      if (row->second.has_value()) return StandOn(row);
    }
    standing_ = false;
    return false;
  }

  Rows::const_iterator StepBack() {
    const bool has_base = base_ != base().begin();
    const bool has_over = over_ != overlay().begin();
    const int order =
        !has_base   ? 1
        : !has_over ? -1
                    : std::prev(over_)->first.compare(std::prev(base_)->first);
    if (order <= 0) --base_;
    if (order >= 0) --over_;
    return order >= 0 ? over_ : base_;
  }

  // The key is copied because its record may be deleted under the cursor.
  bool StandOn(Rows::const_iterator row) {
    key_ = row->first;
    value_ = &*row->second;
    standing_ = true;
    return true;
  }

  std::shared_ptr<View> view_;
  int table_;
  Rows::const_iterator base_;
  Rows::const_iterator over_;
  uint64_t writes_ = 0;
  bool standing_ = false;
  std::string key_;
  const std::string* value_ = nullptr;
};

absl::StatusOr<std::optional<std::string_view>> GetFrom(const View& view,
                                                        Table table,
                                                        std::string_view key) {
  if (view.ended) return EndedError();
  RETURN_IF_ERROR(CheckKey(key));
  const int index = static_cast<int>(table);
  Rows::const_iterator row = view.overlay[index].find(key);
  if (row == view.overlay[index].end()) {
    row = view.tables[index]->find(key);
    if (row == view.tables[index]->end()) return std::nullopt;
  }
  if (!row->second.has_value()) return std::nullopt;
  return std::string_view(*row->second);
}

absl::StatusOr<std::unique_ptr<Cursor>> CursorOver(
    const std::shared_ptr<View>& view, Table table) {
  if (view->ended) return EndedError();
  return std::make_unique<MemoryCursor>(view, static_cast<int>(table));
}

class MemoryReadTransaction : public ReadTransaction {
 public:
  explicit MemoryReadTransaction(std::shared_ptr<Books> books)
      : view_(std::make_shared<View>(std::move(books))) {}
  ~MemoryReadTransaction() override { view_->End(); }

  absl::StatusOr<std::optional<std::string_view>> Get(
      Table table, std::string_view key) override {
    return GetFrom(*view_, table, key);
  }
  absl::StatusOr<std::unique_ptr<Cursor>> NewCursor(Table table) override {
    return CursorOver(view_, table);
  }

 private:
  std::shared_ptr<View> view_;
};

class MemoryWriteTransaction : public WriteTransaction {
 public:
  // REQUIRES: the writer lock of `books` is held.
  explicit MemoryWriteTransaction(std::shared_ptr<Books> books)
      : view_(std::make_shared<View>(std::move(books))) {}
  ~MemoryWriteTransaction() override {
    if (!view_->ended) Finish();
  }

  absl::StatusOr<std::optional<std::string_view>> Get(
      Table table, std::string_view key) override {
    return GetFrom(*view_, table, key);
  }
  absl::StatusOr<std::unique_ptr<Cursor>> NewCursor(Table table) override {
    return CursorOver(view_, table);
  }

  absl::Status Put(Table table, std::string_view key,
                   std::string_view value) override {
    return Write(table, key, value);
  }

  absl::Status Append(Table table, std::string_view key,
                      std::string_view value) override {
    if (view_->ended) return EndedError();
    RETURN_IF_ERROR(CheckKey(key));
    RETURN_IF_ERROR(CheckGreatest(table, key));
    return Write(table, key, value);
  }

  absl::Status Delete(Table table, std::string_view key) override {
    return Write(table, key, std::nullopt);
  }

  absl::Status Commit() override {
    if (view_->ended) return EndedError();
    // Before Apply, so that this transaction does not look like a reader.
    view_->books->Drop(&view_->tables);
    view_->books->Apply(&view_->overlay);
    Finish();
    return absl::OkStatus();
  }

 private:
  absl::Status Write(Table table, std::string_view key,
                     std::optional<std::string_view> value) {
    if (view_->ended) return EndedError();
    RETURN_IF_ERROR(CheckKey(key));
    Rows& rows = view_->overlay[static_cast<int>(table)];
    ++view_->writes;
    const bool last = rows.empty() || rows.rbegin()->first < key;
    const Rows::iterator at = last ? rows.end() : rows.lower_bound(key);
    if (at != rows.end() && at->first == key) {
      at->second = value;
    } else {
      rows.emplace_hint(at, key, value);
    }
    return absl::OkStatus();
  }

  absl::Status CheckGreatest(Table table, std::string_view key) {
    const int index = static_cast<int>(table);
    const Rows& base = *view_->tables[index];
    const Rows& over = view_->overlay[index];
    const bool above_base = base.empty() || base.rbegin()->first < key;
    // A live row on top of the overlay answers without a cursor.
    if (above_base && (over.empty() || over.rbegin()->first < key)) {
      return absl::OkStatus();
    }
    MemoryCursor cursor(view_, index);
    ASSIGN_OR_RETURN(const bool any, cursor.SeekLast());
    if (!any || cursor.key() < key) return absl::OkStatus();
    return MakeError(ErrorCode::kCorrupt,
                     absl::StrCat("append to ", TableName(table),
                                  ": the key is not the greatest"));
  }

  void Finish() {
    view_->End();
    view_->books->UnlockWriter();
  }

  std::shared_ptr<View> view_;
};

class MemoryStore : public Store {
 public:
  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() override {
    return std::make_unique<MemoryReadTransaction>(books_);
  }
  absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWrite() override {
    if (!books_->LockWriter()) {
      return MakeError(ErrorCode::kBusy,
                       absl::StrCat("another thread has been writing for ",
                                    kWriterWait.count(), " s"));
    }
    return std::make_unique<MemoryWriteTransaction>(books_);
  }

 private:
  std::shared_ptr<Books> books_ = std::make_shared<Books>();
};

}  // namespace

std::unique_ptr<Store> NewMemoryStore() {
  return std::make_unique<MemoryStore>();
}

}  // namespace drawdown
