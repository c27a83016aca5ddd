// Random identities (RFC 4122 version 4) of ledgers and lanes files.
#ifndef DRAWDOWN_SRC_BASE_UUID_H_
#define DRAWDOWN_SRC_BASE_UUID_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace drawdown {

using Uuid = std::array<uint8_t, 16>;

Uuid NewUuid();
// "8c2f0f6e-...", lower case.
std::string FormatUuid(const Uuid& uuid);
// The inverse of FormatUuid; nothing else is a uuid.
std::optional<Uuid> ParseUuid(std::string_view text);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_UUID_H_
