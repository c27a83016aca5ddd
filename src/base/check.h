// Invariants that stay on in release builds. A failed CHECK is a bug of ours:
// it prints the expression and aborts. Never used on input or on the hot path.
#ifndef DRAWDOWN_SRC_BASE_CHECK_H_
#define DRAWDOWN_SRC_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

#define CHECK(condition)                                                    \
  do {                                                                      \
    if (!(condition)) [[unlikely]] {                                        \
      std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", __FILE__, __LINE__, \
                   #condition);                                             \
      std::abort();                                                         \
    }                                                                       \
  } while (false)

#endif  // DRAWDOWN_SRC_BASE_CHECK_H_
