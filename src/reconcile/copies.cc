#include "reconcile/copies.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "base/coding.h"
#include "base/csv_quotes.h"
#include "base/error.h"

namespace drawdown {
namespace {

Int128 Magnitude(Int128 value) { return value < 0 ? -value : value; }

// How many of `extra` bring `excess` closest to nothing.
template <typename Unit>
uint64_t Lacking(uint64_t extra, Quantity<Unit> one, Quantity<Unit> excess,
                 Quantity<Unit> slack) {
  if (!excess.valid() || !slack.valid() || one.zero()) return 0;
  const Int128 missing = Magnitude(excess.count());
  const Int128 each = Magnitude(one.count());
  const bool same_sign = (excess.count() < 0) == (one.count() < 0);
  if (!same_sign) return 0;
  Int128 nearest = missing / each;
  const Int128 rest = missing % each;
  // One more comes closer if less than half of it would be too much.
  if (each - rest < rest && each - rest <= slack.count()) ++nearest;
  return static_cast<uint64_t>(
      std::min<Int128>(nearest, static_cast<Int128>(extra)));
}

// After all groups; corrections first, because what their copies seem to give
// back is no one else's.
uint32_t OrderAmongPassed(const PassedRow& passed) {
  return passed.correction ? kNoIndex - 1 : kNoIndex;
}

void EncodeDetails(const BillRow& row, const RoutedRow& routed,
                   const RowSums& one, uint32_t group, Hash128 order,
                   const std::optional<SplitRatios>& split,
                   const PassedRow* passed, std::string* out) {
  out->clear();
  AppendFixed(order, out);
  AppendFixed(group, out);
  AppendFixed(one, out);
  AppendFixed(routed.tenant, out);
  AppendFixed(row.charge_start_us, out);
  AppendFixed(row.charge_end_us, out);
  RowNames names;
  names.Add(row, routed);
  names.AppendTo(out);
  if (passed != nullptr) AppendFixed(*passed, out);
  if (split.has_value()) AppendFixed(*split, out);
}

}  // namespace

// Big copies first: they explain most with the fewest.
bool CopyFinder::Repeated::operator<(const Repeated& other) const {
  return std::tie(group, other.billed, other.cost, order) <
         std::tie(other.group, billed, cost, other.order);
}

// A sighting is 24 bytes; where all rows may have come before, details are five
// to ten times as much, and are best written in long stretches.
CopyFinder::CopyFinder(uint64_t memory_bytes)
    : seen_(memory_bytes / 4),
      firsts_(memory_bytes / 64),
      again_(memory_bytes / 64),
      sightings_(memory_bytes / 16 * 7),
      repeated_(memory_bytes / 8),
      details_(memory_bytes / 8) {}

void CopyFinder::AppendByName(const BillRow& row) {
  fields_.clear();
  for (std::string_view rest = texts_; !rest.empty();) {
    fields_.push_back(rest.substr(0, rest.find('\0') + 1));
    rest.remove_prefix(fields_.back().size());
  }
  CHECK(fields_.size() == row.by_name.size());
  scratch_.clear();
  for (const uint32_t column : row.by_name) scratch_ += fields_[column];
}

Hash128 CopyFinder::OrderOf(const BillRow& row) {
  texts_.clear();
  AppendCsvTexts(row.raw, &texts_);
  if (row.by_name.empty()) {
    sha256_.Update(texts_);
  } else {
    AppendByName(row);
    sha256_.Update(scratch_);
  }
  const Sha256Digest digest = sha256_.Finish();
  Hash128 order;
  std::memcpy(&order, digest.data(), sizeof order);
  return order;
}

absl::Status CopyFinder::Add(const BillRow& row, const RoutedRow& routed,
                             const RowSums& one, uint32_t group,
                             const std::optional<SplitRatios>& split) {
  // A fee without hours is judged by its money.
  if (one.unmeasured != 0 && !IsPurchase(routed.key.lane.kind)) {
    return absl::OkStatus();
  }
  return See(row, routed, one, group, split, nullptr);
}

absl::Status CopyFinder::AddPassed(const BillRow& row, const RoutedRow& routed,
                                   const RowSums& one,
                                   const PassedRow& passed) {
  return See(row, routed, one, kNoIndex, std::nullopt, &passed);
}

absl::Status CopyFinder::See(const BillRow& row, const RoutedRow& routed,
                             const RowSums& one, uint32_t group,
                             const std::optional<SplitRatios>& split,
                             const PassedRow* passed) {
  if (row.raw.empty()) return absl::OkStatus();
  const Hash128& identity = row.identity;
  if (!seen_.MaybeSeen(identity.high, identity.low)) {
    return firsts_.Add(identity);
  }
  again_.MaybeSeen(identity.high, identity.low);
  EncodeDetails(row, routed, one, group, OrderOf(row), split, passed,
                &scratch_);
  ASSIGN_OR_RETURN(const uint64_t details, details_.Append(scratch_));
  return sightings_.Add({identity, details});
}

absl::Status CopyFinder::ForEach(
    const std::vector<uint32_t>& new_group,
    const std::function<void(const Copies&)>& visit) {
  Copies copies;
  RETURN_IF_ERROR(
      ForEachRepeated([&](const Sighting& row, uint64_t extra) -> absl::Status {
        RETURN_IF_ERROR(ReadDetails(row.details, &copies));
        const uint32_t group = copies.passed.has_value()
                                   ? OrderAmongPassed(*copies.passed)
                                   : new_group[copies.group];
        return repeated_.Add({group, copies.one.billed, copies.one.cost,
                              copies.order, row.details, extra});
      }));
  return repeated_.ForEach([&](const Repeated& row) -> absl::Status {
    RETURN_IF_ERROR(ReadDetails(row.details, &copies));
    copies.group = row.group;
    copies.extra = row.extra;
    visit(copies);
    return absl::OkStatus();
  });
}

void CopyFinder::Forget() {
  seen_ = SeenFilter(0);
  firsts_ = RecordLog<Hash128>(0);
  again_ = SeenFilter(0);
  sightings_ = SortedRuns<Sighting>(0);
}

// What came once need not be sorted.
absl::Status CopyFinder::SightFirsts() {
  if (std::exchange(firsts_sighted_, true)) return absl::OkStatus();
  return firsts_.ForEach([this](std::span<const Hash128> some) {
    constexpr size_t kAhead = 16;  // what will be looked at comes from memory
    for (size_t i = 0; i < some.size(); ++i) {
      again_.Prefetch(some[std::min(i + kAhead, some.size() - 1)].high);
      if (!again_.MayHave(some[i].high, some[i].low)) continue;
      RETURN_IF_ERROR(sightings_.Add({some[i], kNone}));
    }
    return absl::OkStatus();
  });
}

absl::Status CopyFinder::Sum(const std::vector<uint32_t>& new_group,
                             HashMap<uint32_t, RowSums>* sums) {
  return ForEachRepeated(
      [&](const Sighting& row, uint64_t extra) -> absl::Status {
        Copies copies;
        RETURN_IF_ERROR(ReadDetails(row.details, &copies));
        if (copies.passed.has_value()) return absl::OkStatus();
        (*sums)[new_group[copies.group]] += copies.one.Times(extra);
        return absl::OkStatus();
      });
}

absl::Status CopyFinder::ForEachRepeated(
    const std::function<absl::Status(const Sighting&, uint64_t extra)>& visit) {
  RETURN_IF_ERROR(SightFirsts());
  Sighting last;
  uint64_t sightings = 0;
  RETURN_IF_ERROR(sightings_.ForEach([&](const Sighting& next) -> absl::Status {
    if (sightings != 0 && next.identity != last.identity) {
      if (sightings > 1) RETURN_IF_ERROR(visit(last, sightings - 1));
      sightings = 0;
    }
    // The first in order has details: all but the one that came first do.
    if (sightings == 0) last = next;
    ++sightings;
    return absl::OkStatus();
  }));
  return sightings > 1 ? visit(last, sightings - 1) : absl::OkStatus();
}

absl::Status CopyFinder::ReadDetails(uint64_t place, Copies* copies) {
  RETURN_IF_ERROR(details_.Read(place, &scratch_));
  ByteReader reader(scratch_);
  copies->order = reader.Fixed<Hash128>();
  copies->group = reader.Fixed<uint32_t>();
  copies->one = reader.Fixed<RowSums>();
  copies->tenant = reader.Fixed<uint32_t>();
  copies->start_us = reader.Fixed<int64_t>();
  copies->end_us = reader.Fixed<int64_t>();
  copies->names = RowNames::Read(&reader);
  copies->passed.reset();
  if (copies->group == kNoIndex) copies->passed = reader.Fixed<PassedRow>();
  copies->split.reset();
  if (!reader.done()) copies->split = reader.Fixed<SplitRatios>();
  CHECK(reader.done());
  return absl::OkStatus();
}

uint64_t CopiesToDrop(const Copies& copies, GpuTime billed, GpuTime booked,
                      GpuTime slack) {
  return Lacking(copies.extra, copies.one.billed, billed - booked, slack);
}

uint64_t CopiesToDrop(const Copies& copies, MoneyAmount cost,
                      MoneyAmount expected, MoneyAmount slack) {
  return Lacking(copies.extra, copies.one.cost, cost - expected, slack);
}

}  // namespace drawdown
