#include "ledger/device_shares.h"

#include <algorithm>

#include "base/error.h"
#include "ledger/run_rules.h"

namespace drawdown {
namespace {

// A sum of ratios in lowest terms.
struct ShareSum {
  Int128 num = 0;
  Int128 den = 1;

  bool exceeds_one() const { return num > den; }
  bool is_one() const { return num == den; }
};

Int128 Gcd(Int128 a, Int128 b) {
  while (b != 0) {
    const Int128 rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

absl::StatusOr<ShareSum> Plus(const ShareSum& sum, const Ratio& share) {
  const Int128 common = Gcd(sum.den, share.den);
  ShareSum next;
  Int128 ours = 0;
  Int128 theirs = 0;
  const bool overflow =
      __builtin_mul_overflow(sum.den, share.den / common, &next.den) ||
      __builtin_mul_overflow(sum.num, share.den / common, &ours) ||
      __builtin_mul_overflow(sum.den / common, share.num, &theirs) ||
      __builtin_add_overflow(ours, theirs, &next.num);
  if (overflow) {
    return MakeError(ErrorCode::kOverflow,
                     "the shares of one device have no common denominator of "
                     "128 bits");
  }
  const Int128 divisor = Gcd(next.num, next.den);
  return ShareSum{next.num / divisor, next.den / divisor};
}

bool Holds(const DeviceUse& use, int64_t at_us) {
  return use.start_us <= at_us && (!use.end_us || *use.end_us > at_us);
}

absl::Status NoRoom(const std::string& device, const Ratio& share,
                    int64_t at_us, const std::vector<DeviceUse>& others) {
  std::string named;
  for (const DeviceUse& use : others) {
    if (!Holds(use, at_us)) continue;
    named += named.empty() ? "" : ", ";
    named += FormatRatio(use.share) + " of run " +
             DescribeRun(use.run.run_id, use.run.attempt);
  }
  if (named.empty()) named = "nothing";
  return MakeError(ErrorCode::kWrongState,
                   "device " + device + " has no room for " +
                       FormatRatio(share) + " at " + FormatInstant(at_us) +
                       ": it holds " + named);
}

}  // namespace

absl::Status CheckRoom(const std::string& device, const Ratio& share,
                       int64_t start_us, const std::vector<DeviceUse>& others) {
  // Use only grows at an instant at which someone starts.
  std::vector<int64_t> instants = {start_us};
  for (const DeviceUse& use : others) {
    if (use.start_us > start_us) instants.push_back(use.start_us);
  }
  for (const int64_t at_us : instants) {
    ASSIGN_OR_RETURN(ShareSum sum, Plus({}, share));
    for (const DeviceUse& use : others) {
      if (!Holds(use, at_us)) continue;
      ASSIGN_OR_RETURN(sum, Plus(sum, use.share));
    }
    if (sum.exceeds_one()) return NoRoom(device, share, at_us, others);
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> MicroGpusBeside(const Ratio& share,
                                        const std::vector<DeviceUse>& others) {
  ASSIGN_OR_RETURN(ShareSum sum, Plus({}, share));
  int64_t taken = 0;
  for (const DeviceUse& use : others) {
    if (use.end_us) continue;
    ASSIGN_OR_RETURN(sum, Plus(sum, use.share));
    taken += use.micro_gpus;
  }
  if (sum.is_one()) return std::max<int64_t>(kMicroGpusPerGpu - taken, 0);
  const int64_t floor = kMicroGpusPerGpu * share.num / share.den;
  const bool exact = kMicroGpusPerGpu * share.num % share.den == 0;
  Int128 scaled = 0;
  if (__builtin_mul_overflow(sum.num, Int128{kMicroGpusPerGpu}, &scaled)) {
    return floor;
  }
  const auto all = static_cast<int64_t>(scaled / sum.den);
  return std::clamp(all - taken, floor, exact ? floor : floor + 1);
}

}  // namespace drawdown
