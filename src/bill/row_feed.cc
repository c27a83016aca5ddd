#include "bill/row_feed.h"

#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace drawdown {
RowFeed::RowFeed(CsvReader* reader, const Source* source, uint64_t seed,
                 bool ahead, std::vector<uint32_t> order)
    : reader_(reader),
      source_(source),
      seed_(seed),
      order_(std::move(order)),
      fields_(reader->header().size()) {
  if (!ahead) return;
  try {
    thread_ = std::thread([this] { Work(); });
  } catch (const std::system_error&) {
    // The system has no thread to give: Next() fills batches itself.
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
  while (taken_ == 0 || next_row_ == current().rows()) {
    if (taken_ != 0) {
      if (!taken().status.ok()) return taken().status;
      if (taken().last) return false;
    }
    TakeBatch();
  }
  row_ = next_row_++;
  line_ = current().line(row_);
  ++rows_;
  SetFields();
  return true;
}

void RowFeed::SetFields() {
  const char* const raw = current().raw(row_).data();
  const std::span<const uint32_t> ends = current().ends(row_);
  uint32_t begin = 0;
  for (size_t i = 0; i < ends.size(); ++i) {
    fields_[i] = {raw + begin, ends[i] - begin};
    begin = ends[i] + 1;
  }
}

void RowFeed::TakeBatch() {
  if (thread_.joinable()) {
    std::unique_lock lock(mutex_);
    ++taken_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return filled_ >= taken_; });
    if (taken().thrown) std::rethrow_exception(taken().thrown);
  } else {
    Fill(&batches_[taken_ % 2]);
    ++taken_;
  }
  next_row_ = 0;
  position_ = taken().position;
}

void RowFeed::Work() {
  for (uint64_t next = 0;; ++next) {
    Batch& batch = batches_[next % 2];
    try {
      Fill(&batch);
    } catch (...) {
      batch.thrown = std::current_exception();
      batch.last = true;
    }
    const bool last = batch.last;
    std::unique_lock lock(mutex_);
    filled_ = next + 1;
    changed_.notify_all();
    // The other batch is free once the caller has begun this one.
    changed_.wait(lock, [&] { return stop_ || taken_ > next; });
    if (stop_ || last) return;
  }
}

void RowFeed::Fill(Batch* batch) {
  const absl::StatusOr<bool> more = reader_->NextBatch(&batch->rows);
  batch->status = more.status();
  batch->last = !more.ok() || !*more;
  batch->position = source_->position();
  batch->notes.clear();
  for (size_t row = 0; row < batch->rows.rows(); ++row) {
    batch->notes.push_back(NoteOf(batch->rows, row));
  }
}

Hash128 RowFeed::HashOf(const CsvBatch& rows, size_t row) {
  const std::string_view raw = rows.raw(row);
  if (order_.empty()) return FastHash(raw, seed_);
  const std::span<const uint32_t> ends = rows.ends(row);
  reordered_.clear();
  for (const uint32_t column : order_) {
    const uint32_t begin = column == 0 ? 0 : ends[column - 1] + 1;
    reordered_.append(raw.substr(begin, ends[column] - begin));
    reordered_.push_back('\0');
  }
  return FastHash(reordered_, seed_);
}

RowFeed::Note RowFeed::NoteOf(const CsvBatch& rows, size_t row) {
  const std::string_view raw = rows.raw(row);
  Note note{HashOf(rows, row), false};
  uint32_t begin = 0;
  for (const uint32_t end : rows.ends(row)) {
    note.spells_null |= SpellsNull({raw.data() + begin, end - begin});
    begin = end + 1;
  }
  return note;
}

}  // namespace drawdown
