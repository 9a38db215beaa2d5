// DSB_UNROLL, before a loop over what must stay in registers: such loops have to be unrolled before
// g++ 12 turns their initialisation into a call of memset.
#pragma once

#ifdef __clang__
#define DSB_UNROLL _Pragma("unroll")
#else
#define DSB_UNROLL _Pragma("GCC unroll 16")
#endif
