// Table::kHeartbeats: the newest sign of life of each run that is not over.
//
// No part of the journal's truth: a heartbeat changes no usage. It becomes a
// fact when a ghost is confirmed, as the instant of a stop
// (docs/design/ledger.md, "Ghosts"). Keys are those of Table::kRuns.
#ifndef DRAWDOWN_SRC_LEDGER_HEARTBEATS_H_
#define DRAWDOWN_SRC_LEDGER_HEARTBEATS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "drawdown/ghost.h"
#include "ledger/records.h"
#include "ledger/store.h"

namespace drawdown {

std::string EncodeHeartbeat(std::string_view run_key, int64_t at_us);
absl::StatusOr<int64_t> DecodeHeartbeat(std::string_view run_key,
                                        std::string_view bytes);

// None when the run never gave one.
absl::StatusOr<std::optional<int64_t>> ReadHeartbeat(ReadTransaction* books,
                                                     std::string_view run_key);

// In key order.
absl::Status VisitHeartbeats(
    ReadTransaction* books,
    const std::function<void(std::string_view run_key, int64_t at_us)>& visit);

// A run's last sign of life.
struct LifeSign {
  int64_t at_us = 0;
  bool heartbeat = false;
};
// REQUIRES: the run has started.
LifeSign LastSign(const std::vector<Segment>& segments,
                  std::optional<int64_t> heartbeat_us);

// Whether a run that gave its last sign of life then is suspect at an instant.
// A lease is over when more than it has passed.
bool IsSuspect(int64_t last_sign_us, int64_t lease_us, int64_t at_us);

// Accruing runs that are suspect, in key order. REQUIRES: query.at_us is given.
absl::StatusOr<std::vector<Ghost>> FindGhosts(ReadTransaction* books,
                                              const GhostQuery& query);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_HEARTBEATS_H_
