#include "tests/abi/failing_memory.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>

namespace drawdown::c_abi_test {

std::atomic<int64_t> allocations_left = -1;

namespace {

constexpr int64_t kEnough = 1'000'000'000;

// The last that may be had, and no more, is for one thread alone.
bool MayAllocate() {
  if (allocations_left.load(std::memory_order_relaxed) < 0) return true;
  return allocations_left.fetch_sub(1, std::memory_order_relaxed) != 0;
}

bool EveryOne() { return std::getenv("DRAWDOWN_EVERY_ALLOCATION") != nullptr; }

// How many of a call's allocations fail, where not all do.
int64_t Sampled(int64_t usual_calls) {
  const char* const asked = std::getenv("DRAWDOWN_FAILED_ALLOCATIONS");
  const int64_t most = asked == nullptr ? usual_calls : std::atoll(asked);
  return std::clamp<int64_t>(most, 1, usual_calls);
}

std::string CellOf(drawdown_table table, uint64_t row, uint32_t column) {
  uint8_t is_null = 0;
  int64_t number = 0;
  drawdown_int128 wide = {0, 0};
  drawdown_text text = {nullptr, 0};
  if (drawdown_table_text(table, row, column, &text, &is_null, nullptr) ==
      DRAWDOWN_OK) {
    return is_null != 0 ? "null" : std::string(text.data, text.size);
  }
  if (drawdown_table_int64(table, row, column, &number, &is_null, nullptr) ==
      DRAWDOWN_OK) {
    return is_null != 0 ? "null" : std::to_string(number);
  }
  EXPECT_EQ(
      drawdown_table_decimal(table, row, column, &wide, &is_null, nullptr),
      DRAWDOWN_OK);
  if (is_null != 0) return "null";
  return std::to_string(wide.high) + ":" + std::to_string(wide.low);
}

// What a call gave, as text; and that what it gave is whole.
struct Answer {
  int32_t code = 0;
  std::string text;

  bool operator==(const Answer& other) const {
    return code == other.code && text == other.text;
  }
};

Answer Take(const char* function, int32_t code, Outputs* out) {
  Answer answer = {code, ""};
  if (code == DRAWDOWN_OK) {
    EXPECT_EQ(out->error, 0u) << function << " succeeds with an error";
    answer.text = std::to_string(out->flag) + "\n";
  } else if (out->error != 0) {
    EXPECT_EQ(drawdown_error_code(out->error), code) << function;
    answer.text = drawdown_error_message(out->error);
    EXPECT_NE(answer.text, "") << function << " fails without a word";
    EXPECT_EQ(drawdown_error_free(out->error), DRAWDOWN_OK);
  }
  for (const drawdown_table table : out->tables) {
    if (table == 0) continue;
    EXPECT_EQ(code, DRAWDOWN_OK) << function << " fails and gives a table";
    answer.text += CellsOf(table);
    drawdown_table_close(table, nullptr);
  }
  if (out->bytes != 0) {
    EXPECT_EQ(code, DRAWDOWN_OK) << function << " fails and gives bytes";
    answer.text += TextOf(out->bytes);
    drawdown_bytes_close(out->bytes, nullptr);
  }
  *out = {};
  return answer;
}

// With the n-th allocation failing; *left is what was left of n after it.
Answer CallWith(const char* function, int64_t n, const Call& call,
                int64_t* left) {
  Outputs out;
  allocations_left = n;
  const int32_t code = call(&out);
  *left = allocations_left.exchange(-1);
  return Take(function, code, &out);
}

}  // namespace

int FailAllocations(const char* function, const Prepare& prepare,
                    const Call& call, int64_t usual_calls) {
  SCOPED_TRACE(function);
  int64_t left = 0;
  prepare(-1);
  const Answer expected = CallWith(function, kEnough, call, &left);
  EXPECT_NE(expected.code, DRAWDOWN_OUT_OF_MEMORY);
  const int64_t used = kEnough - left;
  const int64_t stride =
      EveryOne() ? 1 : std::max<int64_t>(1, used / Sampled(usual_calls));
  int failed = 0;
  int64_t n = 0;
  for (;; n += stride) {
    prepare(n);
    const Answer answer = CallWith(function, n, call, &left);
    if (answer == expected) {
      if (left >= 0) break;
      continue;  // It can do without.
    }
    if (left >= 0 || answer.code != DRAWDOWN_OUT_OF_MEMORY) {
      ADD_FAILURE() << "allocation " << n << " of " << used << ": "
                    << answer.code << " " << answer.text << "\nin place of "
                    << expected.code << " " << expected.text;
      return failed;
    }
    ++failed;
    const Answer again = CallWith(function, -1, call, &left);
    if (!(again == expected)) {
      ADD_FAILURE() << "again, allocation " << n << " of " << used << ": "
                    << again.code << " " << again.text << "\nin place of "
                    << expected.code << " " << expected.text;
      return failed;
    }
  }
  if (used > 0) {
    EXPECT_GT(failed, 0) << "of " << used << " allocations";
  }
  if (EveryOne()) {
    printf("%s: %lld allocations, %d calls failed\n", function,
           static_cast<long long>(n), failed);
  }
  return failed;
}

int FailAllocations(const char* function, const Call& call,
                    int64_t usual_calls) {
  return FailAllocations(
      function, [](int64_t) {}, call, usual_calls);
}

void ExpectNoAllocation(const char* function,
                        const std::function<void()>& call) {
  allocations_left = kEnough;
  call();
  EXPECT_EQ(allocations_left.exchange(-1), kEnough) << function;
}

std::string CellsOf(drawdown_table table) {
  std::string cells;
  uint64_t rows = 0;
  uint32_t columns = 0;
  uint64_t notes = 0;
  EXPECT_EQ(drawdown_table_shape(table, &rows, &columns, nullptr), DRAWDOWN_OK);
  for (uint64_t row = 0; row < rows; ++row) {
    for (uint32_t column = 0; column < columns; ++column) {
      cells += CellOf(table, row, column) + "|";
    }
    cells += "\n";
  }
  EXPECT_EQ(drawdown_table_notes(table, &notes, nullptr), DRAWDOWN_OK);
  for (uint64_t i = 0; i < notes; ++i) {
    drawdown_text note = {nullptr, 0};
    EXPECT_EQ(drawdown_table_note(table, i, &note, nullptr), DRAWDOWN_OK);
    cells += std::string(note.data, note.size) + "\n";
  }
  return cells;
}

std::string TextOf(drawdown_bytes bytes) {
  drawdown_text view = {nullptr, 0};
  EXPECT_EQ(drawdown_bytes_view(bytes, &view, nullptr), DRAWDOWN_OK);
  return {view.data, view.size};
}

}  // namespace drawdown::c_abi_test

namespace {

void* Allocate(size_t size) {
  if (!drawdown::c_abi_test::MayAllocate()) throw std::bad_alloc();
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// Not inlined, or g++ 12 takes free() for the wrong partner.
__attribute__((noinline)) void* operator new(size_t size) {
  return Allocate(size);
}
// Arrays too: a sanitizer's own would not fail.
__attribute__((noinline)) void* operator new[](size_t size) {
  return Allocate(size);
}
// What stable_sort asks: a sanitizer's own would not be ours to delete.
__attribute__((noinline)) void* operator new(size_t size,
                                             const std::nothrow_t&) noexcept {
  if (!drawdown::c_abi_test::MayAllocate()) return nullptr;
  return std::malloc(size == 0 ? 1 : size);
}
__attribute__((noinline)) void operator delete(void* memory) noexcept {
  std::free(memory);
}
__attribute__((noinline)) void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}
__attribute__((noinline)) void operator delete[](void* memory) noexcept {
  std::free(memory);
}
__attribute__((noinline)) void operator delete[](void* memory,
                                                 size_t) noexcept {
  std::free(memory);
}
