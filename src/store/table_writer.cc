#include "store/table_writer.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "store/checks.h"
#include "store/environment.h"
#include "store/lmdb_val.h"

namespace drawdown {
namespace {

void Close(MDB_cursor** cursor) {
  if (*cursor != nullptr) mdb_cursor_close(std::exchange(*cursor, nullptr));
}

}  // namespace

TableWriter::TableWriter(Environment* environment, MDB_txn* txn)
    : environment_(environment), txn_(txn), logged_(environment->logs()) {}

TableLoad& TableWriter::LoadOf(Table table) {
  TableLoad& load = load_[static_cast<int>(table)];
  if (!std::exchange(load.changed, true)) load.before = ShapeOf(table);
  return load;
}

TableShape TableWriter::ShapeOf(Table table) const {
  MDB_stat stat{};
  mdb_stat(txn_, environment_->dbi(table), &stat);
  return {stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages,
          stat.ms_depth};
}

int TableWriter::Open(Table table, MDB_cursor** cursor) {
  if (*cursor != nullptr) return MDB_SUCCESS;
  return mdb_cursor_open(txn_, environment_->dbi(table), cursor);
}

absl::Status TableWriter::Check(std::string_view key) const {
  RETURN_IF_ERROR(failure_);
  return CheckKey(key);
}

absl::Status TableWriter::Fail(int rc, Table table) {
  failure_ =
      environment_->CallError(rc, absl::StrCat("write ", TableName(table)));
  return failure_;
}

absl::StatusOr<std::optional<std::string_view>> TableWriter::Get(
    Table table, std::string_view key) {
  RETURN_IF_ERROR(CheckKey(key));
  const int index = static_cast<int>(table);
  if (key <= greatest_late_[index]) RETURN_IF_ERROR(FinishLateOf(table));
  MDB_cursor*& cursor = getters_[index];
  MDB_val wanted = ToVal(key);
  MDB_val found;
  int rc = Open(table, &cursor);
  if (rc == MDB_SUCCESS) rc = mdb_cursor_get(cursor, &wanted, &found, MDB_SET);
  if (rc == MDB_SUCCESS) return ToView(found);
  if (rc == MDB_NOTFOUND) return std::nullopt;
  return environment_->CallError(rc, absl::StrCat("read ", TableName(table)));
}

absl::Status TableWriter::PutNow(Table table, std::string_view key,
                                 std::string_view value, Place place) {
  const int index = static_cast<int>(table);
  TableLoad& load = LoadOf(table);
  MDB_cursor*& cursor = putters_[index];
  const bool appends = place == Place::kAtEnd;
  // A cursor that has appended takes its page for the last one, which a put
  // before it may change by splitting that page.
  if (appended_last_[index] && !appends) Close(&cursor);
  appended_last_[index] = appends;
  MDB_val at = ToVal(key);
  MDB_val bytes = ToVal(value);
  ++writes_;
  int rc = Open(table, &cursor);
  if (rc == MDB_SUCCESS) {
    rc = mdb_cursor_put(cursor, &at, &bytes, appends ? MDB_APPEND : 0);
  }
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
  load.scattered += appends ? 0 : 1;
  load.appended |= appends;
  load.overflow_pages +=
      OverflowPages(key.size(), value.size(), environment_->page_size());
  return absl::OkStatus();
}

absl::Status TableWriter::Put(Table table, std::string_view key,
                              std::string_view value, Place place) {
  RETURN_IF_ERROR(Check(key));
  RETURN_IF_ERROR(FinishLateOf(table));
  record_.Reserve(key, value.size());
  RETURN_IF_ERROR(PutNow(table, key, value, place));
  record_.NotePut(table, key, value);
  return absl::OkStatus();
}

absl::Status TableWriter::PutLate(Table table, std::string_view key,
                                  std::string_view value, Place place) {
  if (!logged_ || !record_.HasRoomFor(key, value.size())) {
    return Put(table, key, value, place);
  }
  RETURN_IF_ERROR(Check(key));
  const int index = static_cast<int>(table);
  // Whatever memory runs out for comes first: then nothing was done.
  record_.Reserve(key, value.size());
  if (!HasLate(table) || key > greatest_late_[index]) {
    greatest_late_[index].assign(key);
  }
  late_.push_back({record_.next_at(), table, place});
  record_.NotePut(table, key, value);
  ++late_of_[index];
  ++writes_;
  return absl::OkStatus();
}

absl::Status TableWriter::Finish(const Late& late) {
  const RedoOperation noted = record_.At(late.at);
  const absl::Status put =
      PutNow(noted.table, noted.key, noted.value, late.place);
  if (!put.ok()) failure_ = put;
  return put;
}

absl::Status TableWriter::FinishLate() {
  RETURN_IF_ERROR(failure_);
  for (const Late& late : late_) RETURN_IF_ERROR(Finish(late));
  late_.clear();
  late_of_.fill(0);
  return absl::OkStatus();
}

absl::Status TableWriter::FinishLateOf(Table table) {
  if (!HasLate(table)) return absl::OkStatus();
  RETURN_IF_ERROR(failure_);
  size_t others = 0;
  for (const Late& late : late_) {
    if (late.table == table) {
      RETURN_IF_ERROR(Finish(late));
    } else {
      late_[others++] = late;
    }
  }
  late_.resize(others);
  late_of_[static_cast<int>(table)] = 0;
  return absl::OkStatus();
}

absl::Status TableWriter::Delete(Table table, std::string_view key) {
  RETURN_IF_ERROR(Check(key));
  RETURN_IF_ERROR(FinishLateOf(table));
  const int index = static_cast<int>(table);
  TableLoad& load = LoadOf(table);
  load.peak_pages = std::max(load.peak_pages, ShapeOf(table).pages);
  // A deletion may merge the pages they stand on.
  Close(&getters_[index]);
  Close(&putters_[index]);
  record_.Reserve(key, 0);
  MDB_val at = ToVal(key);
  ++writes_;
  const int rc = mdb_del(txn_, environment_->dbi(table), &at, nullptr);
  if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND) return Fail(rc, table);
  if (rc == MDB_SUCCESS) record_.NoteDelete(table, key);
  ++load.scattered;
  return absl::OkStatus();
}

}  // namespace drawdown
