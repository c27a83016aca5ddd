// The order of items. What they have in common is sorted by itself, which is
// much less than the items.
#include <algorithm>
#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/hash_map.h"
#include "base/same_text.h"
#include "reconcile/items.h"

namespace drawdown {
namespace {

using Place = StoredBreaks::Place;
using Name = std::string Break::*;

// Before the currency, and after it.
constexpr Name kFirstName = &Break::provider;
constexpr std::array<Name, 5> kNames = {&Break::pool, &Break::sku,
                                        &Break::region, &Break::sub_account,
                                        &Break::resource};

// An item that is not split, or what the parts of one that is share.
struct Head {
  const Break* item = nullptr;
  Place first;            // of it
  uint32_t parts = 0;     // 0: not split
  uint32_t provider = 0;  // the places of its names among all
  std::array<uint32_t, kNames.size()> names = {};

  auto line() const { return std::tie(provider, item->currency, names); }
  int64_t start_us() const { return item->period_start_us; }
};

// The place of each head's name among all names.
std::vector<uint32_t> PlacesOf(const std::vector<Head>& heads, Name name) {
  HashMap<absl::string_view, uint32_t> found;
  std::vector<uint32_t> numbers;  // of the heads' names, as they were found
  numbers.reserve(heads.size());
  for (size_t i = 0; i < heads.size(); ++i) {
    const std::string& text = heads[i].item->*name;
    if (i > 0 && SameText(text, heads[i - 1].item->*name)) {
      numbers.push_back(numbers.back());
      continue;
    }
    const auto next = static_cast<uint32_t>(found.size());
    numbers.push_back(found.emplace(text, next).first->second);
  }
  std::vector<std::pair<absl::string_view, uint32_t>> sorted(found.begin(),
                                                             found.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<uint32_t> places(sorted.size());
  for (size_t i = 0; i < sorted.size(); ++i) {
    places[sorted[i].second] = static_cast<uint32_t>(i);
  }
  for (uint32_t& number : numbers) number = places[number];
  return numbers;
}

// By names but the tenant's, then by the start of their periods.
std::vector<Head> SortedHeads(const StoredBreaks& breaks) {
  std::vector<Head> heads;
  heads.reserve(breaks.wholes.size() + breaks.splits.size());
  for (uint32_t i = 0; i < breaks.wholes.size(); ++i) {
    heads.push_back({&breaks.wholes[i], {StoredBreaks::kWhole, i}});
  }
  for (uint32_t i = 0; i < breaks.splits.size(); ++i) {
    const SplitBreak& split = breaks.splits[i];
    heads.push_back(
        {&split.whole, {i, 0}, static_cast<uint32_t>(split.parts.size())});
  }
  const std::vector<uint32_t> providers = PlacesOf(heads, kFirstName);
  for (size_t i = 0; i < heads.size(); ++i) heads[i].provider = providers[i];
  for (size_t name = 0; name < kNames.size(); ++name) {
    const std::vector<uint32_t> names = PlacesOf(heads, kNames[name]);
    for (size_t i = 0; i < heads.size(); ++i) heads[i].names[name] = names[i];
  }
  std::sort(heads.begin(), heads.end(), [](const Head& a, const Head& b) {
    if (a.line() != b.line()) return a.line() < b.line();
    return a.start_us() < b.start_us();
  });
  return heads;
}

// The number of each item's line: of its names but the tenant's, and currency.
struct Lines {
  std::vector<uint32_t> of_wholes;
  std::vector<uint32_t> of_splits;
  uint32_t count = 0;

  uint32_t Of(Place place) const {
    return place.split == StoredBreaks::kWhole ? of_wholes[place.item]
                                               : of_splits[place.split];
  }
};

Lines LinesOf(const StoredBreaks& breaks, const std::vector<Head>& heads) {
  Lines lines;
  lines.of_wholes.resize(breaks.wholes.size());
  lines.of_splits.resize(breaks.splits.size());
  for (size_t i = 0; i < heads.size(); ++i) {
    const Head& head = heads[i];
    if (i == 0 || head.line() != heads[i - 1].line()) ++lines.count;
    const bool whole = head.first.split == StoredBreaks::kWhole;
    (whole ? lines.of_wholes[head.first.item]
           : lines.of_splits[head.first.split]) = lines.count - 1;
  }
  return lines;
}

// 0: none, which no item that is not split has.
uint32_t TenantOf(const StoredBreaks& breaks, Place place) {
  if (place.split == StoredBreaks::kWhole) return 0;
  const uint32_t tenant = breaks.splits[place.split].parts[place.item].tenant;
  return breaks.tenants.front().empty() ? tenant : tenant + 1;
}

int64_t StartOf(const StoredBreaks& breaks, Place place) {
  return place.split == StoredBreaks::kWhole
             ? breaks.wholes[place.item].period_start_us
             : breaks.splits[place.split].whole.period_start_us;
}

std::vector<Place> PlacesBy(const std::vector<Head>& heads) {
  std::vector<Place> places;
  size_t count = 0;
  for (const Head& head : heads) count += std::max(head.parts, 1u);
  places.reserve(count);
  for (const Head& head : heads) {
    Place place = head.first;
    places.push_back(place);
    while (++place.item < head.parts) places.push_back(place);
  }
  return places;
}

// Sorts by a number below `numbers`, and keeps the order of what has the same.
template <typename NumberOf>
void SortBy(size_t numbers, NumberOf number_of, std::vector<Place>* places) {
  std::vector<size_t> next(numbers + 1);
  for (const Place place : *places) ++next[number_of(place) + 1];
  for (size_t i = 1; i <= numbers; ++i) next[i] += next[i - 1];
  std::vector<Place> sorted(places->size());
  for (const Place place : *places) sorted[next[number_of(place)]++] = place;
  *places = std::move(sorted);
}

auto RestOf(const Break& item) {
  return std::tie(item.period_end_us, item.kind, item.matched_on, item.reason,
                  item.pending, item.billed, item.metered, item.billed_cost,
                  item.expected_cost, item.quantity_effect, item.price_effect,
                  item.rows);
}

// Of items that all else is the same of.
bool RestIsLess(const StoredBreaks& breaks, Place a, Place b) {
  Break made[2];
  const Break* items[2];
  const std::array<Place, 2> places = {a, b};
  for (size_t i = 0; i < 2; ++i) {
    if (places[i].split == StoredBreaks::kWhole) {
      items[i] = &breaks.wholes[places[i].item];
    } else {
      breaks.Get(places[i], &made[i]);
      items[i] = &made[i];
    }
  }
  return RestOf(*items[0]) < RestOf(*items[1]);
}

}  // namespace

void SortItems(StoredBreaks* breaks) {
  const std::vector<Head> heads = SortedHeads(*breaks);
  const Lines lines = LinesOf(*breaks, heads);
  const auto line_of = [&](Place place) { return lines.Of(place); };
  const auto tenant_of = [&](Place place) { return TenantOf(*breaks, place); };
  std::vector<Place> order = PlacesBy(heads);
  SortBy(breaks->tenants.size() + 1, tenant_of, &order);
  SortBy(lines.count, line_of, &order);
  const auto same = [&](Place a, Place b) {
    return StartOf(*breaks, a) == StartOf(*breaks, b) &&
           line_of(a) == line_of(b) && tenant_of(a) == tenant_of(b);
  };
  for (auto first = order.begin(); first != order.end();) {
    auto last = first + 1;
    while (last != order.end() && same(*first, *last)) ++last;
    if (last - first > 1) {
      std::sort(first, last, [breaks](Place a, Place b) {
        return RestIsLess(*breaks, a, b);
      });
    }
    first = last;
  }
  breaks->order = std::move(order);
}

}  // namespace drawdown
