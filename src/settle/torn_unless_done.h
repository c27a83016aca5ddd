// Notes that budgets may be wrong, unless what makes them right is done: it may
// have ended in an error, or for want of memory.
#ifndef DRAWDOWN_SRC_SETTLE_TORN_UNLESS_DONE_H_
#define DRAWDOWN_SRC_SETTLE_TORN_UNLESS_DONE_H_

#include "meter/budgets_file.h"

namespace drawdown {

class TornUnlessDone {
 public:
  explicit TornUnlessDone(BudgetsFile* file) : file_(file) {}
  ~TornUnlessDone() {
    if (file_ != nullptr) file_->SetTorn();
  }
  TornUnlessDone(const TornUnlessDone&) = delete;  // Notes once.
  TornUnlessDone& operator=(const TornUnlessDone&) = delete;
  void Done() { file_ = nullptr; }

 private:
  BudgetsFile* file_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_SETTLE_TORN_UNLESS_DONE_H_
