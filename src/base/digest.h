// Digests: SHA-256 for the chain, and CRC-32 as gzip has it.
// The checksum of records is another (base/crc32c.h).
#ifndef DRAWDOWN_SRC_BASE_DIGEST_H_
#define DRAWDOWN_SRC_BASE_DIGEST_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace drawdown {

// CRC-32 (ISO 3309, as zlib and gzip compute it), continuing from `seed`.
uint32_t Crc32(std::string_view bytes, uint32_t seed = 0);

using Sha256Digest = std::array<uint8_t, 32>;

// Incremental SHA-256 (FIPS 180-4).
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;  // Owns a hashing context.
  Sha256& operator=(const Sha256&) = delete;
  void Update(std::string_view bytes);
  // Finishes and starts again.
  Sha256Digest Finish();

 private:
  void* context_;
};

Sha256Digest Sha256Of(std::string_view bytes);
std::string HexOf(const Sha256Digest& digest);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_DIGEST_H_
