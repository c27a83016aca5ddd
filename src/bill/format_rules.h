// The rules of the formats that are built in, in the mapping language. Where a
// column is from, and what is only believed of it: docs/design/bill_formats.md.
#ifndef DRAWDOWN_SRC_BILL_FORMAT_RULES_H_
#define DRAWDOWN_SRC_BILL_FORMAT_RULES_H_

namespace drawdown {

// A format's rules are its head and then a body.
extern const char kAwsCurHead[];
extern const char kAwsLegacyCurHead[];
extern const char kAwsRules[];
extern const char kAzureActualHead[];
extern const char kAzureAmortizedHead[];
extern const char kAzureRules[];
extern const char kOciHead[];
extern const char kOciRules[];

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_FORMAT_RULES_H_
