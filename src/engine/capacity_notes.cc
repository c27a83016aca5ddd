#include "engine/capacity_notes.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "base/error.h"

namespace drawdown {
namespace {

using SeriesStart = std::tuple<CapacityState, std::string, int64_t>;

// A record of the books, from one of its ends; `row`: of the import.
struct Edge {
  int64_t at_us = 0;
  int sign = 0;
  CapacityState state = CapacityState::kDelivered;
  int64_t micro_gpus = 0;
  std::optional<size_t> row;
};

// What the books say of a pool at one moment.
class Moment {
 public:
  void Add(const Edge& edge) {
    const auto state = static_cast<size_t>(edge.state);
    micro_gpus_[state] += Int128{edge.micro_gpus} * edge.sign;
    records_[state] += edge.sign;
    if (!edge.row) return;
    if (edge.sign > 0) {
      rows_[state].insert(*edge.row);
    } else {
      rows_[state].erase(*edge.row);
    }
  }

  // Nothing where nothing is odd, or no row of the import has to do with it.
  std::optional<std::string> Odd() const {
    if (records_[kDelivered] == 0) return std::nullopt;  // nothing is known
    const Int128 there = micro_gpus_[kDelivered] + micro_gpus_[kReplaced];
    if (micro_gpus_[kExcluded] > there) {
      return Gpus(kExcluded) + " GPUs are excluded where " + Gpus(kDelivered) +
             " were delivered and " + Gpus(kReplaced) +
             " replaced: it counts as none";
    }
    if (micro_gpus_[kReplaced] > micro_gpus_[kExcluded]) {
      return Gpus(kReplaced) + " GPUs are replaced where " + Gpus(kExcluded) +
             " were excluded: what is replaced is of the excluded";
    }
    return std::nullopt;
  }
  // Of the import, that which says least of what is there.
  std::optional<size_t> Row() const {
    for (const size_t state : {kExcluded, kReplaced, kDelivered}) {
      if (!rows_[state].empty()) return *rows_[state].begin();
    }
    return std::nullopt;
  }

 private:
  static constexpr auto kDelivered =
      static_cast<size_t>(CapacityState::kDelivered);
  static constexpr auto kExcluded =
      static_cast<size_t>(CapacityState::kExcluded);
  static constexpr auto kReplaced =
      static_cast<size_t>(CapacityState::kReplaced);

  std::string Gpus(size_t state) const {
    return FormatGpus(static_cast<int64_t>(micro_gpus_[state]));
  }

  std::array<Int128, 3> micro_gpus_{};
  std::array<int64_t, 3> records_{};
  std::array<std::set<size_t>, 3> rows_;
};

struct OddStretch {
  std::string what;
  size_t row = 0;
  int64_t start_us = 0;
  int64_t end_us = 0;
};

std::vector<OddStretch> FindOdd(std::vector<Edge> edges) {
  std::sort(edges.begin(), edges.end(),
            [](const Edge& a, const Edge& b) { return a.at_us < b.at_us; });
  std::vector<OddStretch> found;
  Moment moment;
  for (size_t i = 0; i < edges.size();) {
    const int64_t at_us = edges[i].at_us;
    for (; i < edges.size() && edges[i].at_us == at_us; ++i) {
      moment.Add(edges[i]);
    }
    if (i == edges.size()) break;
    const std::optional<std::string> what = moment.Odd();
    const std::optional<size_t> row = moment.Row();
    if (!what || !row) continue;
    const int64_t end_us = edges[i].at_us;
    if (!found.empty() && found.back().end_us == at_us &&
        found.back().row == *row && found.back().what == *what) {
      found.back().end_us = end_us;
    } else {
      found.push_back({*what, *row, at_us, end_us});
    }
  }
  return found;
}

}  // namespace

PlacedCapacity PlaceOf(const CapacityRowView& row, std::string where) {
  return {std::move(where), std::string(row.pool), row.state,
          std::string(row.capacity_id), row.start_us};
}

absl::Status NoteOddCapacity(ReadTransaction* books,
                             const std::vector<PlacedCapacity>& rows,
                             size_t limit, ImportResult* result) {
  std::map<std::string, std::map<SeriesStart, size_t>> by_pool;
  for (size_t i = 0; i < rows.size(); ++i) {
    const PlacedCapacity& row = rows[i];
    by_pool[row.pool].try_emplace({row.state, row.capacity_id, row.start_us},
                                  i);
  }
  size_t count = 0;
  for (const auto& [pool, placed] : by_pool) {
    std::vector<Edge> edges;
    CapacityQuery query;
    query.pool = pool;
    RETURN_IF_ERROR(VisitCapacity(books, query, [&](const CapacityInfo& info) {
      const CapacityRecord& record = info.record;
      if (record.pool != pool) return true;  // below it
      const auto row = placed.find(
          SeriesStart{record.state, record.capacity_id, record.start_us});
      Edge edge = {record.start_us, +1, record.state, record.micro_gpus, {}};
      if (row != placed.end()) edge.row = row->second;
      edges.push_back(edge);
      edge.at_us = record.end_us;
      edge.sign = -1;
      edges.push_back(edge);
      return true;
    }));
    for (const OddStretch& odd : FindOdd(std::move(edges))) {
      if (++count > limit) continue;
      result->notes.push_back(rows[odd.row].where + ": of pool " + pool + " " +
                              odd.what + " [" + FormatInstant(odd.start_us) +
                              ", " + FormatInstant(odd.end_us) + ")");
    }
  }
  if (count > limit) {
    result->notes.push_back("and " + std::to_string(count - limit) +
                            " more such stretches of time");
  }
  return absl::OkStatus();
}

}  // namespace drawdown
