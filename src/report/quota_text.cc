#include "report/quota_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "report/quota_cells.h"
#include "report/quota_report.h"
#include "report/text.h"

namespace drawdown {
namespace {

constexpr Int128 kBarWidth = 40;

const char* UnitOf(QuotaPeriod period) {
  return period == QuotaPeriod::kAtOnce ? "GPUs" : "GPU-hours";
}

std::string WithoutZeros(std::string text) {
  if (text.find('.') == text.npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// "5,000 GPU-hours".
std::string AmountWords(QuotaPeriod period, Int128 amount) {
  return absl::StrCat(WithoutZeros(ReadableAmount(period, amount)), " ",
                      UnitOf(period));
}

std::string PerWords(const QuotaScope& scope) {
  switch (scope.period) {
    case QuotaPeriod::kTotal:
      return "in total";
    case QuotaPeriod::kMonth:
      return scope.contract.empty()
                 ? "a month"
                 : "a month of " + scope.contract + "'s calendar";
    case QuotaPeriod::kInterval:
      return "an interval of " + scope.commitment + " of " + scope.contract;
    case QuotaPeriod::kRolling:
      return "in " + LengthWords(scope.rolling_us) + " of whole buckets";
    case QuotaPeriod::kAtOnce:
      return "at once";
  }
  return "?";
}

// When the quota gives back what was used.
std::string ResetWords(const QuotaState& quota) {
  if (!quota.window_end_us) return "";
  const std::string at = FormatInstant(*quota.window_end_us);
  return quota.scope.period == QuotaPeriod::kRolling ? ", rolls on at " + at
                                                     : ", resets at " + at;
}

std::string FiguresOf(const QuotaState& quota) {
  const auto amount = [&](Int128 value) {
    return ReadableAmount(quota.scope.period, value);
  };
  std::string out =
      absl::StrCat("used ", amount(quota.used), ", held ", amount(quota.held));
  if (quota.reserved != 0) {
    absl::StrAppend(&out, ", set aside ", amount(quota.reserved));
  }
  if (!quota.limited) return out;
  if (quota.available < 0) {
    return absl::StrCat(out, ", over by ", amount(-quota.available));
  }
  return absl::StrCat(out, ", available ", amount(quota.available));
}

// "" for a plain ceiling.
std::string WordsOf(const QuotaLimit& limit, QuotaPeriod period) {
  std::vector<std::string> parts;
  if (limit.soft) parts.push_back("soft: refuses nothing");
  if (limit.slice) parts.push_back("slice");
  if (limit.lending.value_or(0) != 0) {
    parts.push_back("lends " + AmountWords(period, *limit.lending));
  }
  if (limit.borrowing != 0) {
    parts.push_back("may borrow " + AmountWords(period, limit.borrowing));
  }
  return absl::StrJoin(parts, ", ");
}

}  // namespace

bool AsksForSomething(const QuotaQuery& query) {
  return !query.gpu_time.zero() || query.micro_gpus != 0;
}

std::string AskedWords(const QuotaQuery& query) {
  std::vector<std::string> parts;
  if (query.micro_gpus != 0) {
    parts.push_back(AmountWords(QuotaPeriod::kAtOnce, query.micro_gpus));
  }
  if (!query.gpu_time.zero()) {
    parts.push_back(AmountWords(QuotaPeriod::kTotal, query.gpu_time.count()));
  }
  return absl::StrJoin(parts, " and ");
}

std::string DescribeQuota(const QuotaState& quota) {
  const QuotaScope& scope = quota.scope;
  const std::string limit =
      quota.limited ? AmountWords(scope.period, quota.limit.nominal)
                    : absl::StrCat("no limit on ", UnitOf(scope.period));
  return absl::StrCat(scope.tenant, " on ", scope.pool, ": ", limit, " ",
                      PerWords(scope));
}

std::string KindWords(const QuotaState& quota) {
  return quota.limited ? WordsOf(quota.limit, quota.scope.period) : "";
}

std::string DetailWords(const QuotaState& quota) {
  const QuotaPeriod period = quota.scope.period;
  std::vector<std::string> parts;
  if (std::string kind = KindWords(quota); !kind.empty()) {
    parts.push_back(std::move(kind));
  }
  for (const LaterLimit& one : quota.later) {
    const std::string kind = one.limit ? WordsOf(*one.limit, period) : "";
    parts.push_back(absl::StrCat(
        "from ", FormatInstant(one.from_us), " on ",
        one.limit ? AmountWords(period, one.limit->nominal) : "no limit",
        kind.empty() ? "" : ", ", kind));
  }
  return absl::StrJoin(parts, "; ");
}

std::string QuotaBar(const QuotaState& quota) {
  const Int128 limit = quota.limit.nominal + quota.limit.borrowing;
  std::string bar(static_cast<size_t>(kBarWidth), '.');
  if (!quota.limited || limit <= 0) return "[" + bar + "]";
  Int128 sum = 0;
  size_t filled = 0;
  const auto fill = [&](Int128 amount, char sign) {
    if (amount <= 0) return;
    sum += amount;
    // What is there is seen, however little it is.
    const Int128 end = std::max<Int128>(
        Int128{filled} + 1, sum >= limit ? kBarWidth : sum * kBarWidth / limit);
    for (; filled < std::min(end, kBarWidth); ++filled) bar[filled] = sign;
  };
  fill(quota.used, '#');
  fill(quota.held, '=');
  fill(quota.reserved, '-');
  return "[" + bar + "]";
}

std::string ExplainedQuota(const QuotaState& quota) {
  std::string out = InertText(DescribeQuota(quota) + ResetWords(quota)) + "\n";
  const std::string detail = DetailWords(quota);
  if (!detail.empty()) absl::StrAppend(&out, "    ", InertText(detail), "\n");
  absl::StrAppend(&out, "    ", quota.limited ? QuotaBar(quota) + " " : "",
                  FiguresOf(quota), "\n");
  if (quota.accruing > 0) {
    absl::StrAppend(&out, "    growing now by ", *GpusCell(quota.accruing),
                    " GPUs of runs beyond their holds\n");
  }
  return out;
}

}  // namespace drawdown
