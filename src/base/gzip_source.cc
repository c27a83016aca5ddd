#include "base/gzip_source.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/aligned_buffer.h"
#include "base/check.h"
#include "base/error.h"

namespace drawdown {
namespace {

constexpr size_t kInputBytes = size_t{256} << 10;
constexpr uint64_t kExpansionGraceBytes = uint64_t{1} << 20;
constexpr int kGzipOnly = 16 + MAX_WBITS;

class Gzip final : public Source {
 public:
  Gzip(std::unique_ptr<Source> compressed, const SourceLimits& limits)
      : compressed_(std::move(compressed)),
        limits_(limits),
        input_(MakeAlignedBuffer(kInputBytes)) {
    CHECK(inflateInit2(&stream_, kGzipOnly) == Z_OK);
  }
  ~Gzip() override { inflateEnd(&stream_); }

  absl::StatusOr<size_t> Read(char* buffer, size_t capacity) override {
    capacity = std::min<size_t>(capacity, std::numeric_limits<uInt>::max());
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out = static_cast<uInt>(capacity);
    // A member may be empty, so one step may yield nothing.
    while (stream_.avail_out == capacity && capacity > 0 && !ended_) {
      RETURN_IF_ERROR(Step());
    }
    const size_t count = capacity - stream_.avail_out;
    produced_ += count;
    RETURN_IF_ERROR(CheckLimits());
    return count;
  }

  absl::Status Rewind() override {
    return MakeError(ErrorCode::kBadInput,
                     absl::StrCat(name(), ": gzip cannot be read twice"));
  }

  const std::string& name() const override { return compressed_->name(); }
  uint64_t position() const override {
    return compressed_->position() - stream_.avail_in;
  }
  uint64_t size() const override { return compressed_->size(); }

 private:
  absl::Status Step() {
    if (stream_.avail_in == 0) RETURN_IF_ERROR(Refill());
    if (between_members_) return StartMember();
    if (stream_.avail_in == 0) return Bad("truncated gzip");
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      between_members_ = true;
      return absl::OkStatus();
    }
    if (result == Z_OK) return absl::OkStatus();
    CHECK(result != Z_STREAM_ERROR);
    return Bad(absl::StrCat("corrupt gzip (", Message(), ")"));
  }

  absl::Status StartMember() {
    if (stream_.avail_in == 0) {
      ended_ = true;
      return absl::OkStatus();
    }
    if (*stream_.next_in == 0) return SkipPadding();
    between_members_ = false;
    CHECK(inflateReset(&stream_) == Z_OK);
    return absl::OkStatus();
  }

  // Tapes and block devices pad with zeros; nothing may follow them.
  absl::Status SkipPadding() {
    while (stream_.avail_in > 0) {
      for (; stream_.avail_in > 0; --stream_.avail_in, ++stream_.next_in) {
        if (*stream_.next_in != 0) return Bad("corrupt gzip (after padding)");
      }
      RETURN_IF_ERROR(Refill());
    }
    ended_ = true;
    return absl::OkStatus();
  }

  absl::Status Refill() {
    ASSIGN_OR_RETURN(const size_t count,
                     compressed_->Read(input_.get(), kInputBytes));
    stream_.next_in = reinterpret_cast<Bytef*>(input_.get());
    stream_.avail_in = static_cast<uInt>(count);
    return absl::OkStatus();
  }

  absl::Status CheckLimits() const {
    if (produced_ > limits_.max_bytes) {
      return MakeError(ErrorCode::kBadInput,
                       absl::StrCat(name(), ": larger than the limit of ",
                                    limits_.max_bytes, " bytes"));
    }
    const bool bomb = produced_ > kExpansionGraceBytes &&
                      produced_ / limits_.max_expansion > position();
    return bomb ? Bad(absl::StrCat("gzip expands more than ",
                                   limits_.max_expansion, "-fold"))
                : absl::OkStatus();
  }

  const char* Message() const {
    return stream_.msg != nullptr ? stream_.msg : "no progress";
  }

  absl::Status Bad(const std::string& what) const {
    return MakeError(ErrorCode::kBadInput,
                     absl::StrCat(name(), ": ", what, " at byte ", position()));
  }

  std::unique_ptr<Source> compressed_;
  SourceLimits limits_;
  AlignedBuffer input_;
  z_stream stream_ = {};
  bool between_members_ = false;
  bool ended_ = false;
  uint64_t produced_ = 0;
};

}  // namespace

std::unique_ptr<Source> GzipSource(std::unique_ptr<Source> compressed,
                                   const SourceLimits& limits) {
  return std::make_unique<Gzip>(std::move(compressed), limits);
}

}  // namespace drawdown
