#include "call.h"

#include "absl/strings/str_cat.h"
#include "drawdown/status.h"

namespace drawdown::c_api {
namespace {

struct Error {
  int32_t code = DRAWDOWN_OK;
  std::string message;
};

// Names the error that is told when there is no memory for another. No place
// of the table has its index, which is the greatest.
constexpr drawdown_error kOutOfMemory = UINT64_C(0x83ffffffffffffff);
constexpr const char* kOutOfMemoryMessage = "out of memory";

}  // namespace

template <>
struct HandleKindOf<Error> {
  static constexpr HandleKind value = HandleKind::kError;
};

Outcome::Outcome(const absl::Status& status)
    : code_(static_cast<int32_t>(GetErrorCode(status))),
      message_(std::string(status.message())) {}

Outcome BadHandle(const char* what, uint64_t handle) {
  return {DRAWDOWN_BAD_HANDLE, absl::StrCat("handle 0x", absl::Hex(handle),
                                            " names no open ", what)};
}

Outcome NullArgument(const char* name) {
  return {DRAWDOWN_INVALID_ARGUMENT, absl::StrCat(name, " is NULL")};
}

int32_t Report(const Outcome& outcome, drawdown_error* error) noexcept {
  if (error == nullptr) return outcome.code();
  *error = 0;
  if (outcome.ok()) return DRAWDOWN_OK;
  try {
    *error = MakeHandle(
        std::make_shared<Error>(Error{outcome.code(), outcome.message()}));
    return outcome.code();
  } catch (...) {
    // What it would have said cannot be told: code and object agree.
    *error = kOutOfMemory;
    return DRAWDOWN_OUT_OF_MEMORY;
  }
}

int32_t ReportException(drawdown_error* error) noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    if (error != nullptr) *error = kOutOfMemory;
    return DRAWDOWN_OUT_OF_MEMORY;
  } catch (const std::exception& exception) {
    try {
      return Report({DRAWDOWN_INTERNAL, exception.what()}, error);
    } catch (...) {
    }
  } catch (...) {
  }
  if (error != nullptr) *error = kOutOfMemory;
  return DRAWDOWN_INTERNAL;
}

}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

uint32_t drawdown_abi_version(void) { return DRAWDOWN_ABI_VERSION; }

const char* drawdown_version(void) { return DRAWDOWN_VERSION_TEXT; }

const char* drawdown_code_name(int32_t code) {
  switch (code) {
    case DRAWDOWN_BAD_HANDLE:
      return "bad_handle";
    case DRAWDOWN_BAD_STRUCT:
      return "bad_struct";
    case DRAWDOWN_OUT_OF_MEMORY:
      return "out_of_memory";
    case DRAWDOWN_INTERNAL:
      return "internal";
    case DRAWDOWN_WRONG_TYPE:
      return "wrong_type";
    default:
      // Names are literals.
      return drawdown::ErrorCodeName(static_cast<drawdown::ErrorCode>(code))
          .data();
  }
}

int32_t drawdown_error_code(drawdown_error error) {
  if (error == 0) return DRAWDOWN_OK;
  if (error == kOutOfMemory) return DRAWDOWN_OUT_OF_MEMORY;
  const auto found = FindHandle<Error>(error);
  return found == nullptr ? DRAWDOWN_BAD_HANDLE : found->code;
}

const char* drawdown_error_message(drawdown_error error) {
  if (error == kOutOfMemory) {
    return kOutOfMemoryMessage;
  }
  const auto found = FindHandle<Error>(error);
  return found == nullptr ? "" : found->message.c_str();
}

int32_t drawdown_error_free(drawdown_error error) {
  if (error == kOutOfMemory) return DRAWDOWN_OK;
  return CloseHandle<Error>("error", error, nullptr);
}
