#include "rating/support.h"

#include <algorithm>

#include "base/error.h"
#include "model/charge.h"
#include "rating/schedule.h"

namespace drawdown {
namespace {

absl::Status Refuse(const Contract& contract, std::string_view what) {
  return MakeError(ErrorCode::kUnsupported,
                   "contract " + contract.id + ": " + std::string(what) +
                       " is understood but not rated by this version");
}

absl::Status Refuse(const Contract& contract, const Commitment& commitment,
                    std::string_view what) {
  return Refuse(contract,
                "commitment " + commitment.id + ": " + std::string(what));
}

bool Overlap(const Interval& a, const Interval& b) {
  return a.start_us < b.end_us && b.start_us < a.end_us;
}

// Two Spend commitments of one layer would share money exclusively; above the
// lowest Usage layer a Spend commitment would have to tell hours counted by a
// Usage commitment of its layer from others.
absl::Status CheckSpendLayer(const Contract& contract, size_t index) {
  const Commitment& spend = contract.commitments[index];
  const Interval active = Schedule(contract, spend).active();
  int32_t lowest = spend.layer;
  for (const Commitment& other : contract.commitments) {
    if (other.category == CommitmentCategory::kUsage) {
      lowest = std::min(lowest, other.layer);
    }
  }
  for (size_t i = 0; i < contract.commitments.size(); ++i) {
    const Commitment& other = contract.commitments[i];
    if (i == index || other.layer != spend.layer) continue;
    if (!Overlap(active, Schedule(contract, other).active())) continue;
    if (other.category == CommitmentCategory::kUsage && lowest == spend.layer) {
      continue;
    }
    return Refuse(contract, spend,
                  "sharing layer " + std::to_string(spend.layer) + " with " +
                      other.id + " (give it a layer of its own)");
  }
  return absl::OkStatus();
}

absl::Status CheckExpansion(const Contract& contract,
                            const Expansion& expansion) {
  if (!expansion.exercised_from_us.has_value()) return absl::OkStatus();
  for (const Commitment& commitment : contract.commitments) {
    if (commitment.id != expansion.commitment) continue;
    if (commitment.category == CommitmentCategory::kSpend) {
      return Refuse(contract, commitment,
                    "an exercised expansion of a Spend commitment");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckRatable(const Contract& contract) {
  if (contract.rates.size() >= kNoRule ||
      contract.commitments.size() >= kNoRule) {
    return Refuse(contract, "more than 65534 rates or commitments");
  }
  if (contract.grain_us.has_value()) return Refuse(contract, "grain");
  if (contract.rounding_level == RoundingLevel::kSegment) {
    return Refuse(contract, "rounding at SEGMENT level");
  }
  for (const Expansion& expansion : contract.expansions) {
    RETURN_IF_ERROR(CheckExpansion(contract, expansion));
  }
  for (size_t i = 0; i < contract.commitments.size(); ++i) {
    const Commitment& commitment = contract.commitments[i];
    if (commitment.category == CommitmentCategory::kSpend) {
      RETURN_IF_ERROR(CheckSpendLayer(contract, i));
    }
  }
  return absl::OkStatus();
}

}  // namespace drawdown
