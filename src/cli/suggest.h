// Guessing what was meant.
#ifndef DRAWDOWN_SRC_CLI_SUGGEST_H_
#define DRAWDOWN_SRC_CLI_SUGGEST_H_

#include <span>
#include <string>
#include <string_view>

namespace drawdown {

// The candidate that `word` is most likely a slip of; "" when none is near.
std::string Nearest(std::string_view word,
                    std::span<const std::string> candidates);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_SUGGEST_H_
