#include "contract/contract.h"

#include <algorithm>
#include <tuple>

#include "base/path.h"

namespace drawdown {
namespace {

std::string_view ValueOf(Dimension dimension, const Subject& subject) {
  switch (dimension) {
    case Dimension::kPool:
      return subject.pool;
    case Dimension::kRegion:
      return subject.region;
    case Dimension::kSku:
      return subject.sku;
    case Dimension::kProvider:
      return subject.provider;
    case Dimension::kTenant:
      return subject.tenant;
    case Dimension::kKind:
      break;
  }
  return subject.kind;
}

template <typename Predicate>
bool AnyValue(const ApplicabilityRule& rule, Predicate predicate) {
  return std::any_of(rule.values.begin(), rule.values.end(), predicate);
}

bool EqualsAny(const ApplicabilityRule& rule, std::string_view text) {
  return AnyValue(rule,
                  [&](const std::string& value) { return text == value; });
}

bool StartsWithAny(const ApplicabilityRule& rule, std::string_view text) {
  return AnyValue(
      rule, [&](const std::string& value) { return text.starts_with(value); });
}

bool ContainsAny(const ApplicabilityRule& rule, std::string_view text) {
  return AnyValue(rule, [&](const std::string& value) {
    return text.find(value) != std::string_view::npos;
  });
}

bool EndsWithAny(const ApplicabilityRule& rule, std::string_view text) {
  return AnyValue(
      rule, [&](const std::string& value) { return text.ends_with(value); });
}

bool Matches(const ApplicabilityRule& rule, const Subject& subject) {
  const std::string_view text = ValueOf(rule.dimension, subject);
  switch (rule.op) {
    case Operator::kIn:
      return EqualsAny(rule, text);
    case Operator::kNotIn:
      return !EqualsAny(rule, text);
    case Operator::kStartsWith:
      return StartsWithAny(rule, text);
    case Operator::kNotStartsWith:
      return !StartsWithAny(rule, text);
    case Operator::kContains:
      return ContainsAny(rule, text);
    case Operator::kNotContains:
      return !ContainsAny(rule, text);
    case Operator::kEndsWith:
      return EndsWithAny(rule, text);
    case Operator::kExists:
      return !text.empty();
    case Operator::kDoesNotExist:
      break;
  }
  return text.empty();
}

bool IsFilter(const ApplicabilityRule& rule) {
  return !rule.fraction_micro.has_value();
}

int64_t FirstStep(const Commitment& commitment) {
  return commitment.category == CommitmentCategory::kUsage
             ? commitment.steps.front().from_us
             : commitment.spend_steps.front().from_us;
}

}  // namespace

Subject SubjectOfPool(const Contract& contract, std::string_view pool) {
  Subject subject{.pool = pool, .provider = contract.provider};
  const size_t first = pool.find('/');
  const size_t last = pool.rfind('/');
  if (first != last) {
    const std::string_view after_provider = pool.substr(first + 1);
    subject.region = after_provider.substr(0, after_provider.find('/'));
    subject.sku = pool.substr(last + 1);
  }
  const PoolNaming* naming = FindPoolNaming(contract, pool);
  if (naming == nullptr) return subject;
  if (!naming->region.empty()) subject.region = naming->region;
  if (!naming->sku.empty()) subject.sku = naming->sku;
  return subject;
}

bool Applies(const std::vector<ApplicabilityRule>& rules,
             const Subject& subject) {
  return std::all_of(rules.begin(), rules.end(),
                     [&](const ApplicabilityRule& rule) {
                       return !IsFilter(rule) || Matches(rule, subject);
                     });
}

int64_t ApplicableShareMicro(const std::vector<ApplicabilityRule>& rules,
                             const Subject& subject) {
  for (const ApplicabilityRule& rule : rules) {
    if (!IsFilter(rule) && Matches(rule, subject)) return *rule.fraction_micro;
  }
  return 1'000'000;
}

const PoolNaming* FindPoolNaming(const Contract& contract,
                                 std::string_view pool) {
  for (const PoolNaming& naming : contract.pools) {
    if (naming.name == pool) return &naming;
  }
  return nullptr;
}

bool MayPricePool(const Contract& contract, const Commitment& commitment,
                  std::string_view pool) {
  if (commitment.category != CommitmentCategory::kUsage) return false;
  if (commitment.lifecycle == CommitmentLifecycle::kProposed) return false;
  const Subject subject = SubjectOfPool(contract, pool);
  return std::all_of(
      commitment.applies.begin(), commitment.applies.end(),
      [&](const ApplicabilityRule& rule) {
        // Which tenants and kinds there are is not known of a pool.
        const bool of_pool = rule.dimension != Dimension::kTenant &&
                             rule.dimension != Dimension::kKind;
        return !IsFilter(rule) || !of_pool || Matches(rule, subject);
      });
}

bool PricesPool(const Contract& contract, std::string_view pool) {
  if (!IsAtOrBelow(pool, contract.provider)) return false;
  for (const Rate& rate : contract.rates) {
    if (SelectorCovers(rate.pool, pool)) return true;
  }
  return std::any_of(contract.commitments.begin(), contract.commitments.end(),
                     [&](const Commitment& commitment) {
                       return MayPricePool(contract, commitment, pool);
                     });
}

const Rate* FindRate(const Contract& contract, std::string_view pool,
                     int64_t at_us) {
  const auto rank = [](const Rate& rate) {
    return std::make_tuple(SelectorRank(rate.pool), rate.from_us);
  };
  const Rate* best = nullptr;
  for (const Rate& rate : contract.rates) {
    if (rate.from_us > at_us || !SelectorCovers(rate.pool, pool)) continue;
    if (best == nullptr || rank(rate) >= rank(*best)) best = &rate;
  }
  return best;
}

bool InForce(const Commitment& commitment, int64_t at_us) {
  if (commitment.lifecycle == CommitmentLifecycle::kProposed) return false;
  if (at_us < FirstStep(commitment)) return false;
  return !commitment.cancelled_at_us || at_us < *commitment.cancelled_at_us;
}

std::vector<size_t> BurnOrder(const Contract& contract, int32_t layer,
                              int64_t at_us) {
  std::vector<size_t> order;
  const Interval term{contract.term.start_us, contract.term.end_us};
  if (at_us < term.start_us || at_us >= term.end_us) return order;
  std::vector<int64_t> ends(contract.commitments.size());
  for (size_t i = 0; i < contract.commitments.size(); ++i) {
    const Commitment& commitment = contract.commitments[i];
    if (commitment.category != CommitmentCategory::kUsage) continue;
    if (commitment.layer != layer || !InForce(commitment, at_us)) continue;
    const Interval interval =
        contract.calendar.Of(commitment.interval, at_us, term);
    ends[i] = std::min(interval.end_us, term.end_us);
    order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const Commitment& x = contract.commitments[a];
    const Commitment& y = contract.commitments[b];
    return std::tie(x.priority, ends[a], x.price, x.id) <
           std::tie(y.priority, ends[b], y.price, y.id);
  });
  return order;
}

}  // namespace drawdown
