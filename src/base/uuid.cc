#include "base/uuid.h"

#include <sys/random.h>

#include "base/check.h"

namespace drawdown {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr size_t kTextBytes = 36;

// A hyphen stands before these bytes.
bool FollowsHyphen(size_t byte) {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

}  // namespace

Uuid NewUuid() {
  Uuid uuid;
  CHECK(getrandom(uuid.data(), uuid.size(), 0) ==
        static_cast<ssize_t>(uuid.size()));
  uuid[6] = (uuid[6] & 0x0f) | 0x40;  // version 4
  uuid[8] = (uuid[8] & 0x3f) | 0x80;  // RFC 4122 variant
  return uuid;
}

std::string FormatUuid(const Uuid& uuid) {
  std::string text;
  text.reserve(kTextBytes);
  for (size_t i = 0; i < uuid.size(); ++i) {
    if (FollowsHyphen(i)) text.push_back('-');
    text.push_back(kDigits[uuid[i] >> 4]);
    text.push_back(kDigits[uuid[i] & 15]);
  }
  return text;
}

std::optional<Uuid> ParseUuid(std::string_view text) {
  if (text.size() != kTextBytes) return std::nullopt;
  Uuid uuid;
  size_t at = 0;
  for (size_t i = 0; i < uuid.size(); ++i) {
    if (FollowsHyphen(i) && text[at++] != '-') return std::nullopt;
    const size_t high = kDigits.find(text[at++]);
    const size_t low = kDigits.find(text[at++]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
      return std::nullopt;
    }
    uuid[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return uuid;
}

}  // namespace drawdown
