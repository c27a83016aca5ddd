// The order of items: sorted by places of names, which are far fewer than
// items.
#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "absl/strings/string_view.h"
#include "base/hash_map.h"
#include "reconcile/items.h"

namespace drawdown {
namespace {

using Name = std::string Break::*;

// Before the currency, and after it.
constexpr Name kFirstName = &Break::provider;
constexpr std::array<Name, 6> kNames = {&Break::pool,     &Break::sku,
                                        &Break::region,   &Break::sub_account,
                                        &Break::resource, &Break::tenant};

struct Place {
  uint32_t first_name = 0;
  std::array<uint32_t, kNames.size()> names = {};
  uint32_t item = 0;
};

// Calls `set` for each item with the place of its name among all names.
template <typename Set>
void SetPlaces(const std::vector<Break>& items, Name name, Set set) {
  HashMap<absl::string_view, uint32_t> places;
  for (const Break& item : items) places.emplace(item.*name, 0);
  std::vector<absl::string_view> sorted;
  for (const auto& entry : places) sorted.push_back(entry.first);
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < sorted.size(); ++i) {
    places.at(sorted[i]) = static_cast<uint32_t>(i);
  }
  for (size_t i = 0; i < items.size(); ++i) {
    set(i, places.at(absl::string_view(items[i].*name)));
  }
}

auto RestOf(const Break& item) {
  return std::tie(item.period_start_us, item.period_end_us, item.kind,
                  item.matched_on, item.reason, item.billed, item.metered,
                  item.billed_cost, item.expected_cost, item.quantity_effect,
                  item.price_effect, item.rows);
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
  for (uint32_t i = 0; i < items.size(); ++i) places[i].item = i;
  SetPlaces(items, kFirstName, [&](size_t item, uint32_t place) {
    places[item].first_name = place;
  });
  for (size_t name = 0; name < kNames.size(); ++name) {
    SetPlaces(items, kNames[name], [&](size_t item, uint32_t place) {
      places[item].names[name] = place;
    });
  }
  const auto key = [&](const Place& place) {
    return std::tie(place.first_name, items[place.item].currency, place.names);
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
