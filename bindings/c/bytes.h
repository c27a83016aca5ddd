// Texts that were made for the caller.
#ifndef DRAWDOWN_BINDINGS_C_BYTES_H_
#define DRAWDOWN_BINDINGS_C_BYTES_H_

#include <string>

#include "call.h"

namespace drawdown::c_api {

struct Bytes {
  std::string text;
};

template <>
struct HandleKindOf<Bytes> {
  static constexpr HandleKind value = HandleKind::kBytes;
};

void GiveBytes(std::string text, drawdown_bytes* out);

}  // namespace drawdown::c_api

#endif  // DRAWDOWN_BINDINGS_C_BYTES_H_
