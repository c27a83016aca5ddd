#include "ledger/heartbeats.h"

#include "base/check.h"
#include "base/coding.h"
#include "base/error.h"
#include "ledger/buckets.h"
#include "ledger/inspect.h"
#include "ledger/run_policies.h"
#include "ledger/seal.h"

namespace drawdown {

std::string EncodeHeartbeat(std::string_view run_key, int64_t at_us) {
  std::string out;
  AppendFixed(at_us, &out);
  SealRecord(run_key, &out);
  return out;
}

absl::StatusOr<int64_t> DecodeHeartbeat(std::string_view run_key,
                                        std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(run_key, bytes, "heartbeat"));
  ByteReader in(body);
  const auto at_us = in.Fixed<int64_t>();
  if (!in.done()) return MalformedRecord("heartbeat");
  return at_us;
}

absl::StatusOr<std::optional<int64_t>> ReadHeartbeat(ReadTransaction* books,
                                                     std::string_view run_key) {
  ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kHeartbeats, run_key));
  if (!bytes) return std::nullopt;
  ASSIGN_OR_RETURN(const int64_t at_us, DecodeHeartbeat(run_key, *bytes));
  return at_us;
}

absl::Status VisitHeartbeats(
    ReadTransaction* books,
    const std::function<void(std::string_view, int64_t)>& visit) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kHeartbeats));
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(""));
  while (found) {
    ASSIGN_OR_RETURN(const int64_t at_us,
                     DecodeHeartbeat(cursor->key(), cursor->value()));
    visit(cursor->key(), at_us);
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return absl::OkStatus();
}

LifeSign LastSign(const std::vector<Segment>& segments,
                  std::optional<int64_t> heartbeat_us) {
  CHECK(!segments.empty());
  const Segment& last = segments.back();
  const int64_t changed_us = last.end_us.value_or(last.start_us);
  if (heartbeat_us && *heartbeat_us > changed_us) return {*heartbeat_us, true};
  return {changed_us, false};
}

bool IsSuspect(int64_t last_sign_us, int64_t lease_us, int64_t at_us) {
  return at_us > last_sign_us && at_us - last_sign_us > lease_us;
}

absl::StatusOr<std::vector<Ghost>> FindGhosts(ReadTransaction* books,
                                              const GhostQuery& query) {
  CHECK(query.at_us.has_value());
  const int64_t at_us = *query.at_us;
  ASSIGN_OR_RETURN(const std::vector<StoredPoolPolicy> policies,
                   ReadPoolPolicies(books));
  std::vector<Ghost> ghosts;
  absl::Status failure;
  const auto look = [&](const RunInfo& run) -> absl::Status {
    if (!run.accrues()) return absl::OkStatus();
    std::string key;
    AppendRunKey(run.key.run_id, run.key.attempt, &key);
    ASSIGN_OR_RETURN(const auto heartbeat, ReadHeartbeat(books, key));
    const LifeSign sign = LastSign(run.segments, heartbeat);
    const int64_t lease_us =
        query.lease_us.value_or(LeaseOf(policies, run.pool, at_us));
    if (!IsSuspect(sign.at_us, lease_us, at_us)) return absl::OkStatus();
    const Segment& last = run.segments.back();
    ghosts.push_back(
        {run, sign.at_us, sign.heartbeat, lease_us,
         SegmentTimeUntil(last, at_us) - SegmentTimeUntil(last, sign.at_us)});
    return absl::OkStatus();
  };
  RunQuery runs;
  runs.tenant = query.tenant;
  runs.pool = query.pool;
  RETURN_IF_ERROR(VisitRuns(books, runs, [&](const RunInfo& run) {
    failure = look(run);
    return failure.ok();
  }));
  RETURN_IF_ERROR(failure);
  return ghosts;
}

}  // namespace drawdown
