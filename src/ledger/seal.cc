#include "ledger/seal.h"

#include <cstring>

#include "base/coding.h"
#include "base/crc32c.h"
#include "base/error.h"

namespace drawdown {

void SealRecord(std::string_view key, std::string* out, size_t start) {
  AppendFixed(Crc32c(std::string_view(*out).substr(start), Crc32c(key)), out);
}

absl::StatusOr<std::string_view> OpenRecord(std::string_view key,
                                            std::string_view bytes,
                                            std::string_view what) {
  uint32_t crc = 0;
  if (bytes.size() >= sizeof crc) {
    const std::string_view body = bytes.substr(0, bytes.size() - sizeof crc);
    std::memcpy(&crc, bytes.data() + body.size(), sizeof crc);
    if (crc == Crc32c(body, Crc32c(key))) return body;
  }
  return MakeError(ErrorCode::kCorrupt,
                   std::string(what) + " record fails its checksum");
}

absl::Status MalformedRecord(std::string_view what) {
  return MakeError(ErrorCode::kCorrupt, std::string(what) +
                                            " record has a valid checksum but "
                                            "not its layout");
}

}  // namespace drawdown
