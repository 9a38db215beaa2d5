#include <cstdint>

#include "base/half.h"
#include "kernels/cpu/table.h"
#include "kernels/cpu/unroll.h"

namespace dsb::cpu {
namespace {
#include "kernels/cpu/lanes_portable.inc"

#include "kernels/cpu/kernels.inc"
}  // namespace

const KernelTable* PortableTable() { return &kTable; }

}  // namespace dsb::cpu
