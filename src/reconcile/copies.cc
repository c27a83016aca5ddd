#include "reconcile/copies.h"

#include <algorithm>
#include <cstring>
#include <tuple>

namespace drawdown {
namespace {

// Big copies first: they explain most with the fewest.
bool Before(const std::pair<Copies, std::pair<uint64_t, uint64_t>>& a,
            const std::pair<Copies, std::pair<uint64_t, uint64_t>>& b) {
  return std::tie(a.first.group, b.first.one.billed, b.first.one.cost,
                  a.second) < std::tie(b.first.group, a.first.one.billed,
                                       a.first.one.cost, b.second);
}

Int128 Magnitude(Int128 value) { return value < 0 ? -value : value; }

}  // namespace

CopyFinder::Identity CopyFinder::IdentityOf(std::string_view raw) {
  sha256_.Update(raw);
  const Sha256Digest digest = sha256_.Finish();
  Identity identity;
  std::memcpy(&identity.first, digest.data(), sizeof(identity.first));
  std::memcpy(&identity.second, digest.data() + sizeof(identity.first),
              sizeof(identity.second));
  return identity;
}

void CopyFinder::Add(const BillRow& row, const RoutedRow& routed,
                     const RowSums& one, uint32_t group) {
  if (one.unmeasured != 0 || row.raw.empty()) return;
  const Identity identity = IdentityOf(row.raw);
  if (seen_.insert(identity).second) return;
  const auto [entry, inserted] = repeated_.try_emplace(identity);
  Copies& copies = entry->second;
  ++copies.extra;
  if (!inserted) return;
  copies.group = group;
  copies.one = one;
  copies.names.Add(row, routed);
  copies.tenant = routed.tenant;
  copies.start_us = row.charge_start_us;
  copies.end_us = row.charge_end_us;
}

std::vector<Copies> CopyFinder::Take(const std::vector<uint32_t>& new_group) {
  std::vector<std::pair<Copies, Identity>> found;
  found.reserve(repeated_.size());
  for (auto& [identity, copies] : repeated_) {
    copies.group = new_group[copies.group];
    found.emplace_back(std::move(copies), identity);
  }
  std::sort(found.begin(), found.end(), Before);
  std::vector<Copies> result;
  result.reserve(found.size());
  for (auto& entry : found) result.push_back(std::move(entry.first));
  repeated_.clear();
  seen_.clear();
  return result;
}

uint64_t CopiesToDrop(const Copies& copies, GpuTime billed, GpuTime booked,
                      GpuTime slack) {
  const GpuTime excess = billed - booked;
  if (!excess.valid() || !slack.valid() || copies.one.billed.zero()) return 0;
  const Int128 missing = Magnitude(excess.count());
  const Int128 each = Magnitude(copies.one.billed.count());
  const bool same_sign =
      (excess.count() < 0) == (copies.one.billed.count() < 0);
  if (!same_sign) return 0;
  Int128 nearest = missing / each;
  const Int128 rest = missing % each;
  // One more comes closer if less than half of it would be too much.
  if (each - rest < rest && each - rest <= slack.count()) ++nearest;
  return static_cast<uint64_t>(
      std::min<Int128>(nearest, static_cast<Int128>(copies.extra)));
}

}  // namespace drawdown
