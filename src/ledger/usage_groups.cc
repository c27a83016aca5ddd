#include "ledger/usage_groups.h"

#include <algorithm>
#include <bit>

#include "drawdown/units.h"

namespace drawdown {
namespace {

size_t FirstOf(const std::vector<UsageDimension>& by,
               UsageDimension dimension) {
  return std::find(by.begin(), by.end(), dimension) - by.begin();
}

bool OfTime(UsageDimension dimension) {
  return dimension != UsageDimension::kTenant &&
         dimension != UsageDimension::kPool;
}

}  // namespace

GroupPlaces::GroupPlaces(const std::vector<UsageDimension>& by,
                         const PathsById& tenants, const PathsById& pools,
                         const TimeSlices& slices)
    : column_of_(by.size()), slices_(slices.size()) {
  size_t label = std::count_if(by.begin(), by.end(), OfTime);
  for (size_t i = by.size(); i-- > 0;) {
    if (OfTime(by[i])) --label;
    // Asked for again, a dimension adds no groups.
    if (FirstOf(by, by[i]) != i) continue;
    if (by[i] == UsageDimension::kTenant) {
      AddPaths(by[i], tenants, &tenants_);
    } else if (by[i] == UsageDimension::kPool) {
      AddPaths(by[i], pools, &pools_);
    } else {
      AddLabels(by[i], slices, label);
    }
    for (size_t j = i; j < by.size(); ++j) {
      if (by[j] == by[i]) column_of_[j] = columns_.size() - 1;
    }
  }
}

void GroupPlaces::AddPaths(UsageDimension dimension, const PathsById& paths,
                           Parts* parts) {
  for (const auto& [id, path] : paths) parts->emplace(id, 0);
  std::vector<std::string_view> texts;
  std::vector<GroupPlace*> places;
  for (auto& [id, part] : *parts) {
    texts.push_back(paths.at(id));
    places.push_back(&part);
  }
  AddColumn(dimension, texts, places);
}

void GroupPlaces::AddLabels(UsageDimension dimension, const TimeSlices& slices,
                            size_t at) {
  std::vector<std::string_view> texts;
  std::vector<GroupPlace*> places;
  for (size_t slice = 0; slice < slices.size(); ++slice) {
    texts.push_back(slices.labels[slice][at]);
    places.push_back(&slices_[slice]);
  }
  AddColumn(dimension, texts, places);
}

void GroupPlaces::AddColumn(UsageDimension dimension,
                            const std::vector<std::string_view>& texts,
                            const std::vector<GroupPlace*>& parts) {
  Column column;
  column.texts = texts;
  std::sort(column.texts.begin(), column.texts.end());
  column.texts.erase(std::unique(column.texts.begin(), column.texts.end()),
                     column.texts.end());
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto rank =
        std::lower_bound(column.texts.begin(), column.texts.end(), texts[i]);
    *parts[i] |= static_cast<GroupPlace>(rank - column.texts.begin()) << bits_;
  }
  if (dimension == UsageDimension::kHour) {
    for (const std::string_view hour : column.texts) {
      // It has its offset, so that this cannot fail.
      column.hours.push_back(ParseInstant(hour).value_or(0));
    }
  }
  // Ids have 32 bits and slices are at most 2^20, so that two of those and
  // three of these are within 128.
  const int bits = std::bit_width(column.texts.size());
  column.shift = bits_;
  column.mask = (GroupPlace{1} << bits) - 1;
  bits_ += bits;
  columns_.push_back(std::move(column));
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
