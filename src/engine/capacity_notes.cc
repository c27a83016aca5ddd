#include "engine/capacity_notes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"

namespace drawdown {
namespace {

// A record, from one of its ends; `row`: its place, of the import.
struct Edge {
  int64_t at_us = 0;
  int sign = 0;
  CapacityState state = CapacityState::kDelivered;
  int64_t micro_gpus = 0;
  std::optional<uint64_t> row;
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
  std::optional<uint64_t> Row() const {
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
  std::array<std::set<uint64_t>, 3> rows_;
};

struct OddStretch {
  std::string what;
  uint64_t row = 0;
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
    const std::optional<uint64_t> row = moment.Row();
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

void AddEdges(Edge edge, int64_t end_us, std::vector<Edge>* edges) {
  edge.sign = +1;
  edges->push_back(edge);
  edge.at_us = end_us;
  edge.sign = -1;
  edges->push_back(edge);
}

}  // namespace

absl::Status StatedCapacity::Add(const CapacityRowView& row) {
  CapacityStated stated = {
      0, row.state, row.capacity_id, row.start_us, row.end_us, row.micro_gpus};
  RETURN_IF_ERROR(CheckCapacity(stated));
  const auto number = static_cast<uint32_t>(pools_.size());
  Pool& pool = pools_
                   .try_emplace(std::string(row.pool),
                                Pool{number, row.start_us, row.end_us})
                   .first->second;
  pool.from_us = std::min(pool.from_us, row.start_us);
  pool.to_us = std::max(pool.to_us, row.end_us);
  stated.pool = pool.number;
  std::string key = EncodeCapacityKey(KeyOf(stated));
  const auto name_of = [&row](NameKind, uint32_t) {
    return std::string(row.pool);
  };
  RETURN_IF_ERROR(
      JudgeCapacity(FindCapacityPlace(rows_, key), stated, name_of).status());
  rows_.emplace(std::move(key),
                StoredCapacity{row.end_us, row.micro_gpus, row.place});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> StatedCapacity::Notes(
    ReadTransaction* books, size_t limit, const NamePlace& name_place) const {
  std::vector<std::string> notes;
  size_t count = 0;
  for (const auto& [path, pool] : pools_) {
    const std::string& name = path;
    const uint32_t number = pool.number;
    std::vector<Edge> edges;
    const std::string first =
        EncodeCapacityKey({number, CapacityState::kDelivered, "", INT64_MIN});
    for (auto row = rows_.lower_bound(first); row != rows_.end(); ++row) {
      ASSIGN_OR_RETURN(const CapacityKey key, DecodeCapacityKey(row->first));
      if (key.pool != number) break;
      const StoredCapacity& stated = row->second;
      AddEdges({key.start_us, 0, key.state, stated.micro_gpus, stated.sequence},
               stated.end_us, &edges);
    }
    CapacityQuery query;
    query.pool = name;
    query.from_us = pool.from_us;
    query.to_us = pool.to_us;
    RETURN_IF_ERROR(VisitCapacity(books, query, [&](const CapacityInfo& info) {
      const CapacityRecord& record = info.record;
      if (record.pool != name) return true;  // below it
      const std::string key = EncodeCapacityKey(
          {number, record.state, record.capacity_id, record.start_us});
      if (rows_.count(key) > 0) return true;
      AddEdges({record.start_us, 0, record.state, record.micro_gpus, {}},
               record.end_us, &edges);
      return true;
    }));
    for (const OddStretch& odd : FindOdd(std::move(edges))) {
      if (++count > limit) continue;
      notes.push_back(name_place(odd.row) + ": of pool " + name + " " +
                      odd.what + " [" + FormatInstant(odd.start_us) + ", " +
                      FormatInstant(odd.end_us) + ")");
    }
  }
  if (count > limit) {
    notes.push_back("and " + std::to_string(count - limit) +
                    " more such stretches of time");
  }
  return notes;
}

}  // namespace drawdown
