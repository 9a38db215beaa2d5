// Switching between stacks. x86-64: a few instructions. Elsewhere: ucontext, two system calls a
// switch. Keeps the callee-saved registers, mxcsr and the x87 control word; nothing else.
#pragma once

#include <cstddef>

#if defined(__x86_64__) && !defined(DSB_CUDAHOST_UCONTEXT)

namespace dsb::cudahost {

struct Context {
  void* stack_pointer = nullptr;
};
extern "C" void dsb_cudahost_switch(void** save, void* load);
inline void SwitchContext(Context& from, Context& to) {
  dsb_cudahost_switch(&from.stack_pointer, to.stack_pointer);
}
// At the first switch to it, `entry` runs on the stack; it never returns.
void MakeContext(Context& context, char* stack, size_t num_bytes, void (*entry)());

}  // namespace dsb::cudahost

#else
#include <ucontext.h>

namespace dsb::cudahost {

using Context = ucontext_t;
inline void SwitchContext(Context& from, Context& to) { swapcontext(&from, &to); }
void MakeContext(Context& context, char* stack, size_t num_bytes, void (*entry)());

}  // namespace dsb::cudahost
#endif
