// Remembers what recent texts came to: a bill has few distinct ones, and many
// rows.
#ifndef DRAWDOWN_SRC_BILL_TEXT_MEMO_H_
#define DRAWDOWN_SRC_BILL_TEXT_MEMO_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/fast_hash.h"
#include "base/same_text.h"

namespace drawdown {

// A text takes the place of another one with the same slot. Texts that are
// empty or longer than kMaxText are never known.
template <typename Value, size_t kSlots, size_t kMaxText>
class TextMemo {
  static_assert(kMaxText <= 0xffff);

 public:
  struct Slot {
    uint16_t size = 0;
    std::array<char, kMaxText> text;
    Value value{};

    bool Is(std::string_view other) const {
      return SameText({text.data(), size}, other);
    }
  };

  // The slot to look at first, where texts come in runs; the caller keeps it.
  using Hint = const Slot*;

  TextMemo() : slots_(std::make_unique<std::array<Slot, kSlots>>()) {}

  // What `text` came to, or null. `hint` is null at first.
  const Value* Find(std::string_view text, Hint* hint) const {
    if (text.empty() || text.size() > kMaxText) return nullptr;
    if (*hint != nullptr && (*hint)->Is(text)) return &(*hint)->value;
    const Slot& slot = (*slots_)[PlaceOf(text)];
    if (!slot.Is(text)) return nullptr;
    *hint = &slot;
    return &slot.value;
  }

  void Remember(std::string_view text, const Value& value) {
    if (text.empty() || text.size() > kMaxText) return;
    Slot& slot = (*slots_)[PlaceOf(text)];
    slot.size = static_cast<uint16_t>(text.size());
    std::memcpy(slot.text.data(), text.data(), text.size());
    slot.value = value;
  }

 private:
  static size_t PlaceOf(std::string_view text) {
    return FastHash64(text) % kSlots;
  }

  std::unique_ptr<std::array<Slot, kSlots>> slots_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_TEXT_MEMO_H_
