// Slices: what a thread may admit for one meter and bank without asking.
//
// A slice is one word, (number, which of two entries of its books, remaining),
// and two entries {admitted, word as it was when the entry began}. Since then
// nothing but admissions of the owning thread has changed the word, so
//   admitted by the slice in its life = entry's admitted
//                                       + remaining then - remaining now
// and an admission is one compare-and-swap of the word: it admits and counts at
// once. To fill or recall a slice, the entry not in use is written and then put
// in use together with the new word, by one compare-and-swap again. Nobody can
// be killed between two states, there is nothing to repair.
//
// Filling and recalling happen under the lock of the budgets; filling only by
// the owning thread.
#ifndef DRAWDOWN_SRC_METER_SLICE_H_
#define DRAWDOWN_SRC_METER_SLICE_H_

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "drawdown/meter.h"

namespace drawdown {

inline constexpr uint64_t kMaxSlice = meter_internal::kRemainingMask;

// The parts of a slice's word. 0 is a slice that was never filled.
struct SliceWord {
  uint32_t number = 0;  // 27 bits, never 0 again after the first time
  uint32_t entry = 0;   // 0 or 1
  uint64_t remaining = 0;

  static SliceWord Decode(uint64_t word) {
    return {static_cast<uint32_t>(word >> (meter_internal::kRemainingBits + 1)),
            static_cast<uint32_t>(word >> meter_internal::kRemainingBits & 1),
            word & meter_internal::kRemainingMask};
  }
  uint64_t Encode() const {
    return uint64_t{number} << (meter_internal::kRemainingBits + 1) |
           uint64_t{entry} << meter_internal::kRemainingBits | remaining;
  }
  SliceWord Next(uint64_t now_remaining) const {
    constexpr uint32_t kNumbers = 1u << (63 - meter_internal::kRemainingBits);
    return {number + 1 == kNumbers ? 1 : number + 1, 1 - entry, now_remaining};
  }
};

// Written under the lock of the budgets, only the entry that is not in use;
// release, after the compare-and-swap that put it out of use, so that a reader
// who sees any of it also sees that the word has moved on. Read by anybody.
struct SliceEntry {
  std::atomic<uint64_t> admitted;
  std::atomic<uint64_t> began;  // the word
};
struct SliceBooks {
  SliceEntry entries[2];
};
static_assert(sizeof(SliceBooks) == 32);

// A slice where it lies in memory; none where `word` is null.
class Slice {
 public:
  Slice() = default;
  Slice(std::atomic<uint64_t>* word, SliceBooks* books)
      : word_(word), books_(books) {}

  bool there() const { return word_ != nullptr; }
  std::atomic<uint64_t>& word() const { return *word_; }
  uint64_t remaining() const {
    return SliceWord::Decode(word_->load(std::memory_order_relaxed)).remaining;
  }

  // Under the lock: what there was in it when it was last filled; 0 where it
  // never was, or was recalled since with anything left in it.
  uint64_t filled() const {
    const SliceWord now =
        SliceWord::Decode(word_->load(std::memory_order_relaxed));
    const uint64_t began =
        books_->entries[now.entry].began.load(std::memory_order_relaxed);
    return SliceWord::Decode(began).remaining;
  }
  // By the owning thread, under the lock: adds `more` and at once admits
  // `spent` of all there is then. REQUIRES: what is left is <= kMaxSlice.
  void Fill(uint64_t more, uint64_t spent) const {
    uint64_t was = word_->load(std::memory_order_relaxed);
    while (
        !Turn(&was, SliceWord::Decode(was).remaining + more - spent, spent)) {
    }
  }
  // By anybody, under the lock: takes back what is left and returns it.
  uint64_t Recall() const {
    uint64_t was = word_->load(std::memory_order_relaxed);
    while (SliceWord::Decode(was).remaining != 0) {
      if (Turn(&was, 0, 0)) return SliceWord::Decode(was).remaining;
    }
    return 0;
  }

 private:
  // Acquire-release: who sees the new word sees its entry. False, with `was`
  // what the word is, when the owner has admitted meanwhile.
  bool Turn(uint64_t* was, uint64_t remaining, uint64_t spent) const {
    const SliceWord before = SliceWord::Decode(*was);
    const uint64_t next = before.Next(remaining).Encode();
    const SliceEntry& in_use = books_->entries[before.entry];
    const uint64_t began = in_use.began.load(std::memory_order_relaxed);
    const uint64_t admitted = in_use.admitted.load(std::memory_order_relaxed) +
                              SliceWord::Decode(began).remaining -
                              before.remaining;
    SliceEntry& other = books_->entries[1 - before.entry];
    other.admitted.store(admitted + spent, std::memory_order_release);
    other.began.store(next, std::memory_order_release);
    return word_->compare_exchange_strong(*was, next, std::memory_order_acq_rel,
                                          std::memory_order_relaxed);
  }

  std::atomic<uint64_t>* word_ = nullptr;
  SliceBooks* books_ = nullptr;
};

// What a slice has admitted, whoever is writing: a value it passed during the
// call, and never less than one read before. In a file that a power loss has
// torn, where word and entry are of different times, what it surely had.
inline uint64_t AdmittedBySlice(const std::atomic<uint64_t>& word,
                                const SliceBooks& books) {
  const auto same_turn = [](uint64_t a, uint64_t b) {
    return (a ^ b) >> meter_internal::kRemainingBits == 0;
  };
  for (;;) {
    const uint64_t before = word.load(std::memory_order_acquire);
    if (before == 0) return 0;
    const SliceEntry& entry = books.entries[SliceWord::Decode(before).entry];
    const uint64_t admitted = entry.admitted.load(std::memory_order_acquire);
    const uint64_t began = entry.began.load(std::memory_order_acquire);
    const uint64_t after = word.load(std::memory_order_acquire);
    if (!same_turn(before, after)) continue;
    const uint64_t left = SliceWord::Decode(after).remaining;
    const uint64_t full = SliceWord::Decode(began).remaining;
    if (same_turn(began, after) && full >= left) return admitted + full - left;
    return std::max(books.entries[0].admitted.load(std::memory_order_relaxed),
                    books.entries[1].admitted.load(std::memory_order_relaxed));
  }
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_METER_SLICE_H_
