#include "example/gzip.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/digest.h"

namespace drawdown::example {
namespace {

constexpr size_t kMinMatch = 4;  // of 3..258; 3 seldom pays with fixed codes
constexpr size_t kMaxMatch = 258;
constexpr size_t kWindow = 32'768;
constexpr int kMaxTries = 48;  // earlier places looked at per position
constexpr int kHashBits = 15;

// Bits go into bytes from the lowest up.
class BitWriter {
 public:
  explicit BitWriter(std::string* out) : out_(out) {}

  void Put(uint32_t value, int bits) {
    pending_ |= static_cast<uint64_t>(value) << count_;
    for (count_ += bits; count_ >= 8; count_ -= 8) {
      out_->push_back(static_cast<char>(pending_ & 0xff));
      pending_ >>= 8;
    }
  }

  // Huffman codes start with their highest bit.
  void PutCode(uint32_t code, int bits) {
    uint32_t reversed = 0;
    for (int i = 0; i < bits; ++i)
      reversed |= ((code >> i) & 1) << (bits - 1 - i);
    Put(reversed, bits);
  }

  void Flush() {
    if (count_ > 0) Put(0, 8 - count_);
  }

 private:
  std::string* out_;
  uint64_t pending_ = 0;
  int count_ = 0;
};

// The fixed code of a literal byte, of the end (256) or of a length (257..287).
void PutSymbol(uint32_t symbol, BitWriter* out) {
  if (symbol < 144) {
    out->PutCode(0x30 + symbol, 8);
  } else if (symbol < 256) {
    out->PutCode(0x190 + symbol - 144, 9);
  } else if (symbol < 280) {
    out->PutCode(symbol - 256, 7);
  } else {
    out->PutCode(0xc0 + symbol - 280, 8);
  }
}

void PutLength(size_t length, BitWriter* out) {
  if (length == kMaxMatch) return PutSymbol(285, out);
  uint32_t base = 3;
  for (uint32_t symbol = 257;; ++symbol) {
    const uint32_t extra = symbol < 265 ? 0 : (symbol - 261) / 4;
    if (length < base + (1u << extra)) {
      PutSymbol(symbol, out);
      return out->Put(static_cast<uint32_t>(length) - base,
                      static_cast<int>(extra));
    }
    base += 1u << extra;
  }
}

void PutDistance(size_t distance, BitWriter* out) {
  uint32_t base = 1;
  for (uint32_t symbol = 0;; ++symbol) {
    const uint32_t extra = symbol < 4 ? 0 : symbol / 2 - 1;
    if (distance < base + (1u << extra)) {
      out->PutCode(symbol, 5);
      return out->Put(static_cast<uint32_t>(distance) - base,
                      static_cast<int>(extra));
    }
    base += 1u << extra;
  }
}

struct Match {
  size_t length = 0;
  size_t distance = 0;
};

// Earlier places by the four bytes that start there.
class MatchFinder {
 public:
  explicit MatchFinder(std::string_view bytes)
      : bytes_(bytes), previous_(bytes.size(), kNone) {
    newest_.fill(kNone);
  }

  Match Find(size_t at) const {
    Match best;
    if (at + kMinMatch > bytes_.size()) return best;
    uint32_t place = newest_[HashAt(at)];
    for (int tries = 0; tries < kMaxTries && place != kNone; ++tries) {
      if (at - place > kWindow) break;
      const size_t length = CommonLength(place, at);
      if (length > best.length) best = {length, at - place};
      place = previous_[place];
    }
    return best.length >= kMinMatch ? best : Match{};
  }

  void Insert(size_t at) {
    if (at + kMinMatch > bytes_.size()) return;
    uint32_t& newest = newest_[HashAt(at)];
    previous_[at] = newest;
    newest = static_cast<uint32_t>(at);
  }

 private:
  static constexpr uint32_t kNone = 0xffffffff;

  uint32_t Byte(size_t at) const {
    return static_cast<unsigned char>(bytes_[at]);
  }

  uint32_t HashAt(size_t at) const {
    const uint32_t word =
        Byte(at) | Byte(at + 1) << 8 | Byte(at + 2) << 16 | Byte(at + 3) << 24;
    return (word * 2'654'435'761u) >> (32 - kHashBits);
  }

  size_t CommonLength(size_t a, size_t b) const {
    const size_t limit = std::min(kMaxMatch, bytes_.size() - b);
    size_t length = 0;
    while (length < limit && bytes_[a + length] == bytes_[b + length]) ++length;
    return length;
  }

  std::string_view bytes_;
  std::array<uint32_t, 1 << kHashBits> newest_;
  std::vector<uint32_t> previous_;
};

void Deflate(std::string_view bytes, std::string* out) {
  BitWriter bits(out);
  bits.Put(1, 1);  // the last block,
  bits.Put(1, 2);  // in fixed codes
  MatchFinder finder(bytes);
  for (size_t at = 0; at < bytes.size();) {
    const Match match = finder.Find(at);
    const size_t end = at + std::max<size_t>(match.length, 1);
    if (match.length == 0) {
      PutSymbol(static_cast<unsigned char>(bytes[at]), &bits);
    } else {
      PutLength(match.length, &bits);
      PutDistance(match.distance, &bits);
    }
    for (; at < end; ++at) finder.Insert(at);
  }
  PutSymbol(256, &bits);
  bits.Flush();
}

void AppendLittle32(uint32_t value, std::string* out) {
  for (int shift = 0; shift < 32; shift += 8) {
    out->push_back(static_cast<char>(value >> shift & 0xff));
  }
}

}  // namespace

std::string Gzip(std::string_view bytes) {
  // No time, no name, unknown system: nothing that differs between machines.
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  Deflate(bytes, &out);
  AppendLittle32(Crc32(bytes), &out);
  AppendLittle32(static_cast<uint32_t>(bytes.size()), &out);
  return out;
}

}  // namespace drawdown::example
