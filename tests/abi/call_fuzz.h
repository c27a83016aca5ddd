// Random calls of the C interface: with handles that are open, closed, of
// another kind, none or made up, with hostile texts, numbers and structs, from
// several threads at once.
#ifndef DRAWDOWN_TESTS_ABI_CALL_FUZZ_H_
#define DRAWDOWN_TESTS_ABI_CALL_FUZZ_H_

#include <drawdown/drawdown.h>

#include <array>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/random.h"

namespace drawdown::c_abi_test {

enum class Kind { kLedger, kTable, kError, kBytes, kMeter };
inline constexpr size_t kKinds = 5;

// The handles that there were, of all threads; most are open. Thread-safe.
class Handles {
 public:
  // Takes it over: what it displaces is closed.
  void Add(Kind kind, uint64_t handle, Random* random);
  // One that there was; 0 if there was none.
  uint64_t Any(Kind kind, Random* random) const;
  void CloseAll();

 private:
  static void Close(Kind kind, uint64_t handle);

  mutable std::mutex mutex_;
  std::array<std::vector<uint64_t>, kKinds> seen_;
};

// One thread's calls.
class Caller {
 public:
  Caller(Handles* handles, const std::string& folder, uint64_t salt);

  void Call();  // a random one
  // Of those, how many succeeded.
  uint64_t succeeded() const { return succeeded_; }

 private:
  void CallLedger();
  void CallMeters();
  void CallRuns();
  void CallHolds();
  void CallQuotas();
  void CallUsage();
  void CallContracts();
  void CallForecasts();
  void CallTables();
  void CallArrow();
  void CallErrors();

  // Every failure is a code with a name and, where it is asked for, an error
  // object with that code and a message.
  void Ended(const char* function, int32_t code);
  // Where the next call is to report to; Ended reads it.
  drawdown_error* Error();

  size_t Below(size_t bound) {
    return static_cast<size_t>(
        random_.Between(0, static_cast<int64_t>(bound) - 1));
  }
  bool OneIn(size_t n) { return Below(n) == 0; }
  uint64_t Handle(Kind kind);
  // Where a call is to put a handle, which Ended keeps; sometimes NULL.
  uint64_t* Out(Kind kind);
  drawdown_text Text(const char* sensible);
  drawdown_text Tenant();
  drawdown_text Pool();
  drawdown_text Id();
  drawdown_text Path();
  int64_t Number(int64_t sensible);
  int64_t Instant();
  drawdown_int128 Wide(int64_t sensible);
  int32_t Choice(int32_t last);
  uint8_t Flag() { return OneIn(16) ? 2 : OneIn(2); }
  uint64_t Count() { return OneIn(8) ? 0 : 1; }
  template <typename T>
  T* OrNull(T* value) {
    return OneIn(16) ? nullptr : value;
  }
  // As a caller of another version, or a broken one, might have it; with room
  // for what it says its size is.
  template <typename Struct>
  const Struct* Options(const Struct& sensible) {
    if (OneIn(24)) return nullptr;
    room_.fill(OneIn(8) ? '\1' : '\0');
    Struct made = sensible;
    const auto full = static_cast<uint32_t>(sizeof made);
    const uint32_t sizes[] = {0, 3, full - 1, full + 1, full + 64};
    if (OneIn(8)) made.struct_size = sizes[Below(5)];
    std::memcpy(room_.data(), &made, sizeof made);
    // Flags, numbers and reserved fields; behind them are pointers.
    if (OneIn(16)) room_[4 + Below(4)] ^= '\1';
    return reinterpret_cast<const Struct*>(room_.data());
  }
  const drawdown_run_query* RunQuery();
  const drawdown_statement_query* Statement();

  Handles* const handles_;
  const std::string folder_;
  Random random_;
  uint64_t succeeded_ = 0;
  drawdown_error error_ = 0;
  bool reports_ = false;
  struct Output {
    Kind kind;
    uint64_t handle;
  };
  std::array<Output, 4> outputs_{};
  size_t output_count_ = 0;
  // Options copies a struct to here, so a call has one of them at a time.
  alignas(16) std::array<char, 512> room_{};
  std::string path_;
};

}  // namespace drawdown::c_abi_test

#endif  // DRAWDOWN_TESTS_ABI_CALL_FUZZ_H_
