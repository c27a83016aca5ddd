#include "ledger/quota_rules.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/error.h"
#include "base/path.h"
#include "base/wide.h"
#include "ledger/slice_tree.h"

namespace drawdown {
namespace {

// So that amounts in fine time, and sums of them, fit.
constexpr Int128 kMostNominal = static_cast<Int128>(1) << 90;

constexpr int kMicroDecimals = 6;

absl::Status BadQuota(const QuotaScope& scope, const std::string& what) {
  return MakeError(ErrorCode::kInvalidArgument,
                   "quota of " + scope.tenant + ": " + what);
}

std::string DescribeAmount(QuotaPeriod period, Int128 amount) {
  if (period == QuotaPeriod::kAtOnce) {
    return FormatScaled(amount, kMicroDecimals) + " GPUs";
  }
  // Billionths of a GPU-hour: 5 in 18 GPU-microseconds, so that it fits.
  return FormatScaled(*MulDivHalfEven(amount, 5, 18), 9) + " GPU-hours";
}

absl::Status CheckAmount(const QuotaScope& scope, std::string_view what,
                         Int128 amount, Int128 most) {
  if (amount >= 0 && amount <= most) return absl::OkStatus();
  return BadQuota(
      scope, std::string(what) + " of " + DescribeAmount(scope.period, amount) +
                 " is not in 0 to " + DescribeAmount(scope.period, most));
}

absl::Status CheckLimit(const QuotaScope& scope, const QuotaLimit& limit) {
  RETURN_IF_ERROR(CheckAmount(scope, "a limit", limit.nominal, kMostNominal));
  RETURN_IF_ERROR(
      CheckAmount(scope, "a borrowing limit", limit.borrowing, kMostNominal));
  if (!limit.lending) return absl::OkStatus();
  if (!limit.slice) {
    return BadQuota(scope,
                    "a ceiling sets nothing aside, so has nothing to "
                    "lend: a lending limit is for a slice");
  }
  return CheckAmount(scope, "a lending limit", *limit.lending, limit.nominal);
}

absl::Status CheckPeriod(const QuotaScope& scope, int64_t bucket_us) {
  const bool rolls = scope.period == QuotaPeriod::kRolling;
  if (rolls != (scope.rolling_us != 0)) {
    return BadQuota(scope, "a rolling period has a length, others have none");
  }
  if (rolls &&
      (scope.rolling_us < bucket_us || scope.rolling_us % bucket_us != 0 ||
       scope.rolling_us > kMaxRollingUs)) {
    return BadQuota(scope, "a rolling period of " +
                               SecondsText(scope.rolling_us) +
                               " is not whole buckets of " +
                               SecondsText(bucket_us) + ", up to 366 days");
  }
  const bool interval = scope.period == QuotaPeriod::kInterval;
  if (interval != !scope.commitment.empty()) {
    return BadQuota(scope,
                    "a commitment is named for its interval, and else "
                    "none is");
  }
  if (!scope.contract.empty() && !interval &&
      scope.period != QuotaPeriod::kMonth) {
    return BadQuota(scope, "a contract's calendar is for months and intervals");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckQuota(const QuotaSetting& setting, int64_t bucket_us) {
  const QuotaScope& scope = setting.scope;
  RETURN_IF_ERROR(ValidatePath(scope.tenant, "tenant"));
  RETURN_IF_ERROR(ValidateSelector(scope.pool));
  RETURN_IF_ERROR(CheckPeriod(scope, bucket_us));
  return setting.limit ? CheckLimit(scope, *setting.limit) : absl::OkStatus();
}

absl::Status CheckQuotaCount(size_t quotas) {
  if (quotas <= kMaxQuotas) return absl::OkStatus();
  return MakeError(ErrorCode::kInvalidArgument,
                   "the books have " + std::to_string(kMaxQuotas) +
                       " quotas: there can be no more");
}

bool SaysAlready(const StoredQuota& quota, const QuotaSetting& setting,
                 int64_t now_us) {
  const QuotaVersion* const version =
      quota.At(setting.from_us.value_or(now_us));
  if (version == nullptr || version->limit != setting.limit) return false;
  return !setting.from_us || version->from_us == *setting.from_us;
}

Int128 GuaranteeOf(const QuotaLimit& limit) {
  return limit.slice ? limit.nominal - limit.lending.value_or(0) : 0;
}

const QuotaLimit* LimitAt(const StoredQuota& quota, int64_t at_us) {
  const QuotaVersion* const version = quota.At(at_us);
  return version != nullptr && version->limit ? &*version->limit : nullptr;
}

namespace {

// What slices below the quota set aside in it, whoever uses what: of each the
// larger of its guarantee and what those below it set aside, who are kept in it
// from whatever it lends (Admitter::Reserved).
Int128 PromisedIn(const SliceTree& slices, const StoredQuota& above,
                  int64_t at_us) {
  Int128 promised = 0;
  for (const StoredQuota* const slice : slices.Topmost(above)) {
    promised += std::max(GuaranteeOf(*LimitAt(*slice, at_us)),
                         PromisedIn(slices, *slice, at_us));
  }
  return promised;
}

}  // namespace

absl::Status CheckGuarantees(const QuotaIndex::Quotas& all,
                             const QuotaScope& scope, int64_t from_us) {
  QuotaIndex::Quotas kind;
  std::set<int64_t> instants = {from_us};
  for (const StoredQuota* const quota : all) {
    if (!SameKind(quota->scope, scope)) continue;
    kind.push_back(quota);
    for (const QuotaVersion& version : quota->versions) {
      if (version.from_us > from_us) instants.insert(version.from_us);
    }
  }
  for (const int64_t at_us : instants) {
    const SliceTree slices(kind, at_us);
    for (const StoredQuota* const above : kind) {
      const QuotaLimit* const limit = LimitAt(*above, at_us);
      if (limit == nullptr || !IsAtOrBelow(scope.tenant, above->scope.tenant)) {
        continue;
      }
      const Int128 promised = PromisedIn(slices, *above, at_us);
      if (promised <= limit->nominal) continue;
      return BadQuota(above->scope,
                      "slices below it would set aside " +
                          DescribeAmount(scope.period, promised) +
                          ", more than its " +
                          DescribeAmount(scope.period, limit->nominal) +
                          ", from " + FormatInstant(at_us) + " on");
    }
  }
  return absl::OkStatus();
}

}  // namespace drawdown
