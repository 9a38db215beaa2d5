// What the sanitizers must be told when fibers switch: AddressSanitizer the stack that is in use,
// ThreadSanitizer the fiber and what happens before what. Empty functions without a sanitizer.
// block.cc itself is built without -fsanitize=thread and defines DSB_CUDAHOST_TSAN instead: its own
// bookkeeping is shared by fibers that never run at once.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define DSB_CUDAHOST_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DSB_CUDAHOST_ASAN 1
#endif
#endif
#ifdef DSB_CUDAHOST_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef DSB_CUDAHOST_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace dsb::cudahost {

// One stack's share of the sanitizers' state.
struct StackState {
  void* fake_stack = nullptr;  // AddressSanitizer's
  const void* bottom = nullptr;
  size_t num_bytes = 0;
  void* fiber = nullptr;  // ThreadSanitizer's
};

inline void BeforeSwitch([[maybe_unused]] StackState& from, [[maybe_unused]] const StackState& to,
                         [[maybe_unused]] bool from_ends) {
#ifdef DSB_CUDAHOST_ASAN
  __sanitizer_start_switch_fiber(from_ends ? nullptr : &from.fake_stack, to.bottom, to.num_bytes);
#endif
#ifdef DSB_CUDAHOST_TSAN
  __tsan_switch_to_fiber(to.fiber, __tsan_switch_to_fiber_no_sync);
#endif
}

// `from` gets the bounds of the stack that was left: so the scheduler's stack becomes known.
inline void AfterSwitch([[maybe_unused]] StackState& here, [[maybe_unused]] StackState* from) {
#ifdef DSB_CUDAHOST_ASAN
  __sanitizer_finish_switch_fiber(here.fake_stack, from ? &from->bottom : nullptr,
                                  from ? &from->num_bytes : nullptr);
#endif
}

// Frames of an earlier use of this stack never returned.
inline void ForgetFrames([[maybe_unused]] char* stack, [[maybe_unused]] size_t num_bytes) {
#ifdef DSB_CUDAHOST_ASAN
  __asan_unpoison_memory_region(stack, num_bytes);
#endif
}

inline void Release([[maybe_unused]] void* point) {
#ifdef DSB_CUDAHOST_TSAN
  __tsan_release(point);
#endif
}
inline void Acquire([[maybe_unused]] void* point) {
#ifdef DSB_CUDAHOST_TSAN
  __tsan_acquire(point);
#endif
}

inline void* NewFiber() {
#ifdef DSB_CUDAHOST_TSAN
  return __tsan_create_fiber(0);
#else
  return nullptr;
#endif
}
inline void* ThisFiber() {
#ifdef DSB_CUDAHOST_TSAN
  return __tsan_get_current_fiber();
#else
  return nullptr;
#endif
}
inline void DeleteFiber([[maybe_unused]] void* fiber) {
#ifdef DSB_CUDAHOST_TSAN
  if (fiber != nullptr) __tsan_destroy_fiber(fiber);
#endif
}

}  // namespace dsb::cudahost
