// Amounts of memory as people type them.
#ifndef DRAWDOWN_SRC_CLI_SIZES_H_
#define DRAWDOWN_SRC_CLI_SIZES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace drawdown {

// Bytes of option `name`: a whole number and K, M or G (1024, 1024^2, 1024^3),
// each with or without a B ("64M", "1GB"); at least 64K and at most 1024G.
// kInvalidArgument names the option.
absl::StatusOr<uint64_t> SizeOption(std::string_view name,
                                    std::string_view text);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_SIZES_H_
