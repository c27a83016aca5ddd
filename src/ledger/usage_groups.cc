#include "ledger/usage_groups.h"

#include <algorithm>
#include <bit>

#include "drawdown/units.h"

namespace drawdown {
namespace {

bool OfTime(UsageDimension dimension) {
  return dimension != UsageDimension::kTenant &&
         dimension != UsageDimension::kPool;
}

void SortUnique(std::vector<std::string>* texts) {
  std::sort(texts->begin(), texts->end());
  texts->erase(std::unique(texts->begin(), texts->end()), texts->end());
}

GroupPlace RankOf(const std::vector<std::string>& texts,
                  const std::string& text) {
  return std::lower_bound(texts.begin(), texts.end(), text) - texts.begin();
}

}  // namespace

GroupPlaces::GroupPlaces(const std::vector<UsageDimension>& by,
                         const PathsById& tenants, const PathsById& pools,
                         const TimeSlices& slices)
    : slices_(slices), column_of_(by.size()) {
  for (size_t i = by.size(); i-- > 0;) {
    // Asked for again, a dimension adds no groups.
    if (std::find(by.begin(), by.begin() + i, by[i]) != by.begin() + i) {
      continue;
    }
    if (by[i] == UsageDimension::kTenant) {
      tenants_ = Rank(tenants, AddColumn(by[i], tenants.size()));
    } else if (by[i] == UsageDimension::kPool) {
      pools_ = Rank(pools, AddColumn(by[i], pools.size()));
    } else {
      const Column* const column = AddColumn(by[i], slices.size());
      by_time_ = true;
      slice_shift_ = column->shift;
      slice_mask_ = column->mask;
    }
    for (size_t j = i; j < by.size(); ++j) {
      if (by[j] == by[i]) column_of_[j] = columns_.size() - 1;
    }
  }
}

GroupPlaces::Column* GroupPlaces::AddColumn(UsageDimension dimension,
                                            size_t count) {
  // Ids have 32 bits and slices are at most 2^20, so that two of those and
  // three of these are within 128.
  const int bits = std::bit_width(count);
  columns_.push_back({dimension, bits_, (GroupPlace{1} << bits) - 1, {}, {}});
  bits_ += bits;
  return &columns_.back();
}

GroupPlaces::Parts GroupPlaces::Rank(const PathsById& paths, Column* column) {
  for (const auto& [id, path] : paths) column->texts.push_back(path);
  SortUnique(&column->texts);
  Parts parts;
  for (const auto& [id, path] : paths) {
    parts[id] = RankOf(column->texts, path) << column->shift;
  }
  return parts;
}

void GroupPlaces::RankLabels(const std::vector<uint32_t>& used, Column* column,
                             std::vector<GroupPlace>* places) const {
  std::vector<std::string> labels;
  for (const uint32_t slice : used) {
    labels.push_back(slices_.Label(column->dimension, slice));
  }
  column->texts = labels;
  SortUnique(&column->texts);
  for (size_t i = 0; i < used.size(); ++i) {
    (*places)[used[i]] += RankOf(column->texts, labels[i]) << column->shift;
  }
  if (column->dimension != UsageDimension::kHour) return;
  for (const std::string& hour : column->texts) {
    // It has its offset, so that this cannot fail.
    column->hours.push_back(ParseInstant(hour).value_or(0));
  }
}

void GroupPlaces::Order(const std::vector<GroupSums*>& all) {
  if (!by_time_) return;
  std::vector<bool> seen(slices_.size());
  for (GroupSums* const sums : all) {
    for (const GroupSums::Sum& sum : sums->Merged()) {
      seen[SliceAt(sum.place)] = true;
    }
  }
  std::vector<uint32_t> used;
  for (uint32_t slice = 0; slice < seen.size(); ++slice) {
    if (seen[slice]) used.push_back(slice);
  }
  std::vector<GroupPlace> places(slices_.size());
  for (Column& column : columns_) {
    if (OfTime(column.dimension)) RankLabels(used, &column, &places);
  }
  const GroupPlace others = ~(slice_mask_ << slice_shift_);
  for (GroupSums* const sums : all) {
    sums->Move([&](GroupPlace place) {
      return (place & others) + places[SliceAt(place)];
    });
  }
}

void GroupPlaces::Tell(GroupPlace place, UsageRow* row) const {
  row->group.resize(column_of_.size());
  for (size_t i = 0; i < column_of_.size(); ++i) {
    const Column& column = columns_[column_of_[i]];
    const auto rank = static_cast<size_t>(place >> column.shift & column.mask);
    row->group[i] = column.texts[rank];
    if (!column.hours.empty()) row->hour_us = column.hours[rank];
  }
}

void GroupSums::Merge() {
  const auto before = [](const Sum& a, const Sum& b) {
    return a.place < b.place;
  };
  // Most come in order: series by series, and in each by time.
  if (!std::is_sorted(sums_.begin(), sums_.end(), before)) {
    std::sort(sums_.begin(), sums_.end(), before);
  }
  size_t kept = 0;
  for (const Sum& sum : sums_) {
    if (kept > 0 && sums_[kept - 1].place == sum.place) {
      sums_[kept - 1].amount += sum.amount;
    } else {
      sums_[kept++] = sum;
    }
  }
  sums_.resize(kept);
  merge_at_ = std::max(kFirstMerge, 2 * kept);
}

}  // namespace drawdown
