// What cgo cannot see of drawdown.h: the _INIT macros, as functions.
#ifndef DRAWDOWN_BINDINGS_GO_DEFAULTS_H_
#define DRAWDOWN_BINDINGS_GO_DEFAULTS_H_

#include <drawdown/drawdown.h>
#include <stdlib.h>

#define DRAWDOWN_GO_DEFAULTS(name, macro)                  \
  static inline drawdown_##name drawdown_go_##name(void) { \
    drawdown_##name made = DRAWDOWN_##macro##_INIT;        \
    return made;                                           \
  }
DRAWDOWN_GO_DEFAULTS(column, COLUMN)
DRAWDOWN_GO_DEFAULTS(ledger_options, LEDGER_OPTIONS)
DRAWDOWN_GO_DEFAULTS(drain_result, DRAIN_RESULT)
DRAWDOWN_GO_DEFAULTS(run_start, RUN_START)
DRAWDOWN_GO_DEFAULTS(heartbeat, HEARTBEAT)
DRAWDOWN_GO_DEFAULTS(run_query, RUN_QUERY)
DRAWDOWN_GO_DEFAULTS(hold_request, HOLD_REQUEST)
DRAWDOWN_GO_DEFAULTS(hold_renewal, HOLD_RENEWAL)
DRAWDOWN_GO_DEFAULTS(hold_query, HOLD_QUERY)
DRAWDOWN_GO_DEFAULTS(quota_setting, QUOTA_SETTING)
DRAWDOWN_GO_DEFAULTS(usage_query, USAGE_QUERY)
DRAWDOWN_GO_DEFAULTS(statement_query, STATEMENT_QUERY)
DRAWDOWN_GO_DEFAULTS(reconcile_options, RECONCILE_OPTIONS)
DRAWDOWN_GO_DEFAULTS(usage_scale, USAGE_SCALE)
DRAWDOWN_GO_DEFAULTS(added_run, ADDED_RUN)
DRAWDOWN_GO_DEFAULTS(forecast_query, FORECAST_QUERY)
#undef DRAWDOWN_GO_DEFAULTS

#endif  // DRAWDOWN_BINDINGS_GO_DEFAULTS_H_
