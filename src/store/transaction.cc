#include "store/transaction.h"

#include <lmdb.h>

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "store/redo_format.h"

namespace drawdown {
namespace {

MDB_val ToVal(std::string_view bytes) {
  // LMDB does not write through it.
  return MDB_val{bytes.size(), const_cast<char*>(bytes.data())};
}
std::string_view ToView(const MDB_val& val) {
  return {static_cast<const char*>(val.mv_data), val.mv_size};
}

absl::Status CheckKey(std::string_view key) {
  if (!key.empty() && key.size() <= kMaxKeyBytes) return absl::OkStatus();
  return MakeError(ErrorCode::kInvalidArgument,
                   absl::StrCat("key of ", key.size(),
                                " bytes; a key has 1 to ", kMaxKeyBytes));
}

// A transaction as it and its cursors share it. `txn` is null once it ended.
struct Session {
  explicit Session(std::shared_ptr<Environment> of)
      : environment(std::move(of)) {}
  Session(const Session&) = delete;  // Ends its transaction.
  Session& operator=(const Session&) = delete;
  // Only what memory ran out for, before it had an owner, has not ended.
  ~Session() {
    if (txn == nullptr) return;
    if (writing) {
      environment->AbortWrite(txn);
    } else {
      environment->EndRead(txn);
    }
  }

  bool live() const { return txn != nullptr && !environment->forked(); }
  absl::Status CheckLive() const {
    if (txn == nullptr) {
      return MakeError(ErrorCode::kWrongState, "the transaction has ended");
    }
    return environment->CheckNotForked();
  }

  std::shared_ptr<Environment> environment;
  MDB_txn* txn = nullptr;
  bool writing = false;
  uint64_t writes = 0;
};

class LmdbCursor : public Cursor {
 public:
  explicit LmdbCursor(std::shared_ptr<Session> session)
      : session_(std::move(session)) {}
  ~LmdbCursor() override {
    if (cursor_ == nullptr) return;
    // LMDB frees a writer's cursors itself when the writer ends.
    const bool freed = session_->writing && session_->txn == nullptr;
    if (!freed && !session_->environment->forked()) mdb_cursor_close(cursor_);
  }
  LmdbCursor(const LmdbCursor&) = delete;  // Owns the LMDB cursor.
  LmdbCursor& operator=(const LmdbCursor&) = delete;

  // Once, before anything else is asked.
  absl::Status Open(Table table) {
    RETURN_IF_ERROR(session_->CheckLive());
    const int rc = mdb_cursor_open(session_->txn,
                                   session_->environment->dbi(table), &cursor_);
    if (rc == MDB_SUCCESS) return absl::OkStatus();
    return session_->environment->CallError(
        rc, absl::StrCat("walk ", TableName(table)));
  }

  absl::StatusOr<bool> SeekAtLeast(std::string_view key) override {
    RETURN_IF_ERROR(session_->CheckLive());
    if (key.empty()) return Move(MDB_FIRST);
    RETURN_IF_ERROR(CheckKey(key));
    key_ = ToVal(key);
    return Move(MDB_SET_RANGE);
  }
  absl::StatusOr<bool> SeekLast() override {
    RETURN_IF_ERROR(session_->CheckLive());
    return Move(MDB_LAST);
  }
  absl::StatusOr<bool> Next() override {
    if (!session_->live()) return session_->CheckLive();
    if (!standing_) return false;
    if (writes_ == session_->writes) return Move(MDB_NEXT);
    ASSIGN_OR_RETURN(const bool found, Return());
    if (!found) return false;
    if (ToView(key_) == stood_) return Move(MDB_NEXT);
    stood_.assign(ToView(key_));
    return true;
  }
  absl::StatusOr<bool> Previous() override {
    if (!session_->live()) return session_->CheckLive();
    if (!standing_) return false;
    if (writes_ == session_->writes) return Move(MDB_PREV);
    ASSIGN_OR_RETURN(const bool found, Return());
    return Move(found ? MDB_PREV : MDB_LAST);
  }

  std::string_view key() const override {
    CHECK(standing_);
    return ToView(key_);
  }
  std::string_view value() const override {
    CHECK(standing_);
    return ToView(value_);
  }

 private:
  absl::StatusOr<bool> Move(MDB_cursor_op op) {
    const int rc = mdb_cursor_get(cursor_, &key_, &value_, op);
    standing_ = rc == MDB_SUCCESS;
    writes_ = session_->writes;
    if (rc == MDB_NOTFOUND) return false;
    if (rc != MDB_SUCCESS) {
      return session_->environment->CallError(rc, "move a cursor");
    }
    // A later write may move or delete the record, so a writer keeps the key.
    if (session_->writing) stood_.assign(ToView(key_));
    return true;
  }

  // After writes: to the key where it stood, or the next one.
  absl::StatusOr<bool> Return() {
    key_ = ToVal(stood_);
    const int rc = mdb_cursor_get(cursor_, &key_, &value_, MDB_SET_RANGE);
    standing_ = rc == MDB_SUCCESS;
    writes_ = session_->writes;
    if (rc == MDB_SUCCESS || rc == MDB_NOTFOUND) return rc == MDB_SUCCESS;
    return session_->environment->CallError(rc, "move a cursor");
  }

  const std::shared_ptr<Session> session_;
  MDB_cursor* cursor_ = nullptr;
  MDB_val key_{};
  MDB_val value_{};
  bool standing_ = false;
  uint64_t writes_ = 0;
  std::string stood_;
};

absl::StatusOr<std::optional<std::string_view>> GetFrom(const Session& session,
                                                        Table table,
                                                        std::string_view key) {
  RETURN_IF_ERROR(session.CheckLive());
  RETURN_IF_ERROR(CheckKey(key));
  MDB_val wanted = ToVal(key);
  MDB_val found;
  const int rc =
      mdb_get(session.txn, session.environment->dbi(table), &wanted, &found);
  if (rc == MDB_SUCCESS) return ToView(found);
  if (rc == MDB_NOTFOUND) return std::nullopt;
  return session.environment->CallError(
      rc, absl::StrCat("read ", TableName(table)));
}

absl::StatusOr<std::unique_ptr<Cursor>> CursorOver(
    const std::shared_ptr<Session>& session, Table table) {
  auto cursor = std::make_unique<LmdbCursor>(session);
  RETURN_IF_ERROR(cursor->Open(table));
  return cursor;
}

class LmdbReadTransaction : public ReadTransaction {
 public:
  explicit LmdbReadTransaction(std::shared_ptr<Session> session)
      : session_(std::move(session)) {}
  ~LmdbReadTransaction() override {
    session_->environment->EndRead(std::exchange(session_->txn, nullptr));
  }
  LmdbReadTransaction(const LmdbReadTransaction&) = delete;  // Ends once.
  LmdbReadTransaction& operator=(const LmdbReadTransaction&) = delete;

  absl::StatusOr<std::optional<std::string_view>> Get(
      Table table, std::string_view key) override {
    return GetFrom(*session_, table, key);
  }
  absl::StatusOr<std::unique_ptr<Cursor>> NewCursor(Table table) override {
    return CursorOver(session_, table);
  }

 private:
  const std::shared_ptr<Session> session_;
};

TableShape ShapeOf(const Session& session, int table) {
  MDB_stat stat{};
  mdb_stat(session.txn, session.environment->dbi(static_cast<Table>(table)),
           &stat);
  return {stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages,
          stat.ms_depth};
}

class LmdbWriteTransaction : public WriteTransaction {
 public:
  explicit LmdbWriteTransaction(std::shared_ptr<Session> session)
      : session_(std::move(session)) {
    for (int i = 0; i < kTableCount; ++i) {
      load_[i].before = ShapeOf(*session_, i);
    }
  }
  ~LmdbWriteTransaction() override {
    if (session_->txn != nullptr) session_->environment->AbortWrite(End());
  }
  LmdbWriteTransaction(const LmdbWriteTransaction&) = delete;  // Ends once.
  LmdbWriteTransaction& operator=(const LmdbWriteTransaction&) = delete;

  absl::StatusOr<std::optional<std::string_view>> Get(
      Table table, std::string_view key) override;
  absl::StatusOr<std::unique_ptr<Cursor>> NewCursor(Table table) override {
    return CursorOver(session_, table);
  }

  absl::Status Put(Table table, std::string_view key,
                   std::string_view value) override {
    return Write(table, key, value, 0);
  }
  absl::Status Append(Table table, std::string_view key,
                      std::string_view value) override {
    return Write(table, key, value, MDB_APPEND);
  }
  absl::Status Delete(Table table, std::string_view key) override;
  absl::Status Commit() override;

 private:
  absl::Status CheckWritable(std::string_view key) const {
    RETURN_IF_ERROR(session_->CheckLive());
    RETURN_IF_ERROR(failure_);
    return CheckKey(key);
  }
  absl::Status Write(Table table, std::string_view key, std::string_view value,
                     unsigned flags);
  int Open(Table table, MDB_cursor** cursor);
  static void Close(MDB_cursor** cursor);
  absl::Status Fail(int rc, Table table) {
    failure_ = session_->environment->CallError(
        rc, absl::StrCat("write ", TableName(table)));
    return failure_;
  }
  MDB_txn* End() {
    // LMDB's writer lock belongs to the thread that took it.
    CHECK(session_->environment->forked() ||
          thread_ == std::this_thread::get_id());
    return std::exchange(session_->txn, nullptr);
  }

  const std::shared_ptr<Session> session_;
  const std::thread::id thread_ = std::this_thread::get_id();
  WriteLoad load_{};
  RedoRecord record_;
  // One cursor a table for Get and one for Put and Append: a key beside the one
  // before it is then found on the same page, without a descent. LMDB frees
  // them with the transaction.
  std::array<MDB_cursor*, kTableCount> getters_{};
  std::array<MDB_cursor*, kTableCount> putters_{};
  std::array<bool, kTableCount> appended_last_{};
  absl::Status failure_;
};

int LmdbWriteTransaction::Open(Table table, MDB_cursor** cursor) {
  if (*cursor != nullptr) return MDB_SUCCESS;
  return mdb_cursor_open(session_->txn, session_->environment->dbi(table),
                         cursor);
}

void LmdbWriteTransaction::Close(MDB_cursor** cursor) {
  if (*cursor != nullptr) mdb_cursor_close(std::exchange(*cursor, nullptr));
}

absl::StatusOr<std::optional<std::string_view>> LmdbWriteTransaction::Get(
    Table table, std::string_view key) {
  RETURN_IF_ERROR(session_->CheckLive());
  RETURN_IF_ERROR(CheckKey(key));
  MDB_cursor*& cursor = getters_[static_cast<int>(table)];
  MDB_val wanted = ToVal(key);
  MDB_val found;
  int rc = Open(table, &cursor);
  if (rc == MDB_SUCCESS) rc = mdb_cursor_get(cursor, &wanted, &found, MDB_SET);
  if (rc == MDB_SUCCESS) return ToView(found);
  if (rc == MDB_NOTFOUND) return std::nullopt;
  return session_->environment->CallError(
      rc, absl::StrCat("read ", TableName(table)));
}

absl::Status LmdbWriteTransaction::Write(Table table, std::string_view key,
                                         std::string_view value,
                                         unsigned flags) {
  RETURN_IF_ERROR(CheckWritable(key));
  const int index = static_cast<int>(table);
  TableLoad& load = load_[index];
  MDB_cursor*& cursor = putters_[index];
  const bool appends = flags != 0;
  record_.Reserve(key, value.size());
  // A cursor that has appended takes its page for the last one, which a put
  // before it may change by splitting that page.
  if (appended_last_[index] && !appends) Close(&cursor);
  appended_last_[index] = appends;
  MDB_val at = ToVal(key);
  MDB_val bytes = ToVal(value);
  ++session_->writes;
  int rc = Open(table, &cursor);
  if (rc == MDB_SUCCESS) rc = mdb_cursor_put(cursor, &at, &bytes, flags);
  if (rc == MDB_KEYEXIST) {
    return MakeError(ErrorCode::kCorrupt,
                     absl::StrCat("append to ", TableName(table),
                                  ": the key is not the greatest"));
  }
  if (rc == MDB_BAD_VALSIZE) {
    return MakeError(ErrorCode::kInvalidArgument,
                     absl::StrCat("value of ", value.size(), " bytes"));
  }
  if (rc != MDB_SUCCESS) return Fail(rc, table);
  record_.NotePut(table, key, value);
  load.scattered += appends ? 0 : 1;
  load.appended |= appends;
  load.overflow_pages += OverflowPages(key.size(), value.size(),
                                       session_->environment->page_size());
  return absl::OkStatus();
}

absl::Status LmdbWriteTransaction::Delete(Table table, std::string_view key) {
  RETURN_IF_ERROR(CheckWritable(key));
  const int index = static_cast<int>(table);
  TableLoad& load = load_[index];
  load.peak_pages = std::max(load.peak_pages, ShapeOf(*session_, index).pages);
  // A deletion may merge the pages they stand on.
  Close(&getters_[index]);
  Close(&putters_[index]);
  record_.Reserve(key, 0);
  MDB_val at = ToVal(key);
  ++session_->writes;
  const int rc =
      mdb_del(session_->txn, session_->environment->dbi(table), &at, nullptr);
  if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND) return Fail(rc, table);
  if (rc == MDB_SUCCESS) record_.NoteDelete(table, key);
  ++load.scattered;
  return absl::OkStatus();
}

absl::Status LmdbWriteTransaction::Commit() {
  RETURN_IF_ERROR(session_->CheckLive());
  if (!failure_.ok()) {
    session_->environment->AbortWrite(End());
    return WithContext(failure_, "not committed");
  }
  return session_->environment->CommitWrite(End(), load_, &record_);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginLmdbRead(
    std::shared_ptr<Environment> environment, Deadline deadline) {
  auto session = std::make_shared<Session>(std::move(environment));
  ASSIGN_OR_RETURN(session->txn, session->environment->BeginRead(deadline));
  return std::make_unique<LmdbReadTransaction>(std::move(session));
}

absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginLmdbWrite(
    std::shared_ptr<Environment> environment, Deadline deadline) {
  auto session = std::make_shared<Session>(std::move(environment));
  session->writing = true;
  ASSIGN_OR_RETURN(session->txn, session->environment->BeginWrite(deadline));
  return std::make_unique<LmdbWriteTransaction>(std::move(session));
}

}  // namespace drawdown
