// CRC-32C (Castagnoli, RFC 3720): the checksum of single records. Processors
// have an instruction for it, which is used where there is one.
#ifndef DRAWDOWN_SRC_BASE_CRC32C_H_
#define DRAWDOWN_SRC_BASE_CRC32C_H_

#include <cstdint>
#include <string_view>

namespace drawdown {

// Of `bytes` after what `seed` is the CRC of.
uint32_t Crc32c(std::string_view bytes, uint32_t seed = 0);

// The ways of computing it, for tests: they give the same.
namespace crc32c_ways {
using Way = uint32_t (*)(std::string_view bytes, uint32_t seed);
uint32_t Tables(std::string_view bytes, uint32_t seed);
// The processor's instruction; null where it has none.
Way Instruction();
}  // namespace crc32c_ways

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CRC32C_H_
