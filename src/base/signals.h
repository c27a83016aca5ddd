// Threads that a host program does not know of, and its signals.
#ifndef DRAWDOWN_SRC_BASE_SIGNALS_H_
#define DRAWDOWN_SRC_BASE_SIGNALS_H_

#include <pthread.h>
#include <signal.h>

namespace drawdown {

// While it lives, the calling thread gets no signal. A thread that it starts
// inherits the mask: the host's signals are not for that one.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;  // Restores once.
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_SIGNALS_H_
