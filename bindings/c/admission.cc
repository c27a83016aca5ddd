#include "admission.h"

#include "quota_tables.h"

namespace drawdown::c_api {

Outcome GiveAdmission(const Admission& admission, drawdown_table* refusal) {
  if (admission.admitted()) return {};
  const Refusal& why = *admission.refusal;
  TableBuilder table({TextColumn("tenant"), TextColumn("pool"),
                      TextColumn("period"), MicroColumn("limit"),
                      MicroColumn("asked"), MicroColumn("used"),
                      MicroColumn("held"), MicroColumn("reserved"),
                      TimeColumn("resets_at"), TextColumn("description")});
  AddWindowColumns(&table);
  table.AddColumn(TextColumn("id"));
  table.Text(why.scope.tenant).Text(why.scope.pool);
  table.Text(QuotaPeriodName(why.scope.period));
  table.Decimal(why.limit).Decimal(why.asked).Decimal(why.used);
  table.Decimal(why.held).Decimal(why.reserved).Time(why.resets_at_us);
  table.Text(DescribeRefusal(why));
  AddWindow(why.scope, &table);
  table.TextOrNull(why.id);
  return table.Finish(refusal);
}

Outcome GiveAdmission(const absl::StatusOr<Admission>& admission,
                      drawdown_table* refusal) {
  if (!admission.ok()) return admission.status();
  return GiveAdmission(*admission, refusal);
}

}  // namespace drawdown::c_api
