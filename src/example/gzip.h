// gzip that gives the same bytes with every version of every zlib: its own
// small compressor (RFC 1951, fixed codes).
#ifndef DRAWDOWN_SRC_EXAMPLE_GZIP_H_
#define DRAWDOWN_SRC_EXAMPLE_GZIP_H_

#include <string>
#include <string_view>

namespace drawdown::example {

// REQUIRES: less than 4 GiB.
std::string Gzip(std::string_view bytes);

}  // namespace drawdown::example

#endif  // DRAWDOWN_SRC_EXAMPLE_GZIP_H_
