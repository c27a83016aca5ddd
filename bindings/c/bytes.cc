#include "bytes.h"

namespace drawdown::c_api {

void GiveBytes(std::string text, drawdown_bytes* out) {
  *out = MakeHandle(std::make_shared<Bytes>(Bytes{std::move(text)}));
}

}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_bytes_view(drawdown_bytes bytes, drawdown_text* view,
                            drawdown_error* error) {
  return Call(error, [&]() -> Outcome {
    const auto found = FindHandle<Bytes>(bytes);
    if (found == nullptr) return BadHandle("bytes", bytes);
    if (view == nullptr) return NullArgument("view");
    *view = {found->text.data(), found->text.size()};
    return {};
  });
}

int32_t drawdown_bytes_close(drawdown_bytes bytes, drawdown_error* error) {
  return CloseHandle<Bytes>("bytes", bytes, error);
}
