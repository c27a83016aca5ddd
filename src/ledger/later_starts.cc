#include "ledger/later_starts.h"

#include <algorithm>
#include <memory>
#include <string>

#include "base/error.h"

namespace drawdown {

absl::StatusOr<const std::vector<LaterStart>*> LaterStarts::After(
    int64_t at_us) {
  if (at_us_ == at_us) return &later_;
  at_us_.reset();
  later_.clear();
  ++version_;
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books_->NewCursor(Table::kQuotas));
  ASSIGN_OR_RETURN(bool found,
                   cursor->SeekAtLeast(LaterStartKey(at_us + 1, "")));
  while (found && IsLaterStartKey(cursor->key())) {
    LaterStart& one = later_.emplace_back();
    ASSIGN_OR_RETURN(one, DecodeLaterStart(cursor->key(), cursor->value()));
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  at_us_ = at_us;
  return &later_;
}

absl::StatusOr<int64_t> LaterStarts::BeginsAt(std::string_view run_key,
                                              int64_t at_us) {
  ASSIGN_OR_RETURN(const std::vector<LaterStart>* const later, After(at_us));
  const auto found =
      std::find_if(later->begin(), later->end(),
                   [&](const LaterStart& one) { return one.run == run_key; });
  return found == later->end() ? at_us : found->start_us;
}

absl::Status LaterStarts::Follow(WriteTransaction* transaction,
                                 std::string_view run_key, const Run* before,
                                 const Run& after, int64_t recorded_us) {
  const Segment* const was = before == nullptr ? nullptr : OpenSegment(*before);
  const Segment* const is = OpenSegment(after);
  if (was != nullptr) {
    at_us_.reset();
    RETURN_IF_ERROR(transaction->Delete(Table::kQuotas,
                                        LaterStartKey(was->start_us, run_key)));
  }
  if (is == nullptr || is->start_us <= recorded_us) return absl::OkStatus();
  at_us_.reset();
  const LaterStart one = {std::string(run_key), after.tenant, after.pool,
                          is->start_us, is->micro_gpus};
  const std::string key = LaterStartKey(one.start_us, run_key);
  return transaction->Put(Table::kQuotas, key, EncodeLaterStart(key, one));
}

}  // namespace drawdown
