#include "rating/rating.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/civil.h"
#include "base/error.h"
#include "rating/begin.h"
#include "rating/credits.h"
#include "rating/grain.h"
#include "rating/lines.h"
#include "rating/plan.h"
#include "rating/walk.h"
#include "rating/window.h"

namespace drawdown {
namespace {

// From when on charges are made: those before the period say what credits have
// left.
int64_t ChargesFrom(const RatingInput& input) {
  const int64_t start_us = input.period.start_us;
  return std::min(
      start_us, CreditsFrom(input.contracts, input.period).value_or(start_us));
}

// What the grain added, beside the charges that have these hours in them too.
void AddGrainCharges(const Plan& plan, const Interval& span,
                     const std::vector<UsageCell>& added, RuleBook* rules,
                     RatedUsage* rated) {
  const size_t before = rated->charges.size();
  for (const UsageCell& cell : added) {
    if (!Contains(span, cell.bucket_us) || !plan.priced[cell.pool]) continue;
    const uint32_t rule = rules->Intern(
        {.version =
             plan.versions[plan.VersionAt(cell.bucket_us)].contract->version,
         .kind = ChargeKind::kGrain,
         .text = "billing grain: in the hours that were priced, beyond those "
                 "metered"});
    const int64_t end_us = cell.bucket_us + plan.usage->bucket_length_us;
    rated->charges.push_back(
        {cell.gpu_time.count(), plan.tenant_of[cell.tenant], cell.pool,
         static_cast<uint32_t>(rated->spans.size()), rule});
    rated->spans.push_back({cell.bucket_us, end_us});
  }
  if (rated->charges.size() != before) SortCharges(rules->all(), rated);
}

// What the grain added to some of a line's hours it took from others.
void LeaveOutGrainOfNothing(RatedUsage* rated) {
  std::map<std::pair<uint32_t, uint32_t>, GpuTime> sums;  // by tenant and pool
  const auto is_grain = [rated](const Charge& charge) {
    return rated->rules[charge.rule].kind == ChargeKind::kGrain;
  };
  for (const Charge& charge : rated->charges) {
    if (!is_grain(charge)) continue;
    sums[{charge.tenant, charge.pool}] += GpuTime(charge.amount);
  }
  std::erase_if(rated->charges, [&](const Charge& charge) {
    return is_grain(charge) && sums[{charge.tenant, charge.pool}].zero();
  });
}

// Charges from before the period have said what they had to.
void LeaveOutEarlier(const Interval& period, RatedUsage* rated) {
  std::erase_if(rated->charges, [&](const Charge& charge) {
    return rated->spans[charge.span].end_us <= period.start_us;
  });
  std::erase_if(rated->spend_marks, [&period](const SpendMark& mark) {
    return mark.at_us < period.start_us ||
           mark.interval_end_us == period.start_us;
  });
}

// What was rated is what was given and the grain.
void CheckGrain(const RatingInput& given_input, const Plan& plan,
                const Interval& span, const GrainedUsage& grained,
                GpuTime rated) {
  GpuTime grain;
  for (const UsageCell& cell : grained.added) {
    const bool counts =
        Contains(span, cell.bucket_us) && plan.priced[cell.pool];
    if (counts) grain += cell.gpu_time;
  }
  CHECK(UsageIn(*given_input.usage, plan, span) + grain == rated);
}

absl::Status WalkOver(const RatingInput& input, const Interval& span,
                      Walk* walk) {
  int64_t at = span.start_us;
  for (const int64_t mark : input.marks) {
    if (mark <= at || mark > span.end_us) continue;
    RETURN_IF_ERROR(walk->Run(at, mark, true));
    RETURN_IF_ERROR(walk->MarkSpends(mark));
    at = mark;
  }
  return walk->Run(at, span.end_us, true);
}

void NoteUsageOutsideTerm(const RatingInput& input, const Plan& plan,
                          RatedUsage* rated) {
  const Interval& period = input.period;
  const Interval before = {period.start_us,
                           std::min(period.end_us, plan.term.start_us)};
  const Interval after = {std::max(period.start_us, plan.term.end_us),
                          period.end_us};
  if (before.start_us >= before.end_us && after.start_us >= after.end_us) {
    return;
  }
  const GpuTime outside =
      UsageIn(*input.usage, plan, before) + UsageIn(*input.usage, plan, after);
  if (outside.zero()) return;
  rated->notes.push_back(FormatGpuSeconds(outside) +
                         " GPU-seconds outside the contract's term are not "
                         "rated");
}

}  // namespace

bool RunsMatter(const ContractTimeline& contracts) {
  return NeedsRuns(contracts);
}

absl::StatusOr<RatedUsage> RateUsage(const RatingInput& given_input) {
  RETURN_IF_ERROR(CheckInput(given_input));
  RatingInput input = given_input;
  GrainedUsage grained;
  if (!input.runs.empty()) {
    grained = AddGrain(*input.usage, input.runs, GrainOf(input));
    input.usage = &grained.usage;
  }
  ASSIGN_OR_RETURN(const Plan plan,
                   MakePlan(input.contracts, *input.usage, input.capacity));
  const int64_t charges_from_us = ChargesFrom(input);
  const Interval span = RatedSpan(input, charges_from_us, plan.term);
  RatedUsage rated;
  rated.tenants = plan.tenants;
  rated.pools = input.usage->pools;
  rated.commitments = plan.names;
  rated.notes = plan.notes;
  NoteVersions(input, plan, &rated);
  NoteUsageOutsideTerm(input, plan, &rated);
  // What is projected can still be claimed.
  NoteCredits(plan, input.period, input.projected_from_us.value_or(input.at_us),
              &rated);
  if (span.start_us >= span.end_us) return rated;
  Walk walk(plan, {charges_from_us, input.period.end_us});
  walk.ProjectFrom(input.projected_from_us);
  const bool has_credits =
      CreditsFrom(input.contracts, input.period).has_value();
  if (input.join_tenants && !has_credits && input.runs.empty()) {
    walk.JoinTenants();
  }
  RETURN_IF_ERROR(WalkOver(input, span, &walk));
  const GpuTime given = UsageIn(*input.usage, plan, span);
  if (!given.valid() || !walk.rated().valid() || !walk.costs_fit()) {
    return MakeError(ErrorCode::kOverflow,
                     "contract " + plan.contract_id +
                         ": a total or a cost does not fit 128 bits");
  }
  CHECK(walk.rated() == given);
  if (!input.runs.empty()) CheckGrain(given_input, plan, span, grained, given);
  rated.charges = walk.TakeCharges();
  rated.spans = walk.TakeSpans();
  rated.spend_marks = walk.TakeSpendMarks();
  AddGrainCharges(plan, {charges_from_us, span.end_us}, grained.added,
                  &walk.rules(), &rated);
  if (has_credits) {
    RETURN_IF_ERROR(ApplyCredits(plan, input.period, charges_from_us,
                                 span.end_us, &walk.rules(), &rated));
    LeaveOutEarlier(input.period, &rated);
  }
  rated.rules = walk.rules().Take();
  if (!grained.added.empty()) LeaveOutGrainOfNothing(&rated);
  for (auto& [at_us, note] : walk.TakeNotes()) {
    if (at_us > input.period.start_us) rated.notes.push_back(std::move(note));
  }
  return rated;
}

}  // namespace drawdown
