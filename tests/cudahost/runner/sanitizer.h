// Which sanitizer this test binary was built with: some planted mistakes are found by one only.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DSB_TEST_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define DSB_TEST_TSAN 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define DSB_TEST_ASAN 1
#endif
#ifdef __SANITIZE_THREAD__
#define DSB_TEST_TSAN 1
#endif

namespace dsb::testing {

#ifdef DSB_TEST_ASAN
inline constexpr bool kAddressSanitizer = true;
#else
inline constexpr bool kAddressSanitizer = false;
#endif
#ifdef DSB_TEST_TSAN
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif

}  // namespace dsb::testing
