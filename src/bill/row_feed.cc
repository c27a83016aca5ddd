#include "bill/row_feed.h"

#include <system_error>

#include "absl/strings/str_cat.h"

namespace drawdown {
namespace {

// Enough that handing over costs nothing, and little beside the processor's
// cache.
constexpr size_t kBatchBytes = size_t{128} << 10;

}  // namespace

RowFeed::RowFeed(CsvReader* reader, const Source* source, bool ahead)
    : reader_(reader),
      source_(source),
      width_(reader->header().size()),
      fields_(width_) {
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
  return absl::StrCat(source_->name(), ":", line_);
}

absl::StatusOr<bool> RowFeed::Next() {
  while (taken_ == 0 || next_row_ == batches_[(taken_ - 1) % 2].rows.size()) {
    if (taken_ != 0) {
      const Batch& done = batches_[(taken_ - 1) % 2];
      if (!done.status.ok()) return done.status;
      if (done.last) return false;
    }
    TakeBatch();
  }
  const Batch& batch = batches_[(taken_ - 1) % 2];
  const Row& row = batch.rows[next_row_];
  raw_ =
      std::string_view(batch.text).substr(text_begin_, row.end - text_begin_);
  const uint32_t* const ends = batch.ends.data() + next_row_ * width_;
  uint32_t begin = 0;
  for (size_t i = 0; i < width_; ++i) {
    fields_[i] = raw_.substr(begin, ends[i] - begin);
    begin = ends[i] + 1;
  }
  quoted_ = batch.quoted.data() + next_row_ * width_;
  line_ = row.line;
  text_begin_ = row.end;
  ++next_row_;
  ++rows_;
  return true;
}

void RowFeed::TakeBatch() {
  if (thread_.joinable()) {
    std::unique_lock lock(mutex_);
    ++taken_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return filled_ >= taken_; });
  } else {
    Fill(&batches_[taken_ % 2]);
    ++taken_;
  }
  next_row_ = 0;
  text_begin_ = 0;
  position_ = batches_[(taken_ - 1) % 2].position;
}

void RowFeed::Work() {
  for (uint64_t next = 0;; ++next) {
    Batch& batch = batches_[next % 2];
    Fill(&batch);
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
  batch->text.clear();
  batch->ends.clear();
  batch->quoted.clear();
  batch->rows.clear();
  while (batch->text.size() < kBatchBytes) {
    const absl::StatusOr<bool> more = reader_->Next();
    batch->status = more.status();
    batch->last = !more.ok() || !*more;
    if (batch->last) break;
    AddRow(batch);
  }
  batch->position = source_->position();
}

void RowFeed::AddRow(Batch* batch) {
  const size_t begin = batch->text.size();
  const std::span<const std::string_view> fields = reader_->fields();
  const size_t first = batch->ends.size();
  batch->ends.resize(first + width_);
  batch->quoted.resize(first + width_);
  for (size_t i = 0; i < width_; ++i) {
    batch->text.append(fields[i]);
    batch->ends[first + i] = static_cast<uint32_t>(batch->text.size() - begin);
    batch->text.push_back('\0');
    batch->quoted[first + i] = reader_->quoted(i) ? 1 : 0;
  }
  batch->rows.push_back({batch->text.size(), reader_->line()});
}

}  // namespace drawdown
