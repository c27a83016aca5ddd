// Bytes of an input: a file, a gzip file (told by its magic bytes, never by its
// name) or stdin. Reading is sequential and bounded; stdin and gzip input can
// be spooled so that it can be read a second time.
#ifndef DRAWDOWN_SRC_BASE_SOURCE_H_
#define DRAWDOWN_SRC_BASE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace drawdown {

class Source {
 public:
  virtual ~Source() = default;

  // Reads up to `capacity` bytes; 0 at the end. kBadInput names the file and
  // the byte offset: unreadable, truncated or corrupt gzip. Not an error: a
  // short read.
  virtual absl::StatusOr<size_t> Read(char* buffer, size_t capacity) = 0;

  // Starts again from the first byte. Spooled input never fails here.
  virtual absl::Status Rewind() = 0;

  // As given by the user; "-" is "<stdin>".
  virtual const std::string& name() const = 0;

  // Bytes consumed of the underlying file and its size (0 when unknown), for
  // progress.
  virtual uint64_t position() const = 0;
  virtual uint64_t size() const = 0;
};

struct SourceLimits {
  uint64_t max_bytes = uint64_t{64} << 30;  // after decompression
  uint32_t max_expansion = 1'000;           // gzip bomb guard, over 1 MiB out
};

// Opens `path` ("-" is stdin). Gzip and stdin are spooled to an unlinked
// temporary file (in $TMPDIR, else /tmp) while first read.
absl::StatusOr<std::unique_ptr<Source>> OpenSource(
    const std::string& path, const SourceLimits& limits = {});

// The same, but a regular file is open only while it is read, from the first
// Read to its end, and nothing is spooled: Rewind opens it again. So any number
// of files can be named under a limit of open ones. It is opened once here, for
// the errors of OpenSource. What is no regular file cannot be opened twice, and
// is opened at once.
absl::StatusOr<std::unique_ptr<Source>> OpenSourceWhenRead(
    const std::string& path, const SourceLimits& limits = {});

// Bytes held in memory; for tests, bindings and text contracts.
std::unique_ptr<Source> MemorySource(std::string name, std::string bytes);

// A whole small file, unpacked if it is gzip. kBadInput above `max_bytes`.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path,
                                          size_t max_bytes = size_t{16} << 20);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_SOURCE_H_
