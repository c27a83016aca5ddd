// Work that a thread of its own does, where one can be had.
#ifndef DRAWDOWN_SRC_ENGINE_BESIDE_H_
#define DRAWDOWN_SRC_ENGINE_BESIDE_H_

#include <chrono>
#include <functional>
#include <future>
#include <utility>

#include "absl/status/status.h"

namespace drawdown {

// Its destructor waits for the work. What that throws, ErrorSoFar or Status
// does. Without a thread the work is done in Status.
class Beside {
 public:
  explicit Beside(std::function<absl::Status()> work)
      : future_(std::async(std::launch::async | std::launch::deferred,
                           std::move(work))) {}

  // Its error, as soon as there is one.
  absl::Status ErrorSoFar() {
    const bool ended =
        future_.valid() &&
        future_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    if (ended) status_ = future_.get();
    return status_;
  }
  // Waits for it.
  absl::Status Status() {
    if (future_.valid()) status_ = future_.get();
    return status_;
  }

 private:
  std::future<absl::Status> future_;
  absl::Status status_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_BESIDE_H_
