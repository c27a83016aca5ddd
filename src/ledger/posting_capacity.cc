// Posting what was stated of pools' capacity.
#include "base/error.h"
#include "ledger/posting.h"

namespace drawdown {

absl::StatusOr<Verdict> Posting::Post(const CapacityStated& row) {
  RETURN_IF_ERROR(CheckCapacity(row));
  const std::string key = EncodeCapacityKey(KeyOf(row));
  ASSIGN_OR_RETURN(CapacityPlace place,
                   FindCapacityPlace(transaction_.get(), key));
  place.Add(FindCapacityPlace(capacity_, key));
  ASSIGN_OR_RETURN(const Verdict verdict, JudgeCapacity(place, row, Names()));
  if (verdict == Verdict::kUnchanged) return verdict;
  Journal(row);
  ApplyCapacity(row);
  return verdict;
}

void Posting::ApplyCapacity(const CapacityStated& row) {
  capacity_.insert_or_assign(
      EncodeCapacityKey(KeyOf(row)),
      StoredCapacity{row.end_us, row.micro_gpus, last_sequence_});
  closes_.Touch(row.start_us);
}

absl::Status Posting::FlushCapacity() {
  for (const auto& [key, stored] : capacity_) {
    RETURN_IF_ERROR(
        transaction_->Put(Table::kCapacity, key, EncodeCapacity(key, stored)));
  }
  return absl::OkStatus();
}

}  // namespace drawdown
