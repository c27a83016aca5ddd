// The epoch as the books have it, next to the word that Record reads.
#ifndef DRAWDOWN_SRC_SETTLE_EPOCH_STATE_H_
#define DRAWDOWN_SRC_SETTLE_EPOCH_STATE_H_

#include "ledger/live_records.h"
#include "meter/epoch_file.h"

namespace drawdown {

inline Epoch ActiveOf(const LiveEpoch& epoch) {
  return {epoch.buckets[epoch.active], epoch.active};
}

// What the word said before the flip to ActiveOf(epoch).
inline Epoch BeforeFlip(const LiveEpoch& epoch) {
  const uint32_t other = 1 - epoch.active;
  return {epoch.buckets[other], other};
}

// Puts the word right after a flip that was committed and not published: its
// author died in between. Anybody may, at any time: the word moves only if it
// still says what it said before that flip, and buckets never come back.
// True when the word now says what the books say.
inline bool FinishFlip(const LiveEpoch& epoch, EpochFile* word) {
  if (word->Get() == ActiveOf(epoch)) return true;
  word->Publish(BeforeFlip(epoch), ActiveOf(epoch));
  return word->Get() == ActiveOf(epoch);
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_SETTLE_EPOCH_STATE_H_
