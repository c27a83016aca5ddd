#include "store/transaction.h"

#include <lmdb.h>

#include <string>
#include <thread>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "store/checks.h"
#include "store/lmdb_val.h"
#include "store/table_writer.h"

namespace drawdown {
namespace {

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
  // Before a cursor looks at the table.
  absl::Status FinishLateOf(Table table) {
    return writer ? writer->FinishLateOf(table) : absl::OkStatus();
  }

  // How often it has changed something.
  uint64_t writes() const { return writer ? writer->writes() : 0; }

  std::shared_ptr<Environment> environment;
  MDB_txn* txn = nullptr;
  bool writing = false;
  std::unique_ptr<TableWriter> writer;  // where it is writing
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
    table_ = table;
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
    if (writes_ == session_->writes()) return Move(MDB_NEXT);
    ASSIGN_OR_RETURN(const bool found, Return());
    if (!found) return false;
    if (ToView(key_) == stood_) return Move(MDB_NEXT);
    stood_.assign(ToView(key_));
    return true;
  }
  absl::StatusOr<bool> Previous() override {
    if (!session_->live()) return session_->CheckLive();
    if (!standing_) return false;
    if (writes_ == session_->writes()) return Move(MDB_PREV);
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
    RETURN_IF_ERROR(session_->FinishLateOf(table_));
    const int rc = mdb_cursor_get(cursor_, &key_, &value_, op);
    standing_ = rc == MDB_SUCCESS;
    writes_ = session_->writes();
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
    RETURN_IF_ERROR(session_->FinishLateOf(table_));
    key_ = ToVal(stood_);
    const int rc = mdb_cursor_get(cursor_, &key_, &value_, MDB_SET_RANGE);
    standing_ = rc == MDB_SUCCESS;
    writes_ = session_->writes();
    if (rc == MDB_SUCCESS || rc == MDB_NOTFOUND) return rc == MDB_SUCCESS;
    return session_->environment->CallError(rc, "move a cursor");
  }

  const std::shared_ptr<Session> session_;
  Table table_ = Table::kMeta;
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

class LmdbWriteTransaction : public WriteTransaction {
 public:
  explicit LmdbWriteTransaction(std::shared_ptr<Session> session)
      : session_(std::move(session)) {}
  ~LmdbWriteTransaction() override {
    if (session_->txn != nullptr) session_->environment->AbortWrite(End());
  }
  LmdbWriteTransaction(const LmdbWriteTransaction&) = delete;  // Ends once.
  LmdbWriteTransaction& operator=(const LmdbWriteTransaction&) = delete;

  absl::StatusOr<std::optional<std::string_view>> Get(
      Table table, std::string_view key) override {
    RETURN_IF_ERROR(session_->CheckLive());
    return writer().Get(table, key);
  }
  absl::StatusOr<std::unique_ptr<Cursor>> NewCursor(Table table) override {
    return CursorOver(session_, table);
  }

  absl::Status Put(Table table, std::string_view key,
                   std::string_view value) override {
    RETURN_IF_ERROR(session_->CheckLive());
    return writer().Put(table, key, value, Place::kAnywhere);
  }
  absl::Status Append(Table table, std::string_view key,
                      std::string_view value) override {
    RETURN_IF_ERROR(session_->CheckLive());
    return writer().Put(table, key, value, Place::kAtEnd);
  }
  absl::Status PutLate(Table table, std::string_view key,
                       std::string_view value) override {
    RETURN_IF_ERROR(session_->CheckLive());
    return writer().PutLate(table, key, value, Place::kAnywhere);
  }
  absl::Status AppendLate(Table table, std::string_view key,
                          std::string_view value) override {
    RETURN_IF_ERROR(session_->CheckLive());
    return writer().PutLate(table, key, value, Place::kAtEnd);
  }
  absl::Status Delete(Table table, std::string_view key) override {
    RETURN_IF_ERROR(session_->CheckLive());
    return writer().Delete(table, key);
  }
  absl::Status Commit() override;

 private:
  using Place = TableWriter::Place;

  TableWriter& writer() { return *session_->writer; }
  MDB_txn* End() {
    // LMDB's writer lock belongs to the thread that took it.
    CHECK(session_->environment->forked() ||
          thread_ == std::this_thread::get_id());
    return std::exchange(session_->txn, nullptr);
  }

  const std::shared_ptr<Session> session_;
  const std::thread::id thread_ = std::this_thread::get_id();
};

absl::Status LmdbWriteTransaction::Commit() {
  RETURN_IF_ERROR(session_->CheckLive());
  if (!writer().failure().ok()) {
    session_->environment->AbortWrite(End());
    return WithContext(writer().failure(), "not committed");
  }
  return session_->environment->CommitWrite(End(), &writer());
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
  session->writer =
      std::make_unique<TableWriter>(session->environment.get(), session->txn);
  return std::make_unique<LmdbWriteTransaction>(std::move(session));
}

}  // namespace drawdown
