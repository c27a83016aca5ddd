#include "bill/row_feed.h"

#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace drawdown {

RowFeed::RowFeed(CsvReader* reader, const Source* source, uint64_t seed,
                 bool ahead, std::vector<uint32_t> order, RowShape shape)
    : reader_(reader),
      source_(source),
      seed_(seed),
      order_(std::move(order)),
      shape_(std::move(shape)),
      fields_(reader->header().size()) {
  if (!ahead) return;
  try {
    thread_ = std::thread([this] { Work(); });
  } catch (const std::system_error&) {
    // The system has no thread to give: Next() prepares batches itself.
  }
}

RowFeed::~RowFeed() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::string RowFeed::Where() const {
  return absl::StrCat(source_->name(), ":", line());
}

absl::StatusOr<bool> RowFeed::Next() {
  while (taken_batch_ == nullptr || next_row_ == taken().notes.size()) {
    RETURN_IF_ERROR(after_rows_);
    if (taken_batch_ != nullptr) {
      if (taken().thrown) std::rethrow_exception(taken().thrown);
      if (taken().end) return false;
    }
    after_rows_ = TakeBatch();
  }
  row_ = next_row_++;
  line_ = current().line(row_);
  ++rows_;
  has_fields_ = false;
  if (!note().same_times) ++times_;
  return true;
}

// Returns the error that comes after its rows.
absl::Status RowFeed::TakeBatch() {
  Batch& batch = *WaitForNext();
  taken_batch_ = &batch;
  next_row_ = 0;
  ++times_;
  position_ = batch.position;
  if (batch.thrown) {
    batch.notes.clear();  // of what was left half done
    std::rethrow_exception(batch.thrown);
  }
  if (batch.end) return batch.status;
  const absl::Status status = reader_->FinishBlock(&batch.rows);
  caller_.scout.NoteRest(batch.rows, &batch.notes);
  return status;
}

// Gives the batch back that was taken, and takes the next.
RowFeed::Batch* RowFeed::WaitForNext() {
  std::unique_lock lock(mutex_);
  if (taken_batch_ != nullptr) {
    taken_batch_->used = false;
    changed_.notify_all();
  }
  while (taken_ == begun_ || !BegunAt(taken_)->prepared) {
    if (!PrepareNext(&lock, &caller_)) changed_.wait(lock);
  }
  return BegunAt(taken_++);
}

void RowFeed::Work() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (PrepareNext(&lock, &other_)) continue;
    if (ended_) return;
    changed_.wait(lock);
  }
}

// False where the maker has no batch to do it with, or another thread reads;
// mutex_ is held.
bool RowFeed::PrepareNext(std::unique_lock<std::mutex>* lock, Maker* maker) {
  if (ended_ || reading_) return false;
  for (Batch& batch : maker->batches) {
    if (batch.used) continue;
    batch.used = true;
    batch.prepared = false;
    BegunAt(begun_++) = &batch;
    Prepare(lock, &batch, &maker->scout);
    return true;
  }
  return false;
}

// `lock` is of mutex_, and released meanwhile. One thread reads at a time, so
// that blocks are numbered as they come.
void RowFeed::Prepare(std::unique_lock<std::mutex>* lock, Batch* batch,
                      RowScout* scout) {
  reading_ = true;
  lock->unlock();
  const bool more = TakeBlock(batch);
  lock->lock();
  reading_ = false;
  ended_ = !more;
  changed_.notify_all();
  if (more) {
    lock->unlock();
    Split(batch, scout);
    lock->lock();
  }
  batch->prepared = true;
  changed_.notify_all();
}

bool RowFeed::TakeBlock(Batch* batch) {
  batch->notes.clear();
  bool more = false;
  try {
    const absl::StatusOr<bool> block = reader_->TakeBlock(&batch->rows);
    batch->status = block.status();
    more = block.ok() && *block;
    batch->position = source_->position();
  } catch (...) {
    batch->thrown = std::current_exception();
  }
  batch->end = !more;
  return more;
}

void RowFeed::Split(Batch* batch, RowScout* scout) {
  try {
    scout->Split(*reader_, &batch->rows, &batch->notes);
  } catch (...) {
    batch->thrown = std::current_exception();
  }
}

}  // namespace drawdown
