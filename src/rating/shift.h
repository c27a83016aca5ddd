// Two walks over the same usage from states that differ: as long as they differ
// only by sums that nothing hangs on, one is the other and a shift.
#ifndef DRAWDOWN_SRC_RATING_SHIFT_H_
#define DRAWDOWN_SRC_RATING_SHIFT_H_

#include <cstddef>
#include <vector>

#include "rating/walk.h"

namespace drawdown {

// `states` are those of one walk, a bucket apart from `first_us` on; another
// one, over the same usage from index `from` on, is in state `now` there.
// Returns the furthest index up to `to` at which the other's state is surely
// `states` and what `now` differs by, and gives the states up to there, of
// which `before` is the last one as it was, that shift; `from` if there is
// none.
//
// What a Spend commitment counted and a tranche or a tier drew is such a sum
// until its interval's last bucket, and of the latter two as long as there is
// enough in both.
size_t ShiftStates(const Plan& plan, int64_t first_us, size_t from, size_t to,
                   const WalkState& now, std::vector<WalkState>* states,
                   WalkState* before);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_SHIFT_H_
