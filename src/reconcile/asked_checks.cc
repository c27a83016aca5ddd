#include "reconcile/asked_checks.h"

#include "absl/strings/str_cat.h"
#include "drawdown/units.h"
#include "reconcile/row_period.h"

namespace drawdown {
namespace {

using Outcome = ReconcileCheck::Outcome;

// A charge over more than one bill, such as a fee for a year, is of none of the
// periods that it only reaches into.
bool SaysPeriod(const BillRow& row, const Interval& period) {
  const int64_t bill = row.own_period
                           ? period.end_us - period.start_us
                           : row.billing_end_us - row.billing_start_us;
  if (row.charge_end_us - row.charge_start_us <= bill) {
    return IsOfPeriod(row, period);
  }
  if (!row.own_period) return BilledIn(row, period);
  return row.charge_start_us >= period.start_us &&
         row.charge_start_us < period.end_us;
}

}  // namespace

void PeriodRows::Add(const BillRow& row, const Interval& period) {
  if (found_) return;
  found_ = SaysPeriod(row, period);
  ++rows_;
  first_us_ = std::min(first_us_, row.billing_start_us);
  last_us_ = std::max(last_us_, row.billing_end_us);
}

std::optional<ReconcileCheck> PeriodRows::Check(const std::string& provider,
                                                bool open) const {
  if (found_) return std::nullopt;
  // A bill without a row may be right: where nothing is owed it is.
  if (rows_ == 0) {
    return ReconcileCheck{
        "billed_period", Outcome::kNotExecutable,
        absl::StrCat("the bill has no row of provider ", provider, " at all")};
  }
  return ReconcileCheck{"billed_period",
                        open ? Outcome::kNotExecutable : Outcome::kFailed,
                        Note()};
}

std::string PeriodRows::Note() const {
  if (found_ || rows_ == 0) return "";
  return absl::StrCat(
      "no row of the provider is of the period: they are billed in ",
      FormatInstant(first_us_), " to ", FormatInstant(last_us_));
}

TagRows::TagRows(const std::vector<Group>& groups, uint32_t unnamed) {
  for (const Group& group : groups) {
    if (group.key.disposition != Disposition::kCompare) continue;
    for (const TenantSum& sum : group.tenants.sums()) {
      rows_ += sum.rows;
      if (sum.tenant != unnamed) named_ += sum.rows;
    }
  }
}

ReconcileCheck TagRows::Check(const std::string& tag) const {
  ReconcileCheck check{"tenant_tag", Outcome::kNotExecutable, Note(tag)};
  if (named_ == 0) return check;
  if (named_ == rows_) check.outcome = Outcome::kPassed;
  check.detail =
      absl::StrCat(named_, " of ", rows_,
                   " compared rows of usage name a tenant by tag ", tag);
  return check;
}

std::string TagRows::Note(const std::string& tag) const {
  if (named_ != 0) return "";
  if (rows_ == 0) return "the bill has no compared row of usage with tenants";
  return absl::StrCat("none of the ", rows_,
                      " compared rows of usage has a text for tag ", tag,
                      " (in that case of letters): tenants were not compared");
}

}  // namespace drawdown
