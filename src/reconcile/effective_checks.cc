// FOCUS DiscountHandling-A-010 and -A-011, EffectiveCost-C-005: what a
// commitment costs is the EffectiveCost of what it covered and what it had
// left, and its fees have none.
#include <array>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/wide.h"
#include "model/reason_text.h"
#include "reconcile/checks.h"
#include "reconcile/tolerance.h"

namespace drawdown {
namespace {

using Outcome = ReconcileCheck::Outcome;

enum class Part : uint8_t { kCovered, kUnused, kFees };
constexpr std::array<Part, 3> kParts = {Part::kCovered, Part::kUnused,
                                        Part::kFees};

Part PartOf(RowKind kind) {
  if (kind == RowKind::kCovered) return Part::kCovered;
  return kind == RowKind::kUnused ? Part::kUnused : Part::kFees;
}

std::string_view NameOf(Part part) {
  switch (part) {
    case Part::kCovered:
      return "covered usage";
    case Part::kUnused:
      return "unused hours";
    case Part::kFees:
      return "fees";
  }
  return "";
}

// The compared groups of one commitment and part, added up.
struct Sums {
  RowSums rows;
  MoneyAmount accrued;
  MoneyAmount rounding;  // of hours, in money
  uint64_t unknown = 0;  // rows of which it is not known what they accrue
  uint64_t alone = 0;    // fees that may carry what no unused row does
  MoneyAmount price;     // of an hour, of the first
  bool one_price = true;
};

// Of fees for a part of what is owed whole, and of time that has not been
// rated.
bool IsUnknown(const Comparison& comparison) {
  return IsPurchase(comparison.kind) &&
         (comparison.cut || comparison.open || comparison.straddles);
}

// Of hours that were left of a commitment and that the bill has no rows of some
// providers have the cost in the fee, others nowhere.
bool MayCarryUnused(const Comparison& comparison, const Group& group,
                    const CompareContext& context) {
  const uint32_t commitment = group.key.lane.commitment;
  if (!IsPurchase(comparison.kind) ||
      comparison.commitment->model == CommitmentModel::kDiscontinuous ||
      context.basis.unused.contains(commitment)) {
    return false;
  }
  return !context.books->Left(commitment, group.key.start_us, group.key.end_us)
              .cost.zero();
}

Sums SumsOf(const std::vector<Group>& groups, Part part,
            const Commitment& commitment, const CompareContext& context) {
  Sums total;
  for (const Group& group : groups) {
    const Lane& lane = group.key.lane;
    const bool same =
        group.key.disposition == Disposition::kCompare &&
        lane.commitment != kNoIndex && PartOf(lane.kind) == part &&
        context.names->commitments.Name(lane.commitment) == commitment.id;
    if (!same) continue;
    const Comparison comparison = Measure(group, context);
    if (total.rows.rows == 0) total.price = comparison.worth;
    total.one_price &= total.price == comparison.worth;
    total.rows += group.sums;
    total.accrued += comparison.accrued;
    total.rounding += Price(comparison.worth, group.slack());
    if (IsUnknown(comparison)) total.unknown += group.sums.rows;
    if (MayCarryUnused(comparison, group, context)) {
      total.alone += group.sums.rows;
    }
  }
  // Rounded once.
  if (part != Part::kFees && total.one_price) {
    total.accrued = Price(total.price, total.rows.billed);
  }
  return total;
}

// Why the part could not be checked; empty: it can be.
std::string Obstacle(const Sums& sums, Part part) {
  const std::string rows = absl::StrCat(" rows of ", std::string(NameOf(part)));
  if (part != Part::kFees && sums.rows.unmeasured != 0) {
    return absl::StrCat(sums.rows.unmeasured, rows, " carry no GPU time");
  }
  if (sums.rows.unaccrued != 0) {
    return absl::StrCat(sums.rows.unaccrued, rows, " have no EffectiveCost");
  }
  if (sums.unknown != 0) {
    return absl::StrCat(sums.unknown, rows,
                        " are of an interval that is not whole, or not over");
  }
  if (sums.alone != 0) {
    return absl::StrCat(sums.alone, rows,
                        " are of time of which the bill has no rows of unused "
                        "hours, whose cost may be in them or nowhere");
  }
  return "";
}

std::string Owed(const Sums& sums, Part part, Currency currency) {
  const std::string owed = MoneyText(sums.accrued, currency);
  if (part == Part::kFees) {
    return absl::StrCat("what no usage and no unused row carries is ", owed);
  }
  return absl::StrCat(GpuHoursText(sums.rows.billed), " at ",
                      sums.one_price ? MoneyText(sums.price, currency)
                                     : std::string("their prices"),
                      " are ", owed);
}

ReconcileCheck CheckPart(const Commitment& commitment, const Sums& sums,
                         Part part, const CompareContext& context) {
  ReconcileCheck check{"effective_cost", Outcome::kNotExecutable,
                       absl::StrCat(commitment.id, ": ")};
  const std::string obstacle = Obstacle(sums, part);
  if (!obstacle.empty()) {
    check.detail += obstacle;
    return check;
  }
  const Currency currency = context.contract->currency;
  const MoneyAmount doubled =
      context.options.tolerance.has_value()
          ? *context.options.tolerance * 2
          : sums.rounding * 2 + sums.rows.effective_places;
  const bool passed =
      IsWithin((sums.rows.effective - sums.accrued) * 2, doubled);
  check.outcome = passed ? Outcome::kPassed : Outcome::kFailed;
  absl::StrAppend(&check.detail, "EffectiveCost of ", std::string(NameOf(part)),
                  " is ", MoneyText(sums.rows.effective, currency), ", ",
                  Owed(sums, part, currency));
  return check;
}

}  // namespace

std::vector<ReconcileCheck> CheckEffectiveCosts(
    const std::vector<Group>& groups, const CompareContext& context) {
  std::vector<ReconcileCheck> checks;
  for (const Commitment& commitment : context.contract->commitments) {
    for (const Part part : kParts) {
      const Sums sums = SumsOf(groups, part, commitment, context);
      if (sums.rows.rows == 0) continue;
      checks.push_back(CheckPart(commitment, sums, part, context));
    }
  }
  if (checks.empty()) {
    checks.push_back({"effective_cost", Outcome::kNotExecutable,
                      "the bill holds no usage, fee or unused hours of a "
                      "commitment of the contract"});
  }
  return checks;
}

}  // namespace drawdown
