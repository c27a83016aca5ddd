// Proposed, pending, active ...: where commitments stand in their lives.
#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "rating/rating.h"
#include "rating/schedule.h"

namespace drawdown {
namespace {

// What the versions say of one commitment, seen from an instant.
struct Sighting {
  const ContractSpan* newest = nullptr;  // of those that hold by then
  const ContractSpan* next = nullptr;    // the first after them
  int64_t first_us = 0;                  // when the first version began
};

const Commitment& Find(const Contract& contract, const std::string& id) {
  return *std::find_if(
      contract.commitments.begin(), contract.commitments.end(),
      [&id](const Commitment& commitment) { return commitment.id == id; });
}

CommitmentState StateIn(const Commitment& commitment, const Interval& life,
                        int64_t at_us) {
  if (commitment.lifecycle == CommitmentLifecycle::kProposed) {
    return CommitmentState::kProposed;
  }
  if (at_us < life.start_us) return CommitmentState::kPending;
  if (at_us < life.end_us) return CommitmentState::kActive;
  return commitment.lifecycle == CommitmentLifecycle::kCancelled
             ? CommitmentState::kCanceled
             : CommitmentState::kExpired;
}

CommitmentLife LifeOf(const ContractTimeline& contracts, const std::string& id,
                      const Sighting& seen, int64_t at_us) {
  const ContractSpan& span = seen.newest ? *seen.newest : *seen.next;
  const Commitment& commitment = Find(*span.contract, id);
  Interval life = Schedule(*span.contract, commitment).active();
  life.start_us = std::max(life.start_us, seen.first_us);
  CommitmentLife result = {id, StateIn(commitment, life, at_us), life.start_us,
                           life.end_us};
  const bool dropped =
      seen.newest != nullptr && seen.newest->contract != contracts.At(at_us);
  const bool bound = result.state == CommitmentState::kActive ||
                     result.state == CommitmentState::kPending;
  if (dropped && bound) {
    result.state = CommitmentState::kSuperseded;
    for (const ContractSpan& other : contracts.spans()) {
      if (other.from_us <= seen.newest->from_us) continue;
      result.end_us = std::min(result.end_us, other.from_us);
      break;
    }
  }
  return result;
}

}  // namespace

std::vector<CommitmentLife> LivesOf(const ContractTimeline& contracts,
                                    int64_t at_us) {
  std::map<std::string, Sighting> seen;
  for (const ContractSpan& span : contracts.spans()) {
    for (const Commitment& commitment : span.contract->commitments) {
      const auto [found, added] = seen.try_emplace(commitment.id);
      Sighting& sighting = found->second;
      if (added) sighting.first_us = span.from_us;
      if (span.from_us <= at_us) {
        sighting.newest = &span;
      } else if (sighting.next == nullptr) {
        sighting.next = &span;
      }
    }
  }
  std::vector<CommitmentLife> lives;
  for (const auto& [id, sighting] : seen) {
    lives.push_back(LifeOf(contracts, id, sighting, at_us));
  }
  return lives;
}

}  // namespace drawdown
