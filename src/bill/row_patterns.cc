#include "bill/row_patterns.h"

#include <utility>

#include "base/check.h"
#include "base/fast_hash.h"
#include "base/same_text.h"
#include "bill/row_reader.h"
#include "bill/totals.h"

namespace drawdown {
namespace {

constexpr size_t kMaxText = 4'096;  // of a row that may become a pattern

// Of so many rows at least half must be known; else the next ones are read in
// full without a look.
constexpr uint64_t kRowsPerJudgement = 4'096;
constexpr uint64_t kRowsToRest = 16 * kRowsPerJudgement;

}  // namespace

RowPatterns::RowPatterns(const RowFeed* feed, uint64_t* likes)
    : feed_(feed),
      likes_(likes),
      runs_(feed->shape().runs),
      now_(runs_.size()) {
  if (runs_.empty()) resting_ = kForEver;
}

bool RowPatterns::IsAt(size_t place) const {
  const Slot* const slot = slots_[place].get();
  if (slot == nullptr) return false;
  for (size_t i = 0; i < now_.size(); ++i) {
    if (!SameText(slot->runs[i], now_[i])) return false;
  }
  return true;
}

void RowPatterns::HashRow() {
  hash_ = 0;
  for (const std::string_view run : now_) hash_ = FastHash(run, hash_).low;
  place_ = hash_ % kMostLikes;
}

void RowPatterns::Judge() {
  if (found_ < looked_ / 2) resting_ = kRowsToRest;
  looked_ = found_ = 0;
}

RowPattern* RowPatterns::Find() {
  place_ = kNowhere;
  if (resting_ != 0) {
    if (resting_ != kForEver) --resting_;
    return nullptr;
  }
  const RowNote& note = feed_->note();
  // What is null may be written in several ways, which are counted.
  if (note.spells_null) return nullptr;
  if (++looked_ == kRowsPerJudgement) Judge();
  Known& known = known_[note.like % kKnown];
  RowPattern* found =
      note.like != 0 && known.like == note.like ? FindKnown(known) : nullptr;
  if (found == nullptr) {
    found = FindAnew();
    if (found != nullptr) known = {note.like, found->row.like};
  }
  if (found != nullptr) ++found_;
  return found;
}

// Null where another has taken its place.
RowPattern* RowPatterns::FindKnown(const Known& known) const {
  Slot* const slot = slots_[known.pattern % kMostLikes].get();
  return slot != nullptr && slot->pattern.row.like == known.pattern
             ? &slot->pattern
             : nullptr;
}

RowPattern* RowPatterns::FindAnew() {
  for (size_t i = 0; i < runs_.size(); ++i) {
    now_[i] = feed_->run(runs_[i].first, runs_[i].last);
  }
  // Rows come in much the same order again and again.
  size_t at = last_ == kNowhere ? 0 : slots_[last_]->next;
  if (!IsAt(at)) {
    HashRow();
    if (!IsAt(place_)) return nullptr;
    at = std::exchange(place_, kNowhere);
    if (last_ != kNowhere) slots_[last_]->next = at;
  }
  last_ = at;
  return &slots_[at]->pattern;
}

void RowPatterns::Consider(const BillRow& row, RowReader* reader,
                           BillTotals* totals) {
  // `applied` would be the reader's.
  if (place_ == kNowhere || !row.applied.empty()) return;
  if (std::exchange(seen_[place_], hash_) != hash_) return;
  if (TextSize() > kMaxText) return;
  std::unique_ptr<Slot>& slot = slots_[place_];
  if (slot != nullptr) AddUp(&slot->pattern, totals);
  if (slot == nullptr) slot = std::make_unique<Slot>();
  Make(row, reader, slot.get());
}

size_t RowPatterns::TextSize() const {
  size_t size = 0;
  for (const std::string_view field : feed_->fields()) size += field.size();
  for (const std::string_view run : now_) size += run.size();
  return size;
}

void RowPatterns::Make(const BillRow& row, RowReader* reader, Slot* slot) {
  slot->text.clear();
  slot->text.reserve(TextSize());  // what points into it must stay
  const auto keep = [slot](std::string_view text) {
    const size_t begin = slot->text.size();
    slot->text += text;
    return std::string_view(slot->text).substr(begin);
  };
  std::vector<std::string_view> fields;
  for (const std::string_view field : feed_->fields()) {
    fields.push_back(keep(field));
  }
  slot->runs.clear();
  for (const std::string_view run : now_) slot->runs.push_back(keep(run));
  slot->pattern.row = row;
  slot->pattern.row.like = ++*likes_ * kMostLikes + place_;
  CHECK(reader->ReadFields(fields, &slot->pattern.row).ok());
}

void RowPatterns::AddUp(BillTotals* totals) {
  for (const std::unique_ptr<Slot>& slot : slots_) {
    if (slot != nullptr) AddUp(&slot->pattern, totals);
  }
}

void RowPatterns::AddUp(RowPattern* pattern, BillTotals* totals) {
  if (pattern->rows == 0) return;
  totals->AddAgain(pattern->row, std::exchange(pattern->rows, 0));
}

}  // namespace drawdown
