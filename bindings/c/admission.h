// Admissions: what was refused, and why, as a table of one row.
#ifndef DRAWDOWN_BINDINGS_C_ADMISSION_H_
#define DRAWDOWN_BINDINGS_C_ADMISSION_H_

#include "absl/status/statusor.h"
#include "drawdown/quota.h"
#include "table.h"

namespace drawdown::c_api {

// Sets *refusal to 0 for what was admitted.
Outcome GiveAdmission(const Admission& admission, drawdown_table* refusal);
Outcome GiveAdmission(const absl::StatusOr<Admission>& admission,
                      drawdown_table* refusal);

}  // namespace drawdown::c_api

#endif  // DRAWDOWN_BINDINGS_C_ADMISSION_H_
