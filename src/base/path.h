// Tenant and pool paths ("acme/research/llm", "aws/us-east-1/gb200") and
// selectors over them.
#ifndef DRAWDOWN_SRC_BASE_PATH_H_
#define DRAWDOWN_SRC_BASE_PATH_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace drawdown {

// Fits an LMDB key with its table prefix.
inline constexpr size_t kMaxPathBytes = 400;
inline constexpr int kMaxPathParts = 16;

// OK when `path` is 1..16 non-empty parts joined by '/', valid UTF-8 without
// control characters, at most 400 bytes, no part "*", "." or "..", no part with
// leading or trailing blank. kBadRow otherwise, naming `what` ("tenant",
// "pool") and the path.
absl::Status ValidatePath(std::string_view path, std::string_view what);

// Whether a file of this name lies in the folder that it is made in: not empty,
// ".", "..", and without '/' and NUL.
bool StaysInFolder(std::string_view name);

// A selector is a path prefix whose parts may be '*' (any one part); it covers
// the node it names and everything below. "" and "*" cover everything.
bool SelectorCovers(std::string_view selector, std::string_view path);

// kBadRow where a '*' is inside a part, or a part is empty: it would be as
// ordinary as a letter there, and cover nothing that was meant.
absl::Status CheckStars(std::string_view selector);
// kBadRow unless `selector` is a path some of whose parts may be '*'.
absl::Status ValidateSelector(std::string_view selector);

// How literal a selector is: more non-'*' parts is more literal, then more
// parts. Higher wins (design: "most literal selector").
int SelectorRank(std::string_view selector);

// True when `path` is `ancestor` or below it ("acme" covers "acme/chat", not
// "acme2"). Everything is below "".
bool IsAtOrBelow(std::string_view path, std::string_view ancestor);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_PATH_H_
