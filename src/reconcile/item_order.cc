// The order of items: sorted by places of names, which are far fewer than
// items.
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

using Name = std::string Break::*;

// Before the currency, and after it.
constexpr Name kFirstName = &Break::provider;
constexpr std::array<Name, 6> kNames = {&Break::pool,     &Break::sku,
                                        &Break::region,   &Break::sub_account,
                                        &Break::resource, &Break::tenant};

// By which an item is found, and its place among all items.
struct Place {
  uint32_t first_name = 0;
  Currency currency;
  std::array<uint32_t, kNames.size()> names = {};
  int64_t start_us = 0;
  uint32_t item = 0;
};

// The place of each item's name among all names.
std::vector<uint32_t> PlacesOf(const std::vector<Break>& items, Name name) {
  HashMap<absl::string_view, uint32_t> found;
  std::vector<uint32_t> numbers;  // of the items' names, as they were found
  numbers.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    // Items of one group follow one another.
    if (i > 0 && SameText(items[i].*name, items[i - 1].*name)) {
      numbers.push_back(numbers.back());
      continue;
    }
    const auto next = static_cast<uint32_t>(found.size());
    numbers.push_back(found.emplace(items[i].*name, next).first->second);
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

auto RestOf(const Break& item) {
  return std::tie(item.period_end_us, item.kind, item.matched_on, item.reason,
                  item.pending, item.billed, item.metered, item.billed_cost,
                  item.expected_cost, item.quantity_effect, item.price_effect,
                  item.rows);
}

// items[i] = what was items[order[i]].
void Permute(std::vector<uint32_t> order, std::vector<Break>* items) {
  for (uint32_t start = 0; start < order.size(); ++start) {
    if (order[start] == start) continue;
    Break held = std::move((*items)[start]);
    uint32_t at = start;
    while (order[at] != start) {
      const uint32_t from = std::exchange(order[at], at);
      (*items)[at] = std::move((*items)[from]);
      at = from;
    }
    order[at] = at;
    (*items)[at] = std::move(held);
  }
}

}  // namespace

void SortItems(std::vector<Break>& items) {
  std::vector<Place> places(items.size());
  const std::vector<uint32_t> first_names = PlacesOf(items, kFirstName);
  for (uint32_t i = 0; i < items.size(); ++i) {
    places[i].first_name = first_names[i];
    places[i].currency = items[i].currency;
    places[i].start_us = items[i].period_start_us;
    places[i].item = i;
  }
  for (size_t name = 0; name < kNames.size(); ++name) {
    const std::vector<uint32_t> names = PlacesOf(items, kNames[name]);
    for (size_t i = 0; i < items.size(); ++i) places[i].names[name] = names[i];
  }
  const auto key = [](const Place& place) {
    return std::tie(place.first_name, place.currency, place.names,
                    place.start_us);
  };
  std::sort(places.begin(), places.end(), [&](const Place& a, const Place& b) {
    if (key(a) != key(b)) return key(a) < key(b);
    return RestOf(items[a.item]) < RestOf(items[b.item]);
  });
  std::vector<uint32_t> order;
  order.reserve(places.size());
  for (const Place& place : places) order.push_back(place.item);
  Permute(std::move(order), &items);
}

}  // namespace drawdown
