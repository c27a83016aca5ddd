#include "bill/row_scout.h"

#include <algorithm>

#include "base/same_text.h"

namespace drawdown {
namespace {

// RowReader::ReadVarying reads them, or nobody does.
constexpr BillColumn kVarying[] = {BillColumn::kChargePeriodEnd,
                                   BillColumn::kChargePeriodStart,
                                   BillColumn::kResourceId,
                                   BillColumn::kResourceName,
                                   BillColumn::kSubAccountId,
                                   BillColumn::kSubAccountName,
                                   BillColumn::kTags};

// Where fewer than half of a batch's rows are like others though there was room
// for more of these, the next ones are not looked at.
constexpr uint64_t kBatchesToRest = 64;

// Split at once where the next row is like none that was expected; then more.
constexpr size_t kFewBytes = 2'048;
constexpr size_t kAllBytes = ~size_t{0};

// Of what rows may be like: the scouts keep so many of them.
constexpr size_t kMaxModelBytes = 4'096;

}  // namespace

// No other column can be read: it has no name.
RowShape::RowShape(const BillLayout& layout, size_t fields) {
  // A mapping makes columns of others, in ways that are not known here.
  if (layout.mapped != nullptr) return;
  std::vector<uint8_t> read(fields, 0);
  for (const int at : layout.index) {
    if (at >= 0) read[static_cast<size_t>(at)] = 1;
  }
  for (const BillColumn column : kVarying) {
    if (layout.Has(column)) read[static_cast<size_t>(layout.At(column))] = 0;
  }
  for (size_t i = 0; i < read.size(); ++i) {
    if (read[i] == 0) continue;
    if (i > 0 && read[i - 1] != 0) {
      runs.back().last = i;
    } else {
      runs.push_back({i, i});
    }
  }
  start = layout.At(BillColumn::kChargePeriodStart);
  end = layout.At(BillColumn::kChargePeriodEnd);
  tags = layout.At(BillColumn::kTags);
}

void RowScout::Split(const CsvReader& reader, CsvBatch* rows,
                     std::vector<RowNote>* notes) {
  reader.BeginRows(rows);
  if (shape_.runs.empty() || resting_ > 0) {
    if (resting_ > 0) --resting_;
    reader.SplitPlain(rows, kAllBytes);
    return NoteRest(*rows, notes);
  }
  alone_ = 0;
  const bool had_room = likes_.size() < kMostLikes;
  size_t bytes = kFewBytes;
  while (true) {
    if (SplitNextLike(reader, rows)) {
      bytes = kFewBytes;
      RowNote& note = AddNote(*rows, notes);
      AddLike(*rows, notes->size() - 1, last_, &note);
      continue;
    }
    if (!reader.SplitPlain(rows, bytes)) break;
    bytes *= 2;
    while (notes->size() < rows->rows()) {
      RowNote& note = AddNote(*rows, notes);
      // What is null may be written in several ways, which are counted.
      const size_t like =
          note.spells_null ? kAlone : FindLike(*rows, notes->size() - 1);
      AddLike(*rows, notes->size() - 1, like, &note);
    }
  }
  if (alone_ > rows->rows() / 2 && had_room) resting_ = kBatchesToRest;
  // Others may have come in the place of those that came before.
  if (likes_.size() == kMostLikes && alone_ > rows->rows() / 4) ForgetLikes();
}

void RowScout::ForgetLikes() {
  likes_.clear();
  last_ = 0;
}

void RowScout::NoteRest(const CsvBatch& rows, std::vector<RowNote>* notes) {
  // Where a limit was found there are fewer than were split.
  notes->resize(std::min(notes->size(), rows.rows()));
  while (notes->size() < rows.rows()) AddNote(rows, notes);
}

// Rows come in much the same order again and again.
bool RowScout::SplitNextLike(const CsvReader& reader, CsvBatch* rows) {
  if (likes_.empty()) return false;
  const size_t next = likes_[last_].next;
  if (!reader.SplitLike(rows, likes_[next].model, shape_.runs)) return false;
  last_ = next;
  return true;
}

// Of the first row that has none.
RowNote& RowScout::AddNote(const CsvBatch& rows, std::vector<RowNote>* notes) {
  const size_t row = notes->size();
  RowNote& note = notes->emplace_back();
  note.identity = IdentityOf(rows, row);
  // All that is a null spelled as text has such an ending, and few rows do.
  note.spells_null = rows.null_ending(row) && SpellsSomeNull(rows, row);
  note.same_times = row > 0 && SameTimes(rows, row);
  return note;
}

void RowScout::AddLike(const CsvBatch& rows, size_t row, size_t like,
                       RowNote* note) {
  if (note->spells_null) ++alone_;
  if (like == kAlone || note->spells_null) return;
  note->like = likes_[like].number;
  note->tags = NumberOfTags(rows, row);
}

Hash128 RowScout::IdentityOf(const CsvBatch& rows, size_t row) {
  if (order_.empty()) return hash_(rows.raw(row));
  rows.GetReordered(row, order_, &reordered_);
  return hash_(reordered_);
}

bool RowScout::SpellsSomeNull(const CsvBatch& rows, size_t row) {
  fields_.resize(rows.width());
  rows.GetFields(row, fields_);
  return std::any_of(fields_.begin(), fields_.end(), SpellsNull);
}

bool RowScout::IsLike(const CsvBatch& rows, size_t row,
                      const Like& like) const {
  for (const CsvRun& run : shape_.runs) {
    if (!SameText(rows.Run(row, run.first, run.last),
                  like.model.Run(run.first, run.last))) {
      return false;
    }
  }
  return true;
}

// The place of what the row is like, which may be new; kAlone where there is no
// room.
size_t RowScout::FindLike(const CsvBatch& rows, size_t row) {
  // Rows come in much the same order again and again.
  if (!likes_.empty()) {
    const size_t next = likes_[last_].next;
    if (IsLike(rows, row, likes_[next])) return last_ = next;
  }
  uint64_t hash = 0;
  for (const CsvRun& run : shape_.runs) {
    hash = FastHash(rows.Run(row, run.first, run.last), hash).low;
  }
  size_t at = 0;
  while (at < likes_.size() &&
         (likes_[at].hash != hash || !IsLike(rows, row, likes_[at]))) {
    ++at;
  }
  if (at == likes_.size()) at = TakeLike(rows, row, hash);
  if (at == kAlone) return at;
  likes_[last_].next = at;
  return last_ = at;
}

// A new place, for what is like the row; kAlone where there is none.
size_t RowScout::TakeLike(const CsvBatch& rows, size_t row, uint64_t hash) {
  ++alone_;
  const size_t at = likes_.size();
  if (at == kMostLikes || rows.raw(row).size() > kMaxModelBytes) return kAlone;
  likes_.push_back({rows.ModelOf(row), at, hash, numbers_.likes.Take()});
  return at;
}

bool RowScout::SameTimes(const CsvBatch& rows, size_t row) const {
  for (const int column : {shape_.start, shape_.end}) {
    if (column < 0) return false;
    const auto at = static_cast<size_t>(column);
    if (!SameText(rows.Run(row, at, at), rows.Run(row - 1, at, at))) {
      return false;
    }
  }
  return true;
}

uint16_t RowScout::NumberOfTags(const CsvBatch& rows, size_t row) {
  if (shape_.tags < 0) return 0;
  const auto at = static_cast<size_t>(shape_.tags);
  // As they stand in the file, quotes and all.
  const std::string_view tags = rows.Run(row, at, at);
  if (tags.empty() || tags.size() > kLongestTags) return 0;
  const Hash128 hash = hash_(tags);
  const auto known = tags_.find(hash);
  if (known != tags_.end()) return known->second;
  const auto number = static_cast<uint16_t>(numbers_.tags.Take());
  if (number != 0) tags_.emplace(hash, number);
  return number;
}

}  // namespace drawdown
