#include "bill/row_feed.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace drawdown {
namespace {

bool SomeSpellsNull(std::span<const std::string_view> fields) {
  return std::any_of(fields.begin(), fields.end(), SpellsNull);
}

}  // namespace

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
  has_fields_ = false;
  // All that is a null spelled as text has such an ending, and few rows do.
  spells_null_ = current().null_ending(row_) && SomeSpellsNull(fields());
  return true;
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
  identities_.clear();
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
}

// The caller's work: its thread has less to do than the one that reads.
Hash128 RowFeed::IdentityOf(size_t row) {
  while (identities_.size() <= row) {
    identities_.push_back(HashOf(identities_.size()));
  }
  return identities_[row];
}

Hash128 RowFeed::HashOf(size_t row) {
  if (order_.empty()) return FastHash(current().raw(row), seed_);
  current().GetReordered(row, order_, &reordered_);
  return FastHash(reordered_, seed_);
}

}  // namespace drawdown
