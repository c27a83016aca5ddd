// A Store in ordinary memory: for tests, for rebuilding books (verify, as-of)
// and for proving the rules by simulation. Nothing is durable.
#ifndef DRAWDOWN_SRC_LEDGER_MEMORY_STORE_H_
#define DRAWDOWN_SRC_LEDGER_MEMORY_STORE_H_

#include <memory>

#include "ledger/store.h"

namespace drawdown {

std::unique_ptr<Store> NewMemoryStore();

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_MEMORY_STORE_H_
