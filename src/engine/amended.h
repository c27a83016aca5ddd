// What is said after a close and bears on the months that are closed.
#ifndef DRAWDOWN_SRC_ENGINE_AMENDED_H_
#define DRAWDOWN_SRC_ENGINE_AMENDED_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "engine/contract_books.h"
#include "ledger/closes.h"

namespace drawdown {

// From when on closed months may come to something else than when the newest of
// them was closed, though nothing was recorded of them since: by versions of
// the contract that were applied since.
absl::StatusOr<std::optional<int64_t>> AmendedFrom(
    const ContractBooks& contracts, const StoredClose& newest);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_AMENDED_H_
