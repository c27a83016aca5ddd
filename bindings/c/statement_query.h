// The question that statements and reconciliations share.
#ifndef DRAWDOWN_BINDINGS_C_STATEMENT_QUERY_H_
#define DRAWDOWN_BINDINGS_C_STATEMENT_QUERY_H_

#include "inputs.h"

namespace drawdown::c_api {

StatementQuery ReadStatementQuery(Inputs* in,
                                  const drawdown_statement_query* theirs);

}  // namespace drawdown::c_api

#endif  // DRAWDOWN_BINDINGS_C_STATEMENT_QUERY_H_
