// What a test must know of the sanitizer that it is built with.
#ifndef DRAWDOWN_TESTS_SUPPORT_SANITIZED_H_
#define DRAWDOWN_TESTS_SUPPORT_SANITIZED_H_

namespace drawdown {

// g++ says it with a macro, clang++ with a feature.
#if defined(__has_feature)
#define DRAWDOWN_HAS_FEATURE(feature) __has_feature(feature)
#else
#define DRAWDOWN_HAS_FEATURE(feature) 0
#endif

#if defined(__SANITIZE_THREAD__) || DRAWDOWN_HAS_FEATURE(thread_sanitizer)
inline constexpr bool kUnderThreadSanitizer = true;
#else
inline constexpr bool kUnderThreadSanitizer = false;
#endif

#if defined(__SANITIZE_ADDRESS__) || DRAWDOWN_HAS_FEATURE(address_sanitizer)
inline constexpr bool kUnderAddressSanitizer = true;
#else
inline constexpr bool kUnderAddressSanitizer = false;
#endif

#undef DRAWDOWN_HAS_FEATURE

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_SUPPORT_SANITIZED_H_
