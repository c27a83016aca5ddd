// Inflates a gzip file (RFC 1952), concatenated members included.
#ifndef DRAWDOWN_SRC_BASE_GZIP_SOURCE_H_
#define DRAWDOWN_SRC_BASE_GZIP_SOURCE_H_

#include <memory>

#include "base/source.h"

namespace drawdown {

// The decompressed bytes of `compressed`. Zero padding after the last member is
// allowed, anything else there is corrupt. Cannot be rewound: spool it.
std::unique_ptr<Source> GzipSource(std::unique_ptr<Source> compressed,
                                   const SourceLimits& limits);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_GZIP_SOURCE_H_
