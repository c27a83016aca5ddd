#include "base/csv_quotes.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace drawdown {
namespace {

// The bits of the block at `at` that are in a field of `left` bytes more.
uint64_t InField(size_t left) {
  return left >= kScanBytes ? ~uint64_t{0} : (uint64_t{1} << left) - 1;
}

size_t UndoubleNarrow(std::string_view field, char* out) {
  char* const first = out;
  uint64_t odd = 0;  // all ones: the quotes before the block were odd
  for (size_t block = 0; block < field.size(); block += kScanBytes) {
    const char* const at = field.data() + block;
    const uint64_t in_field = InField(field.size() - block);
    const uint64_t quotes = ScanCsv(at).quote & in_field;
    const uint64_t parity = PrefixParity(quotes) ^ odd;
    odd = parity >> 63 != 0 ? ~uint64_t{0} : 0;
    size_t from = 0;
    const auto copy_up_to = [&](size_t end) {
      std::memcpy(out, at + from, kScanBytes - from);
      out += end - from;
      from = end + 1;
    };
    // The second of each two is left out.
    for (uint64_t left = quotes & ~parity; left != 0; left &= left - 1) {
      copy_up_to(static_cast<size_t>(std::countr_zero(left)));
    }
    const auto size = static_cast<size_t>(std::popcount(in_field));
    if (from < size) copy_up_to(size);
  }
  return static_cast<size_t>(out - first);
}

#if defined(__x86_64__)

__attribute__((target("avx512f,avx512bw,avx512vbmi2,pclmul,popcnt,bmi,bmi2")))
size_t
UndoubleAvx512(std::string_view field, char* out) {
  char* const first = out;
  uint64_t odd = 0;
  for (size_t block = 0; block < field.size(); block += kScanBytes) {
    const __m512i bytes = _mm512_loadu_si512(field.data() + block);
    const uint64_t in_field = InField(field.size() - block);
    const uint64_t quotes =
        _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"'));
    const uint64_t parity = FastPrefixParity(quotes) ^ odd;
    odd = parity >> 63 != 0 ? ~uint64_t{0} : 0;
    const uint64_t kept = in_field & ~(quotes & ~parity);
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(kept, bytes));
    out += std::popcount(kept);
  }
  return static_cast<size_t>(out - first);
}

#endif

}  // namespace

size_t UndoubleQuotes(std::string_view field, char* out, CsvLanes lanes) {
#if defined(__x86_64__)
  if (lanes == CsvLanes::kAvx512) return UndoubleAvx512(field, out);
#endif
  static_cast<void>(lanes);
  return UndoubleNarrow(field, out);
}

void AppendCsvTexts(std::string_view line, std::string* out) {
  bool inside = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') {
      const bool doubled = inside && i + 1 < line.size() && line[i + 1] == '"';
      if (doubled) {
        out->push_back('"');
        ++i;
      } else {
        inside = !inside;
      }
    } else {
      out->push_back(c == ',' && !inside ? '\0' : c);
    }
  }
  out->push_back('\0');
}

}  // namespace drawdown
