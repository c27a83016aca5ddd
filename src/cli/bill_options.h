// The options of every verb that reads bills.
#ifndef DRAWDOWN_SRC_CLI_BILL_OPTIONS_H_
#define DRAWDOWN_SRC_CLI_BILL_OPTIONS_H_

#include "cli/program.h"
#include "drawdown/bill.h"

namespace drawdown {

// --mapping, --as and --snapshots, into `options`. Returns the verb.
Verb& AddBillOptions(Verb* verb, BillOptions* options);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_BILL_OPTIONS_H_
