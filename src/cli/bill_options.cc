#include "cli/bill_options.h"

namespace drawdown {

Verb& AddBillOptions(Verb* verb, BillOptions* options) {
  return verb
      ->Text("mapping", "FILE",
             "How the bill's columns become those of FOCUS: docs/bills.md",
             &options->mapping)
      .Text("as", "FORMAT",
            "What the bill is, where its columns do not say: azure-actual, "
            "azure-amortized, aws-cur, aws-cur-legacy, oci-cost",
            &options->format)
      .Flag("snapshots",
            "Each BILL is a whole delivery: of a billing period the last one "
            "counts that has it",
            &options->snapshots);
}

}  // namespace drawdown
