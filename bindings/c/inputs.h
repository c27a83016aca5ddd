// Reading what a caller passed: texts, structs that may be older or newer than
// this library, numbers of enumerations. The first thing that is wrong is kept,
// and a body asks once whether there was any.
#ifndef DRAWDOWN_BINDINGS_C_INPUTS_H_
#define DRAWDOWN_BINDINGS_C_INPUTS_H_

#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "call.h"
#include "drawdown/units.h"

namespace drawdown::c_api {

inline Int128 ToInt128(drawdown_int128 value) {
  return static_cast<Int128>(static_cast<Uint128>(value.high) << 64 |
                             value.low);
}
inline drawdown_int128 FromInt128(Int128 value) {
  return {static_cast<uint64_t>(value), static_cast<int64_t>(value >> 64)};
}

class Inputs {
 public:
  bool ok() const { return outcome_.ok(); }
  const Outcome& outcome() const { return outcome_; }

  std::string Text(const char* name, drawdown_text text);
  std::vector<std::string> Texts(const char* name, const drawdown_text* texts,
                                 uint64_t count);
  // Of files and folders: the system would end one with a zero byte there.
  std::string Path(const char* name, drawdown_text path);
  std::vector<std::string> Paths(const char* name, const drawdown_text* paths,
                                 uint64_t count);

  // What else is wrong with what was passed.
  void Keep(const Outcome& outcome) {
    if (outcome_.ok()) outcome_ = outcome;
  }
  // REQUIRES, of callers: `pointer` is not NULL. False if it is.
  bool NotNull(const char* name, const void* pointer);

  // The caller's struct as this version's: `theirs`, as far as it goes, over
  // `defaults`. `size_of_v1` is how long the first version was.
  template <typename Struct>
  Struct Read(const char* name, const Struct* theirs, const Struct& defaults,
              size_t size_of_v1) {
    static_assert(std::is_trivially_copyable_v<Struct>);
    Struct ours = defaults;
    if (theirs == nullptr) return ours;
    ReadBytes(name, theirs, &ours, sizeof ours, size_of_v1);
    return ours;
  }
  // The same for the i-th of an array, whose elements are as far apart as the
  // first says.
  template <typename Struct>
  Struct ReadAt(const char* name, const Struct* first, uint64_t index,
                const Struct& defaults, size_t size_of_v1) {
    uint32_t step = 0;
    std::memcpy(&step, first, sizeof step);
    const auto* const bytes = reinterpret_cast<const char*>(first);
    return Read(name, reinterpret_cast<const Struct*>(bytes + index * step),
                defaults, size_of_v1);
  }

  // In the years 0000 to 9999, so that arithmetic with it cannot overflow.
  int64_t Instant(const char* name, int64_t instant_us);
  // DRAWDOWN_UNSET is none.
  std::optional<int64_t> MaybeInstant(const char* name, int64_t instant_us);

  // A flag, 0 or 1.
  bool Flag(const char* name, uint8_t value);
  // A length of time that must be a whole number of `unit`s, and not negative.
  std::chrono::microseconds Whole(const char* name, int64_t length_us,
                                  std::chrono::microseconds unit);
  // A number from `least` to `most`.
  uint64_t Within(const char* name, uint64_t value, uint64_t least,
                  uint64_t most);
  // A number of an enumeration that ends with `last`.
  template <typename Enum>
  Enum Number(const char* name, int32_t value, Enum last) {
    if (value < 0 || value > static_cast<int32_t>(last)) {
      FailNumber(name, value);
      return Enum{};
    }
    return static_cast<Enum>(value);
  }
  template <typename... Values>
  void Reserved(const char* name, const Values&... values) {
    if (((values != 0) || ...)) FailReserved(name);
  }
  template <size_t kCount>
  void Reserved(const char* name, const uint8_t (&bytes)[kCount]) {
    for (const uint8_t byte : bytes) {
      if (byte != 0) FailReserved(name);
    }
  }

 private:
  void Fail(int32_t code, std::string message);
  void FailNumber(const char* name, int32_t value);
  void FailReserved(const char* name);
  void ReadBytes(const char* name, const void* theirs, void* ours,
                 size_t our_size, size_t size_of_v1);

  Outcome outcome_;
};

// Writes as much of `ours` as the caller's struct has room for. False if it is
// shorter than the first version.
template <typename Struct>
Outcome WriteStruct(const char* name, Struct ours, Struct* theirs,
                    size_t size_of_v1) {
  uint32_t size = 0;
  std::memcpy(&size, theirs, sizeof size);
  if (size < size_of_v1) {
    return {DRAWDOWN_BAD_STRUCT, std::string(name) + ": struct_size " +
                                     std::to_string(size) + " is less than " +
                                     std::to_string(size_of_v1)};
  }
  ours.struct_size = size;
  std::memcpy(static_cast<void*>(theirs), &ours,
              size < sizeof ours ? size : sizeof ours);
  return {};
}

}  // namespace drawdown::c_api

#endif  // DRAWDOWN_BINDINGS_C_INPUTS_H_
