// What a test must know of the sanitizer that it is built with.
#ifndef DRAWDOWN_TESTS_SUPPORT_SANITIZED_H_
#define DRAWDOWN_TESTS_SUPPORT_SANITIZED_H_

namespace drawdown {

// g++ says it with a macro, clang++ with a feature.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kUnderThreadSanitizer = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
inline constexpr bool kUnderThreadSanitizer = true;
#else
inline constexpr bool kUnderThreadSanitizer = false;
#endif
#else
inline constexpr bool kUnderThreadSanitizer = false;
#endif

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_SUPPORT_SANITIZED_H_
