#include "kernels/cudahost/context.h"

#include <cstdint>

#if defined(__x86_64__) && !defined(DSB_CUDAHOST_UCONTEXT)
asm(R"(
.text
.globl dsb_cudahost_switch
.type dsb_cudahost_switch,@function
dsb_cudahost_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  subq $8, %rsp
  stmxcsr (%rsp)
  fnstcw 4(%rsp)
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  ldmxcsr (%rsp)
  fldcw 4(%rsp)
  addq $8, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size dsb_cudahost_switch,.-dsb_cudahost_switch
)");

namespace dsb::cudahost {

void MakeContext(Context& context, char* stack, size_t num_bytes, void (*entry)()) {
  const uintptr_t end = (reinterpret_cast<uintptr_t>(stack) + num_bytes) & ~uintptr_t{15};
  auto* top = reinterpret_cast<uint64_t*>(end);
  *--top = 0;  // where entry would return to
  *--top = reinterpret_cast<uint64_t>(entry);
  for (int saved_register = 0; saved_register < 6; ++saved_register) *--top = 0;
  *--top = 0x037f00001f80;  // x87 control 0x037f and mxcsr 0x1f80: the ABI's defaults
  context.stack_pointer = top;
}

}  // namespace dsb::cudahost

#else

namespace dsb::cudahost {

void MakeContext(Context& context, char* stack, size_t num_bytes, void (*entry)()) {
  getcontext(&context);
  context.uc_stack.ss_sp = stack;
  context.uc_stack.ss_size = num_bytes;
  context.uc_link = nullptr;
  makecontext(&context, entry, 0);
}

}  // namespace dsb::cudahost
#endif
