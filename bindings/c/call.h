// What surrounds the body of every function: nothing is thrown out of it, and
// what went wrong becomes a code and an error object.
#ifndef DRAWDOWN_BINDINGS_C_CALL_H_
#define DRAWDOWN_BINDINGS_C_CALL_H_

#include <exception>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "drawdown/drawdown.h"
#include "drawdown/ledger.h"
#include "handles.h"

namespace drawdown::c_api {

// How a call ended: OK, or a code and a line for a person.
class Outcome {
 public:
  Outcome() = default;
  Outcome(int32_t code, std::string message)
      : code_(code), message_(std::move(message)) {}
  // Implicit, so that bodies can return what the library returned.
  Outcome(const absl::Status& status);

  bool ok() const { return code_ == DRAWDOWN_OK; }
  int32_t code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  int32_t code_ = DRAWDOWN_OK;
  std::string message_;
};

Outcome BadHandle(const char* what, uint64_t handle);
Outcome NullArgument(const char* name);

// Sets *error, if there is one, and returns the code.
int32_t Report(const Outcome& outcome, drawdown_error* error) noexcept;
int32_t ReportException(drawdown_error* error) noexcept;

template <typename Body>
int32_t Call(drawdown_error* error, Body&& body) noexcept {
  try {
    return Report(body(), error);
  } catch (...) {
    return ReportException(error);
  }
}

template <>
struct HandleKindOf<Ledger> {
  static constexpr HandleKind value = HandleKind::kLedger;
};

// Calls `body` with the handle's ledger, which is kept alive meanwhile.
template <typename Body>
int32_t WithLedger(drawdown_ledger handle, drawdown_error* error,
                   Body&& body) noexcept {
  return Call(error, [&]() -> Outcome {
    const std::shared_ptr<Ledger> ledger = FindHandle<Ledger>(handle);
    if (ledger == nullptr) return BadHandle("ledger", handle);
    return body(*ledger);
  });
}

// Ends the object that the handle names; 0 is fine.
template <typename T>
int32_t CloseHandle(const char* what, uint64_t handle,
                    drawdown_error* error) noexcept {
  return Call(error, [&]() -> Outcome {
    if (handle == 0) return {};
    if (RemoveHandle<T>(handle) == nullptr) return BadHandle(what, handle);
    return {};
  });
}

}  // namespace drawdown::c_api

#endif  // DRAWDOWN_BINDINGS_C_CALL_H_
